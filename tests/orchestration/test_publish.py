"""Readers see the last complete publication or the next one, never anything between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.publish import PublishError, publish
from orchestration.status import read_publication

TABLES = ["customer_360", "kpi_catalog", "kpi_period"]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def _stage(paths: Paths, customers: int, orders: int = 1) -> None:
    paths.staging_file.parent.mkdir(parents=True, exist_ok=True)
    paths.staging_file.unlink(missing_ok=True)
    with duckdb.connect(str(paths.staging_file)) as connection:
        for table, rows in {**dict.fromkeys(TABLES, 1), "customer_360": customers, "orders": orders}.items():
            connection.execute(
                f"create table {table} as select i, timestamptz '2026-07-01 06:00:00+00' as data_as_of from range({rows}) as t(i)"
            )


def _ask(file: Path) -> subprocess.Popen[str]:
    """Another process that opens the file, says how many customers it sees, and again after a line on its input."""
    code = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "count = lambda: print(connection.execute('select count(*), sum(i) from customer_360').fetchall(), flush=True)\n"
        "count(); sys.stdin.readline(); count()\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_reader_neither_blocks_a_publication_nor_is_disturbed_by_it(paths: Paths) -> None:
    _stage(paths, customers=1000)
    publish(paths, "first", TABLES)
    reader = _ask(paths.published)
    assert reader.stdout is not None and reader.stdin is not None
    assert reader.stdout.readline() == "[(1000, 499500)]\n"

    _stage(paths, customers=2000)
    publish(paths, "second", TABLES)

    reader.stdin.write("again\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == "[(1000, 499500)]\n"
    assert reader.wait() == 0
    later = _ask(paths.published)
    assert later.communicate("again\n")[0] == "[(2000, 1999000)]\n" * 2


def test_a_publication_describes_itself(paths: Paths) -> None:
    _stage(paths, customers=3)
    publish(paths, "a-run", [*TABLES, "orders"])
    told = read_publication(paths)
    assert told is not None
    assert (told.run_id, told.tables["customer_360"], told.tables["orders"]) == ("a-run", 3, 1)
    assert told.data_as_of is not None and told.data_as_of.isoformat() == "2026-07-01T06:00:00+00:00"


def test_the_checksum_changes_with_the_rows_and_not_with_their_order(paths: Paths) -> None:
    def checksum(order: str) -> str:
        paths.staging_file.unlink(missing_ok=True)
        _stage(paths, customers=1)
        with duckdb.connect(str(paths.staging_file)) as connection:
            rows = f"select i, now()::date::timestamptz as data_as_of from range(5) as t(i) {order}"
            connection.execute(f"create or replace table customer_360 as {rows}")
        return next(table.checksum for table in publish(paths, "run", TABLES) if table.name == "customer_360")

    assert checksum("order by i") == checksum("order by i desc") != checksum("where i < 4")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("drop table kpi_period", "lacks kpi_period"),
        ("delete from customer_360", "without rows: customer_360"),
        ("delete from orders", "without rows: orders"),
    ],
)
def test_an_unfit_file_leaves_the_last_publication_in_place(paths: Paths, fault: str, told: str) -> None:
    _stage(paths, customers=7)
    publish(paths, "good", [*TABLES, "orders"])
    _stage(paths, customers=8)
    with duckdb.connect(str(paths.staging_file)) as connection:
        connection.execute(fault)
    with pytest.raises(PublishError, match=told):
        publish(paths, "bad", [*TABLES, "orders"])
    kept = read_publication(paths)
    assert kept is not None and (kept.run_id, kept.tables["customer_360"]) == ("good", 7)


def test_a_list_of_what_is_due_may_become_empty(paths: Paths) -> None:
    for rows in (3, 0):
        _stage(paths, customers=7)
        with duckdb.connect(str(paths.staging_file)) as connection:
            connection.execute(f"create table contact_today as select i, now() as data_as_of from range({rows}) as t(i)")
        published = publish(paths, f"with {rows}", [*TABLES, "contact_today"])
        assert {table.name: table.rows for table in published}["contact_today"] == rows


def test_a_table_may_be_empty_from_the_start(paths: Paths) -> None:
    """A company without orders yet has something to publish all the same."""
    _stage(paths, customers=7, orders=0)
    publish(paths, "run", [*TABLES, "orders"])


def test_a_publication_that_fails_half_way_leaves_nothing_beside_the_target(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stage(paths, customers=7)
    publish(paths, "good", TABLES)
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        publish(paths, "bad", TABLES)
    assert sorted(path.name for path in paths.published.parent.iterdir()) == [
        ".next.duckdb",
        "cx.duckdb",
        "cx_pseudonymised.duckdb",
    ]
