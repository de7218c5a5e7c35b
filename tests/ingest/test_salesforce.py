"""The Salesforce connector against its sandbox org: the same rows by REST and by bulk job, and what either does when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingest.core.cursors import State
from ingest.core.extract import SourceRun
from ingest.core.load import configure_dlt, ingest_source
from ingest.core.paths import Paths
from ingest.core.readers.bulk import BulkQuery
from ingest.core.readers.soql import Soql
from ingest.core.spec import Resource, instant
from ingest.sandbox.servers.state import START
from ingest.sources.salesforce import SALESFORCE
from tests.sandbox.salesforce_org import CONTACT, Org, contacts, planted_org, small_org
from tests.sandbox.small_company import LATER, at

CONTACTS = SALESFORCE.resource("contacts")
REST, BULK = "1000000", "0"
NEXT_DAY = START + timedelta(days=1)
_BOTH = pytest.mark.parametrize("bulk_from", [REST, BULK], ids=["rest", "bulk"])


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "0.1")


class Reading:
    """One reading of some resources, without a warehouse."""

    def __init__(self, org: Org, folder: Path, *resources: Resource, state: State | None = None, **settings: str) -> None:
        source = replace(SALESFORCE, resources=resources)
        defaults = {s.name: s.default for s in source.settings if s.default is not None}
        self.run = SourceRun(source, {**defaults, **org.settings, **settings}, "run", folder)
        self.states: State = {r.name: {} for r in resources} if state is None else state
        self.tables = {r.name: _joined(self.run.batches(r, self.states[r.name])) for r in resources}

    @property
    def rows(self) -> list[dict[str, Any]]:
        (table,) = self.tables.values()
        return sorted(table.to_pylist(), key=lambda row: row["id"])

    @property
    def errors(self) -> list[str]:
        return [str(error) for error in self.run.errors]


def _joined(batches: Iterator[pa.Table]) -> pa.Table:
    found = list(batches)
    return pa.concat_tables(found) if found else pa.table({"id": pa.array([], pa.string())})


# -- a planted company ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with planted_org(tmp_path_factory.mktemp("company"), customers=150) as org:
        yield org


@pytest.fixture(scope="module")
def two_days(planted: Org, tmp_path_factory: pytest.TempPathFactory) -> tuple[Reading, Reading]:
    folder = tmp_path_factory.mktemp("data")
    planted.world.set_clock(START)
    first = Reading(planted, folder, *SALESFORCE.resources)
    planted.world.set_clock(NEXT_DAY)
    return first, Reading(planted, folder, *SALESFORCE.resources, state=first.states)


def test_everything_lands_in_the_warehouse(planted: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in planted.settings.items():
        monkeypatch.setenv(f"SOURCES__SALESFORCE__{name.upper()}", value)
    planted.world.set_clock(START)
    configure_dlt()
    runs, errors = ingest_source(SALESFORCE, Paths(tmp_path))
    assert not errors
    with duckdb.connect(str(Paths(tmp_path).warehouse), read_only=True) as connection:
        for run in runs:
            rows, keys = connection.execute(f"select count(*), count(distinct id) from raw_salesforce.{run.resource}").fetchall()[
                0
            ]
            assert rows == keys == run.landed == run.extracted > 0, run.resource
            assert (run.calls, run.is_complete, run.quarantined) == (2, True, 0)


def test_the_second_day_reads_what_moved_and_counts_everything(two_days: tuple[Reading, Reading]) -> None:
    first, second = (reading.run.tallies.values() for reading in two_days)
    assert all(t.is_complete and t.extracted == t.distinct_keys + t.duplicates + t.quarantined for t in (*first, *second))
    assert ({t.mode for t in first}, {t.mode for t in second}) == ({"full"}, {"changes"})
    assert 0 < sum(t.extracted for t in second) < 0.2 * sum(t.extracted for t in first)


def test_after_two_days_all_is_known_that_a_bulk_job_tells(
    planted: Org, two_days: tuple[Reading, Reading], tmp_path: Path
) -> None:
    """Archiving a task moves no stamp, so that alone may be old."""
    planted.world.set_clock(NEXT_DAY)
    bulk = Reading(planted, tmp_path, *SALESFORCE.resources, bulk_from=BULK)
    assert not bulk.errors
    for resource in SALESFORCE.resources:
        known = {row["id"]: row for reading in two_days for row in reading.tables[resource.name].to_pylist()}
        names = [*(column.name for column in resource.columns if column.name != "is_archived"), "_extra"]
        for row in bulk.tables[resource.name].to_pylist():
            assert {n: row[n] for n in names} == {n: known[row["id"]][n] for n in names}, resource.name


def test_a_record_indexed_after_the_first_reading_arrives_with_the_second(two_days: tuple[Reading, Reading]) -> None:
    late = START - timedelta(seconds=120)
    seen = [[row["system_modstamp"] for row in reading.tables["tasks"].to_pylist()].count(late) for reading in two_days]
    assert seen == [0, 1]


# -- a few contacts ------------------------------------------------------------------------------------------------------

_MERGED = {"is_deleted": True, "master_record_id": CONTACT.format(4), "system_modstamp": LATER, "_visible_at": LATER}
_TRICKY = {"first_name": "NULL", "last_name": 'Ma"i,er', "street": "Weg 1\nHinterhaus", "postal_code": "01067", "phone": ""}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    rows = contacts(9, n2=_TRICKY)
    rows["salesforce__contacts"].append({**rows["salesforce__contacts"][2], **_MERGED})
    with small_org(tmp_path_factory.mktemp("few"), rows) as org:
        yield org


@pytest.fixture
def org(few: Org) -> Org:
    few.switches.values.clear()
    few.world.set_clock(START)
    return few


@_BOTH
def test_texts_stay_texts_and_nothing_is_null(org: Org, tmp_path: Path, bulk_from: str) -> None:
    row = Reading(org, tmp_path, CONTACTS, bulk_from=bulk_from).rows[1]
    assert (row["first_name"], row["last_name"], row["street"], row["postal_code"]) == tuple(_TRICKY.values())[:4]
    assert not row["phone"]
    assert (row["created_at"], row["is_deleted"]) == (at(seconds=2), False)


@_BOTH
def test_a_merge_arrives_as_a_deletion_that_names_the_winner(org: Org, tmp_path: Path, bulk_from: str) -> None:
    first = Reading(org, tmp_path, CONTACTS, bulk_from=bulk_from)
    org.world.set_clock(LATER)
    second = Reading(org, tmp_path, CONTACTS, state=first.states, bulk_from=bulk_from)
    changed = {row["id"]: (row["is_deleted"], row["master_record_id"]) for row in second.rows}
    assert changed[CONTACT.format(3)] == (True, CONTACT.format(4))
    assert second.run.tallies["contacts"].mode == "changes"


@_BOTH
def test_own_fields_come_along_but_no_formula_and_no_compound(org: Org, tmp_path: Path, bulk_from: str) -> None:
    accounts = {"salesforce__accounts": [{"id": "0015g0000000001AAA", "name": "A", "system_modstamp": at(), "created_at": at()}]}
    with small_org(tmp_path / "accounts", accounts) as other:
        (row,) = Reading(other, tmp_path, SALESFORCE.resource("accounts"), bulk_from=bulk_from).rows
    assert row["_extra"] == '{"Segment__c":"B"}'


@_BOTH
def test_a_hidden_field_is_null_and_a_hidden_stamp_an_error(org: Org, tmp_path: Path, bulk_from: str) -> None:
    org.switches.values["hidden_fields"] = ["Contact.Email"]
    reading = Reading(org, tmp_path, CONTACTS, bulk_from=bulk_from)
    assert {row["email"] for row in reading.rows} == {None} and len(reading.rows) == 9
    org.switches.values["hidden_fields"] = ["Contact.SystemModstamp"]
    assert "may not read Contact.SystemModstamp" in Reading(org, tmp_path, CONTACTS).errors[0]


def test_a_lost_query_position_starts_again_and_loses_nothing(org: Org, tmp_path: Path) -> None:
    org.switches.values |= {"page_rows": 4, "refuse_once": {"path": "/query/", "code": "INVALID_QUERY_LOCATOR"}}
    reading = Reading(org, tmp_path, CONTACTS)
    tally = reading.run.tallies["contacts"]
    assert (len(reading.rows), tally.distinct_keys, tally.duplicates, reading.errors) == (9, 9, 4, [])


@pytest.mark.parametrize(
    ("path", "code", "bulk_from"),
    [("/queryAll", "QUERY_TIMEOUT", REST), ("/jobs/query", "INVALIDENTITY", BULK)],
    ids=["too heavy for an answer", "not for jobs"],
)
def test_each_way_stands_in_for_the_other(org: Org, tmp_path: Path, path: str, code: str, bulk_from: str) -> None:
    org.switches.values["refuse_once"] = {"path": path, "code": code}
    reading = Reading(org, tmp_path, CONTACTS, bulk_from=bulk_from)
    assert (len(reading.rows), reading.errors) == (9, [])


def test_a_query_too_long_for_an_address_becomes_a_job(org: Org, tmp_path: Path) -> None:
    reading = Reading(org, tmp_path, _contacts_by(Soql("Contact", longest=10)))
    assert (len(reading.rows), reading.run.tallies["contacts"].calls) == (9, 6)


def _contacts_by(reader: Soql) -> Resource:
    return replace(CONTACTS, full=reader, changes=reader)


@pytest.mark.parametrize("header_once", [True, False])
def test_bulk_answers_may_or_may_not_repeat_their_header(org: Org, tmp_path: Path, header_once: bool) -> None:
    org.switches.values["header_once"] = header_once
    reading = Reading(org, tmp_path, _contacts_by(Soql("Contact", BulkQuery(rows_per_answer=4))), bulk_from=BULK)
    assert [row["id"] for row in reading.rows] == [CONTACT.format(n) for n in range(1, 10)]


@pytest.mark.parametrize(("cut", "rows"), [(1, 9), (9, 0)], ids=["once", "always"])
def test_a_csv_cut_short_is_asked_for_again_and_never_believed(org: Org, tmp_path: Path, cut: int, rows: int) -> None:
    org.switches.values["cut_csv"] = cut
    reading = Reading(org, tmp_path, CONTACTS, bulk_from=BULK)
    assert reading.run.tallies["contacts"].extracted == rows
    assert bool(reading.errors) == (rows == 0)


@pytest.mark.parametrize(
    ("outcome", "told"), [("Failed", "ended as Failed (QUERY_TIMEOUT"), ("InProgress", "was still InProgress after 0:00:00.3")]
)
def test_a_job_that_fails_or_never_ends_is_an_error_and_leaves_no_job(org: Org, tmp_path: Path, outcome: str, told: str) -> None:
    org.switches.values["bulk_outcome"] = outcome
    impatient = _contacts_by(Soql("Contact", BulkQuery(patience=timedelta(seconds=0.3))))
    reading = Reading(org, tmp_path, impatient, bulk_from=BULK)
    assert told in reading.errors[0]
    assert org.open_jobs == 0
    assert not reading.run.tallies["contacts"].is_complete


def test_the_days_allowance_ends_the_run_and_is_left_to_others(org: Org, tmp_path: Path) -> None:
    org.switches.values["daily_quota"] = 1
    both = (CONTACTS, SALESFORCE.resource("leads"))
    spent = Reading(org, tmp_path, *both)
    assert ["allowance of calls is used up" in told for told in spent.errors] == [True]
    org.switches.values.clear()
    spared = Reading(org, tmp_path, *both, api_share="0.0")
    assert ["of the last 24 hours are used" in told for told in spared.errors] == [True]


@pytest.mark.parametrize(
    "fault",
    [
        {"expired_token": 1},
        {
            "fail_next": {
                "status": 403,
                "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}],
            }
        },
        {"fail_next": {"status": 420, "body": "<html>We are setting things up</html>"}},
        {"html_200": 1},
        {"truncated_body": 1},
    ],
    ids=["expired token", "too many at once", "edge", "maintenance page", "cut body"],
)
@_BOTH
def test_passing_trouble_passes(org: Org, tmp_path: Path, bulk_from: str, fault: Mapping[str, Any]) -> None:
    org.switches.values.update(fault)
    reading = Reading(org, tmp_path, CONTACTS, bulk_from=bulk_from)
    assert (len(reading.rows), reading.errors) == (9, [])


@_BOTH
def test_a_value_of_the_wrong_type_costs_its_own_row(tmp_path: Path, bulk_from: str) -> None:
    """The e-mail address is declared as an instant here; only one of two is one."""
    odd = replace(CONTACTS, columns=tuple(instant("email", "Email") if c.name == "email" else c for c in CONTACTS.columns))
    rows = contacts(2, n1={"email": "2026-01-01T00:00:00.000Z"})
    with small_org(tmp_path / "odd", rows) as org:
        reading = Reading(org, tmp_path, odd, bulk_from=bulk_from)
    tally = reading.run.tallies["contacts"]
    assert (tally.extracted, tally.distinct_keys, tally.quarantined) == (2, 1, 1)
    assert reading.run.quarantine()["field"].to_pylist() == ["email"]
