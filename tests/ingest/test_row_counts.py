"""Every load is counted on both sides, also the ones that were killed on their way."""

from __future__ import annotations

import duckdb
import pytest

from ingest.core import row_counts
from ingest.registry import SOURCES
from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor

ENTRIES = "select cause, rows_before, rows_of_run, rows_after from raw_ingest.row_counts order by nth"
RUNS = "select count(distinct run_id) from raw_ingest.row_counts join raw_acme.ingest_runs using (run_id, resource)"


class Killed(BaseException):
    """Ends a run where it stands, past every handler of failures."""


@pytest.mark.usefixtures("begun")
def test_a_load_is_counted_before_and_after(vendor: Vendor, warehouse: Warehouse) -> None:
    assert warehouse.rows(ENTRIES) == [("load", 0, 250, 250)]
    vendor.records[3] = person(3, "2026-06-30T11:00:00.000Z")
    vendor.records.append(person(900, "2026-06-30T11:00:00.000Z"))
    warehouse.run()
    told = warehouse.rows(ENTRIES)[1]
    assert (told[0], told[1], told[3]) == ("load", 250, 251)
    assert (
        told[2]
        == warehouse.rows(
            "select count(*) from raw_acme.people where _run_id in (select run_id from raw_ingest.row_counts where nth = 2)"
        )[0][0]
    )


@pytest.mark.parametrize("step", ["begin", "end"])
@pytest.mark.usefixtures("begun")
def test_a_load_that_was_killed_is_counted_by_the_next_run(vendor: Vendor, warehouse: Warehouse, step: str) -> None:
    """Killed before its first row is in, or after its last and before that is noted."""
    vendor.records.append(person(900, "2026-06-30T11:00:00.000Z"))
    with pytest.MonkeyPatch.context() as patch:
        real, calls = getattr(row_counts, step), []

        def die(*given: object) -> None:
            calls.append(given)
            if step == "begin" or len(calls) == 2:  # the first `end` closes what an earlier run left open
                raise Killed
            real(*given)

        patch.setattr(row_counts, step, die)
        with pytest.raises(Killed):
            warehouse.run()
    vendor.records.append(person(901, "2026-06-30T12:00:00.000Z"))
    warehouse.run()
    entries = warehouse.rows(ENTRIES)
    assert [(cause, before, after) for cause, before, _, after in entries] == [
        ("load", 0, 250),
        ("load", 250, 251),
        ("load", 251, 252),
    ]
    assert warehouse.rows(RUNS) == [(3,)]


@pytest.mark.usefixtures("begun")
def test_what_a_killed_load_left_without_books_is_told_apart(vendor: Vendor, warehouse: Warehouse) -> None:
    with duckdb.connect(str(warehouse.paths.warehouse)) as connection:
        row_counts.begin(connection, SOURCES["acme"])
        connection.execute("insert into raw_acme.people (id) values ('x')")
        row_counts.end(connection, SOURCES["acme"])
    assert warehouse.rows(ENTRIES)[1] == ("interrupted", 250, None, 251)
