"""A backfill finds what a vendor entered for the past; rows stay single and the daily cursor stays where it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from ingest.core.again import Again, NotByDate, left_out, of_dates
from ingest.core.errors import CxError
from ingest.core.load import configure_dlt, ingest, ingest_source
from ingest.core.paths import Paths
from ingest.registry import SOURCES
from ingest.sandbox.company import FILE_NAME
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor

JUNE_20 = Again.days(date(2026, 6, 20), date(2026, 6, 20))
BOOKS = "select mode, extracted, distinct_keys + duplicates + quarantined + suppressed, cursor_to from raw_{}.ingest_runs where resource = '{}' order by rowid"


def _late(number: int) -> dict[str, object]:
    return person(number, "2026-06-20T10:00:00.000Z")


@pytest.mark.usefixtures("begun")
def test_only_a_backfill_finds_what_was_entered_for_the_past(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records += [_late(900), {**_late(3), "age": 99}]
    warehouse.run()
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]
    asked = len(vendor.requests)

    report = ingest(["acme"], paths=warehouse.paths, again=JUNE_20)
    assert report.failures == {} and [run.mode for run in report.runs] == ["backfill"]
    assert vendor.requests[asked]["since"].startswith("2026-06-20T00:00:00")
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(251, 251)]
    assert warehouse.rows("select age from raw_acme.people where id = '3'") == [(99,)]
    books = warehouse.rows(BOOKS.format("acme", "people"))
    assert all(extracted == told for _, extracted, told, _ in books) and books[-1][3] is None

    before = vendor.requests[asked - 1]["since"]
    warehouse.run()
    assert vendor.requests[-1]["since"] == before, "the daily run goes on as if there had been no backfill"


@pytest.mark.usefixtures("begun")
def test_read_twice_is_stored_once(vendor: Vendor, warehouse: Warehouse) -> None:
    for _ in range(2):
        ingest(["acme"], paths=warehouse.paths, again=JUNE_20)
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(250, 250)]
    assert warehouse.rows("select distinct rows_before, rows_after from raw_ingest.row_counts where nth > 1") == [(250, 250)]


def test_before_the_first_run_a_backfill_leaves_no_cursor(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records.append(person(900, "2026-06-01T10:00:00.000Z"))
    ingest(["acme"], paths=warehouse.paths, again=JUNE_20)
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]
    warehouse.run()
    assert warehouse.rows("select count(*) from raw_acme.people") == [(251,)]


@pytest.mark.usefixtures("begun")
def test_a_refresh_lists_everything(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records.append(person(900, "2020-01-01T10:00:00.000Z"))
    [run] = ingest(["acme"], paths=warehouse.paths, again=Again()).runs
    assert (run.mode, run.extracted) == ("full", 251)


def test_what_has_no_dates_is_refused_with_the_reason_for_each_table() -> None:
    with pytest.raises(NotByDate, match="mailbox: nothing of it can be read by date: messages goes on from a position"):
        of_dates(SOURCES["mailbox"])
    with pytest.raises(CxError, match="2026-06-01 lies before 2026-06-02"):
        Again.days(date(2026, 6, 2), date(2026, 6, 1))
    assert set(left_out(SOURCES["zendesk_support"])) == {"users", "tickets"}
    children = {resource.name for resource in of_dates(SOURCES["hubspot"]).resources}
    assert {"contacts", "deals", "deal_contacts"} <= children
    assert {"surveys", "responses"} <= {resource.name for resource in of_dates(SOURCES["surveymonkey"]).resources}


LATE = {("chargebee", "customers"): "updated_at", ("business_central", "sales_invoices"): "last_modified_at"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One record of each of these tables shows up half a day late, as old as it was."""
    folder, sources = tmp_path_factory.mktemp("company"), tuple(source for source, _ in LATE)
    with Sandbox.start(folder, customers=60, sources=sources):
        pass
    with duckdb.connect(str(folder / FILE_NAME)) as connection:
        for (source, table), changed in LATE.items():
            planted = f"vendor.{source}__{table}"
            chosen = f"select id from {planted} group by id having count(*) = 1 and max({changed}) < $1 order by max({changed}), id limit 1"
            connection.execute(
                f"update {planted} set _visible_at = $2 where id = ({chosen})",
                [START - timedelta(days=3), START + timedelta(hours=12)],
            )
    with Sandbox.start(folder, customers=60, sources=sources, clock=START) as running:
        yield running


def test_real_connectors_find_what_showed_up_late(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**os.environ, **sandbox.environment()}.items():
        monkeypatch.setenv(name, value)
    configure_dlt()
    paths = Paths(tmp_path)

    def held(again: Again | None = None) -> dict[str, dict[str, date]]:
        rows = {}
        for (source, table), changed in LATE.items():
            runs, errors = ingest_source(SOURCES[source], paths, again=again)
            assert errors == [] and all(r.extracted == r.landed + r.duplicates + r.quarantined + r.suppressed for r in runs)
            with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
                told = connection.execute(f"select id, {changed}::date from raw_{source}.{table}").fetchall()
                assert len(told) == len(dict(told))
                rows[source] = dict(told)
        return rows

    held()
    sandbox.advance(START + timedelta(days=1))
    daily, backfilled = held(), held(Again.days(date(2020, 1, 1), START.date()))
    assert {source: len(backfilled[source]) - len(daily[source]) for source, _ in LATE} == {"chargebee": 1, "business_central": 1}
