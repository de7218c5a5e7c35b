"""NetSuite end to end: every row past the caps, the second day's changes only, deletes, time zones, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.core.errors import CxError
from ingest.core.readers.suiteql import SuiteQl
from ingest.sources.netsuite import NETSUITE
from tests.ingest.chat_runs import Runs, only
from tests.sandbox.erp_company import BUYERS, FALL_BACK, NEXT_DAY, Served, serving_erp
from tests.sandbox.small_company import PAST

RAW = "raw_netsuite"
BUSY = {"title": "Bad Request", "o:errorDetails": [{"detail": "Request blocked.", "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_erp(tmp_path_factory.mktemp("netsuite")) as running:
        yield running


@pytest.fixture
def runs(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs.into(tmp_path, served, monkeypatch)


def test_all_lands_past_the_cap_and_the_next_day_brings_what_changed(runs: Runs) -> None:
    runs.served.switches("netsuite").set({"empty_page_continues": 2})
    runs.served.switches("netsuite").values["suiteql_rows"] = 1_000  # no second page by offset
    first = runs.run(NETSUITE)
    assert runs.errors == [] and all(run.is_complete and run.quarantined == 0 for run in first.values())
    assert {name: run.landed for name, run in first.items()} == {
        "currencies": 1, "customers": BUYERS + 1, "addresses": 1, "items": 1, "transactions": 3, "transaction_lines": 6,
        "deleted_records": 0,
    }  # fmt: skip

    stamps = "select id, created_at at time zone 'UTC' from {0}.customers where id in ('9', '1000') order by id"
    assert runs.rows(stamps.format(RAW)) == [("1000", PAST.replace(tzinfo=None)), ("9", FALL_BACK.replace(tzinfo=None))]

    runs.served.advance(NEXT_DAY)
    moved = tuple(NETSUITE.resource(name) for name in ("customers", "transaction_lines", "deleted_records"))
    second = runs.run(replace(NETSUITE, resources=moved))
    # Customer 9 bore the newest stamp: its second is read again, since it may hold more.
    assert {name: run.extracted for name, run in second.items()} == {"customers": 2, "transaction_lines": 3, "deleted_records": 1}
    assert runs.rows(f"select email, is_inactive from {RAW}.customers where id = '5001'") == [("new@example.com", True)]
    told = f"select id, amount::int from {RAW}.transaction_lines where _run_id = (select max_by(run_id, observed_at) from {RAW}.ingest_runs)"
    assert sorted(runs.rows(told)) == [("1010", 70), ("1011", -60), ("1019", -19)]  # whole, without the line that is gone


def test_a_continuing_query_asks_in_local_time_after_the_last_key() -> None:
    reader, zone = NETSUITE.resource("customers").full, ZoneInfo("America/Los_Angeles")
    assert isinstance(reader, SuiteQl)
    asked = reader.query(NETSUITE.resource("currencies").columns, FALL_BACK + timedelta(hours=1), zone, ("5",))
    assert asked == (
        "SELECT id, symbol, name FROM customer WHERE (lastmodifieddate >= TO_DATE('2025-11-02T01:30:00', 'YYYY-MM-DD\"T\"HH24:MI:SS'))"
        " AND (id > 5) ORDER BY id"
    )


def test_a_key_of_several_columns_goes_on_after_the_last_row() -> None:
    reader = SuiteQl("deletedrecord", key=("recordid", "type"))
    asked = reader.query((), None, ZoneInfo("UTC"), ("7", "Sales Order's"))
    assert asked.endswith("WHERE (recordid > 7 OR recordid = 7 AND (type > 'Sales Order''s')) ORDER BY recordid, type")


@pytest.mark.parametrize("status", [400, 429])
def test_the_limit_of_calls_at_once_is_waited_for(runs: Runs, status: int) -> None:
    runs.served.switches("netsuite").set({"fail_next": {"status": status, "count": 2, "body": BUSY}, "expired_token": 1})
    books = runs.run(only(NETSUITE, "items"))
    assert runs.errors == [] and books["items"].landed == 1


def test_an_unusual_value_or_field_costs_its_row_at_most(runs: Runs) -> None:
    bad = {"resource": "customers", "field": "lastmodifieddate", "value": "10/31/2023"}
    runs.served.switches("netsuite").set({"bad_value": bad, "unknown_field": "custentity_vip", "duplicate_rows": 1})
    books = runs.run(only(NETSUITE, "customers"))
    assert (books["customers"].landed, books["customers"].quarantined, books["customers"].duplicates) == (BUYERS, 1, 1)
    assert runs.rows(f"select field, value_class, record_key from {RAW}.quarantine") == [("last_modified_at", "text", "9")]
    assert runs.rows(f"select distinct _extra from {RAW}.customers") == [('{"custentity_vip":"new"}',)]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        (
            "PRIVATE_KEY",
            "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----",
            "netsuite: the private key cannot be read",
        ),
        ("CERTIFICATE_ID", "other", "access denied: the token request was refused (401)"),
        ("TIME_ZONE", "Pacific", "setting time_zone is no time zone: 'Pacific'"),
    ],
    ids=["key", "certificate", "zone"],
)
def test_wrong_settings_give_one_clear_line(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"SOURCES__NETSUITE__{setting}", value)
    words = ""
    try:
        runs.run(only(NETSUITE, "items"))
        [words] = [str(error) for error in runs.errors]
    except CxError as error:
        words = str(error)
    assert told in words and "AAAA" not in words
