"""The ERP database end to end: the second day's changes only, late commits, silent deletes, odd values, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.readers.sql import SqlTable
from ingest.core.settings import resolve
from ingest.core.templates import Filler
from ingest.sources.erp_postgres import ERP_POSTGRES
from tests.ingest.chat_runs import Runs, only
from tests.sandbox.erp_company import NEXT_DAY, Served, serving_erp

RAW = "raw_erp_postgres"
CONNECTION = "SOURCES__ERP_POSTGRES__CONNECTION"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_erp(tmp_path_factory.mktemp("erp")) as running:
        yield running


@pytest.fixture
def runs(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs.into(tmp_path, served, monkeypatch)


def change(served: Served, statement: str) -> None:
    """Something the ERP's own people do to its database."""
    assert served.database.cluster is not None
    with served.database.cluster.connect("outlet") as connection:
        connection.execute(statement)


def read(resource: str, **changes: Any) -> list[pa.Table]:
    """What the reader alone gives for a full listing, with the settings of the environment."""
    [listed] = only(ERP_POSTGRES, resource, **changes).resources
    assert isinstance(listed.full, SqlTable)
    call = Call(
        source=ERP_POSTGRES, resource=listed, settings=resolve(ERP_POSTGRES), client=None, fill=Filler({}, {}), parent={}, since=None,
        until=NEXT_DAY, position="", keep=lambda position: None, set_aside=lambda record, reason: None,
    )  # fmt: skip
    return list(listed.full.pages(call))


def test_all_lands_and_the_next_day_brings_changes_late_commits_and_deletes(runs: Runs) -> None:
    first = runs.run(ERP_POSTGRES)
    assert runs.errors == [] and all(run.is_complete and run.quarantined == 0 for run in first.values())
    assert {name: run.landed for name, run in first.items() if not name.endswith("_keys")} == {
        "countries": 1, "currencies": 1, "partners": 40, "product_templates": 1, "products": 1, "sale_orders": 2,
        "sale_order_lines": 1, "account_moves": 1,
    }  # fmt: skip
    row = f"select amount_untaxed::text, ordered_at at time zone 'UTC' = timestamp '2026-06-21 06:00', _extra from {RAW}.sale_orders where id = 1"
    assert runs.rows(row) == [("100.000000000", True, None)]

    runs.served.advance(NEXT_DAY)
    second = runs.run(replace(ERP_POSTGRES, resources=tuple(ERP_POSTGRES.resource(name) for name in ("partners", "sale_orders"))))
    assert runs.errors == [] and second["partners"].mode == "changes"
    changed = f"select list(id order by id) from {RAW}.partners where _run_id = (select max_by(run_id, observed_at) from {RAW}.ingest_runs)"
    # 40 was the newest of the first day; 41 was written before it and committed after that day's run.
    assert runs.rows(changed) == [([3, 40, 41],)]
    for table, gone in (("partners", [4]), ("sale_orders", [2])):
        keys = f"select k.id::bigint from {RAW}.{table}_keys k where _run_id = (select max_by(run_id, observed_at) from {RAW}.ingest_runs)"
        assert runs.rows(f"select list(id) from {RAW}.{table} where id not in ({keys})") == [(gone,)]


def test_values_that_arrow_cannot_hold_cost_their_rows_alone(runs: Runs) -> None:
    read("countries")  # starts the database
    change(runs.served, "update res_partner set write_date = 'infinity' where id = 7")
    change(runs.served, "alter table res_partner add column x_tags text[] default '{a,b}', drop column mobile")
    try:
        books = runs.run(only(ERP_POSTGRES, "partners"))
    finally:
        change(runs.served, "alter table res_partner drop column x_tags, add column mobile varchar")
        change(runs.served, "update res_partner set write_date = create_date where id = 7")
    assert runs.errors == []
    assert (books["partners"].landed, books["partners"].quarantined) == (39, 1)
    assert runs.rows(f"select record_key, field, reason from {RAW}.quarantine") == [
        ("7", "written_at", "does not fit the declared type timestamp")
    ]
    assert runs.rows(f"select distinct _extra, mobile, is_company, active from {RAW}.partners") == [
        ('{"x_tags":"{a,b}"}', None, False, True)
    ]


def test_a_connection_that_breaks_is_made_again(runs: Runs) -> None:
    runs.served.switches("erp_postgres").set({"reset": 2})
    assert sum(page.num_rows for page in read("partners")) == 40
    runs.served.switches("erp_postgres").set({"reset": 3})
    with pytest.raises(IngestError, match=r"no answer from the database outlet at 127\.0\.0\.1"):
        read("partners")


def test_it_reads_without_being_able_to_write(runs: Runs) -> None:
    read("countries")
    change(runs.served, "create function nosy() returns int language sql as 'insert into res_country values (1) returning id'")
    change(runs.served, "alter function nosy() security definer")
    with pytest.raises(IngestError, match="cannot execute INSERT in a read-only transaction"):
        read("countries", full=SqlTable("res_country", where="nosy() = 1"))


@pytest.mark.parametrize(
    ("statement", "back", "told"),
    [
        (
            "alter table sale_order rename to sales",
            "alter table sales rename to sale_order",
            "erp_postgres: the database has no table 'sale_order'",
        ),
        (
            "revoke select on sale_order from warehouse",
            "grant select on sale_order to warehouse",
            "erp_postgres: access denied: permission denied for table sale_order",
        ),
        (
            "alter table sale_order rename write_date to written",
            "alter table sale_order rename written to write_date",
            "erp_postgres: table 'sale_order' has no column 'write_date'",
        ),
    ],
    ids=["table", "permission", "cursor"],
)
def test_what_the_database_lacks_gives_one_clear_line(runs: Runs, statement: str, back: str, told: str) -> None:
    read("countries")  # starts the database
    change(runs.served, statement)
    try:
        with pytest.raises(IngestError) as raised:
            read("sale_orders", full=ERP_POSTGRES.resource("sale_orders").changes)
    finally:
        change(runs.served, back)
    assert str(raised.value) == told and CONNECTION in raised.value.remedy


@pytest.mark.parametrize(
    ("pattern", "instead", "told"),
    [
        (r":[^:@/]+@", ":secret@", "access denied: password authentication failed for user"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:9", "no answer from the database outlet at 127.0.0.1:9 (Connection refused)"),
        (
            r"127\.0\.0\.1:\d+",
            "no-such-host.invalid",
            "no answer from the database outlet at no-such-host.invalid:5432 (failed to resolve",
        ),
        (r"/outlet", "/inlet", 'database "inlet" does not exist'),
        (r"postgresql:", "mysql:", "the address of the database is for 'mysql', not for PostgreSQL"),
        (r".*", "secret", "the address of the database cannot be read"),
    ],
    ids=["password", "port", "host", "database", "engine", "address"],
)
def test_a_wrong_address_gives_one_clear_line(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, pattern: str, instead: str, told: str
) -> None:
    right = runs.served.environment()[CONNECTION]
    monkeypatch.setenv(CONNECTION, re.sub(pattern, instead, right, count=1))
    monkeypatch.setattr("ingest.core.readers.sql_batches.ATTEMPTS", 1)
    with pytest.raises(IngestError) as raised:
        read("countries")
    words = str(raised.value)
    assert told in words and "\n" not in words and "secret" not in words
    assert CONNECTION in raised.value.remedy
