"""What a warehouse and a publication hold, in a form that two runs of the same day have in common."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from ingest.core.paths import Paths
from orchestration.fingerprint import fingerprint

Contents = dict[str, list[Any]]
"""Rows and order-free checksum by table."""

TELLS_OF_RUNS = {"source_runs", "row_reconciliation"}  # what each run brought: after a kill that is another run
# who wrote a row and when, which a run that was killed and its successor do not share with an undisturbed one
_OF_THE_RUN = (
    "_dlt_id",
    "_dlt_load_id",
    "_run_id",
    "_seq",
    "_observed_at",
    "run_id",
    "observed_at",
    "recorded_at",
    "superseded_at",
)
_BOOKS = "ingest_runs"
_IDENTITY = ("identity_state",)
_BUILT = ("reference", "staging", "identity", "customer_360", "marts")


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """A table's columns to hash. The last digits of a sum of doubles follow the order of its rows: nine are compared.

    Figures are scaled first, by no round number: halves and quarters would stand just where rounding turns.
    """
    described = connection.execute(f"select column_name, column_type from (describe {table})").fetchall()
    sums = "format('{{:.9g}}', round(\"{}\" * 0.9876543210987, 6) + 0.0)"  # the last addend turns a negative zero
    kept = [(name, kind) for name, kind in described if name not in _OF_THE_RUN]
    return ", ".join(sums.format(name) if kind == "DOUBLE" else f'"{name}"' for name, kind in kept)


def contents(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> Contents:
    """Of the (quoted) tables."""
    return {
        table: list(
            connection.execute(
                f"select count(*), sum(hash({columns(connection, table)})::hugeint)::varchar from {table}"
            ).fetchall()[0]
        )
        for table in tables
    }


def whole(file: Path) -> list[str]:
    """The tables of a publication, which has to hold what it says of itself: AssertionError where it does not."""
    with duckdb.connect(str(file), read_only=True) as connection:
        told = connection.execute("select table_name, row_count, checksum from publication order by 1").fetchall()
        assert told, f"{file.name} tells of no tables"
        for table, rows, checksum in told:
            assert fingerprint(connection, f'"{table}"') == (rows, checksum), f"{file.name}: {table} is not whole"
    return [str(row[0]) for row in told]


def published(file: Path) -> Contents:
    """Of a publication that is whole."""
    tables = whole(file)
    with duckdb.connect(str(file), read_only=True) as connection:
        return contents(connection, (f'"{table}"' for table in tables if table not in TELLS_OF_RUNS))


def built(paths: Paths, schemas: Iterable[str] = _BUILT) -> Contents:
    """Of every table dbt has built; views are told by their names."""
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        views = connection.execute(
            "select schema_name, view_name from duckdb_views() where list_contains(?, schema_name) order by all", [list(schemas)]
        ).fetchall()
        return contents(connection, _tables(connection, schemas)) | {"views": [len(views), str(views)]}


def resolved(paths: Paths) -> Contents:
    """Of identity's ledger."""
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        return contents(connection, _tables(connection, _IDENTITY))


def landed(paths: Paths, sources: Iterable[str]) -> Contents:
    """Of the raw tables, with the cursors beside them; AssertionError where a key stands twice or the books do not balance."""
    told: Contents = {}
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        for source in sources:
            schema = f"raw_{source}"
            tables = [t for t in _tables(connection, [schema]) if "_dlt_" not in t and _BOOKS not in t]
            told |= contents(connection, tables)
            _balance(connection, schema)
            state = json.loads((paths.dlt / source / "state.json").read_text(encoding="utf-8"))
            told[f"{source}: cursors"] = [0, json.dumps(state["sources"], sort_keys=True)]
    return told


def _balance(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """extracted = landed + duplicates + quarantined + suppressed in every run, and every row belongs to a run that is told."""
    books = connection.execute(
        f"select run_id, resource, extracted - distinct_keys - duplicates - quarantined - suppressed, distinct_keys from {schema}.{_BOOKS}"
    ).fetchall()
    assert all(row[2] == 0 for row in books), f"{schema}: the books do not balance"
    landed_by = {(run, resource): keys for run, resource, _, keys in books}
    for table in {resource for _, resource, _, _ in books}:
        for run, rows in connection.execute(f'select _run_id, count(*) from {schema}."{table}" group by 1').fetchall():
            assert rows <= landed_by.get((run, table), 0), f"{schema}.{table}: rows nobody has booked"


def _tables(connection: duckdb.DuckDBPyConnection, schemas: Iterable[str]) -> list[str]:
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all", [list(schemas)]
    ).fetchall()
    return [f'"{schema}"."{table}"' for schema, table in found]


def differing(found: Contents, wanted: Contents) -> list[str]:
    """Names of tables that differ, for a person to look at."""
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
