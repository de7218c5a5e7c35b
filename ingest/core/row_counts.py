"""How many rows each raw table held before and after every load: what tells a row that vanished from one that never came.

`raw_ingest.row_counts` has one row per raw table and change of it. An entry is opened before a load and closed after it, both
under the writer lock; one that a killed load left open is closed once the next run has finished what that load began. dlt
commits table after table, so the two counts cannot be part of the load itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.core.errors import UnknownName
from ingest.core.roster import SCHEMA
from ingest.core.spec import Source

TABLE = f"{SCHEMA}.row_counts"
LOAD, INTERRUPTED, ERASURE, ACCEPTED = "load", "interrupted", "erasure", "accepted"
_CREATE = f"""
create schema if not exists {SCHEMA};
create table if not exists {TABLE} (
    nth bigint, source varchar, resource varchar, run_id varchar, cause varchar,
    rows_before bigint, rows_of_run bigint, rows_after bigint, counted_at timestamptz
)
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table where it is missing."""
    connection.execute(_CREATE)


def prepare_in(warehouse: Path) -> None:
    """The same for a warehouse file. The caller holds the writer lock."""
    with duckdb.connect(str(warehouse)) as connection:
        prepare(connection)


def begin(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Counts the source's tables before a load; what a killed load left open stays as it was counted then."""
    prepare(connection)
    waiting = _open(connection, source)
    for resource, (rows, _) in _counted(connection, source, {}).items():
        if resource not in waiting:
            _note(connection, source.name, resource, None, None, rows, None, None)


def end(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Counts again, and names the run each table was loaded by; nothing is kept of tables that no run touched."""
    prepare(connection)
    waiting = _open(connection, source)
    if not waiting:
        return
    runs = _uncounted_runs(connection, source)
    connection.begin()
    for resource, (rows, of_run) in _counted(connection, source, runs).items():
        if resource not in waiting:
            continue
        nth, before = waiting[resource]
        run = runs.get(resource)
        if run is None and rows == before:
            connection.execute(f"delete from {TABLE} where nth = ?", [nth])
            continue
        connection.execute(
            f"update {TABLE} set run_id = ?, cause = ?, rows_of_run = ?, rows_after = ?, counted_at = ? where nth = ?",
            [run, LOAD if run else INTERRUPTED, of_run if run else None, rows, datetime.now(UTC), nth],
        )
    connection.commit()


def tell(
    connection: duckdb.DuckDBPyConnection, source: str, resource: str, cause: str, before: int, after: int, by: str = ""
) -> None:
    """Notes a change that is no load, in the caller's transaction."""
    _note(connection, source, resource, by or None, cause, before, None, after)


def accept(connection: duckdb.DuckDBPyConnection, source: Source, resource: str, because: str) -> int:
    """Notes that somebody looked into what is missing of a table and lets it be; how many rows it holds now. UnknownName for no table."""
    prepare(connection)
    if resource not in set(_tables(source)) & _there(connection, source):
        raise UnknownName(f"{source.name} has no table {resource!r}", f"Tables: {', '.join(_tables(source))}.")
    rows, _ = _counted(connection, source, {})[resource]
    tell(connection, source.name, resource, ACCEPTED, rows, rows, because)
    return rows


def _note(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    resource: str,
    run_id: str | None,
    cause: str | None,
    before: int,
    of_run: int | None,
    after: int | None,
) -> None:
    prepare(connection)
    connection.execute(
        f"insert into {TABLE} select coalesce(max(nth), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? from {TABLE}",
        [source, resource, run_id, cause, before, of_run, after, datetime.now(UTC)],
    )


def _open(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, tuple[int, int]]:
    """Per table the entry that waits for its second count: its number, and the rows counted before."""
    found = connection.execute(
        f"select resource, nth, rows_before from {TABLE} where source = ? and rows_after is null", [source.name]
    ).fetchall()
    return {resource: (nth, before) for resource, nth, before in found}


def _uncounted_runs(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, str]:
    """Per table the run that the books were given last, unless its rows were counted before.

    By their place in the table: a replay keeps the instants at which its records were told.
    """
    if "ingest_runs" not in _there(connection, source):
        return {}
    return dict(
        connection.execute(
            f"""
            with newest as (
                select resource, arg_max(run_id, rowid) as run_id from "{source.schema}".ingest_runs group by resource
            )
            select resource, run_id from newest
            anti join {TABLE} as counted on counted.source = ? and counted.resource = newest.resource and counted.run_id = newest.run_id
            """,
            [source.name],
        ).fetchall()
    )


def _counted(connection: duckdb.DuckDBPyConnection, source: Source, runs: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Per table its rows, and how many of them the named run brought."""
    there = _there(connection, source)
    found = {table: (0, 0) for table in _tables(source)}
    asked = [table for table in _tables(source) if table in there]
    union = " union all ".join(
        f"select '{table}', count(*), "
        + (f"count(*) filter (_run_id = '{runs[table]}')" if table in runs else "0")
        + f' from "{source.schema}"."{table}"'
        for table in asked
    )
    if union:
        found |= {table: (rows, of_run) for table, rows, of_run in connection.execute(union).fetchall()}
    return found


def _tables(source: Source) -> Iterator[str]:
    for resource in source.resources:
        yield resource.name
        if resource.keys is not None:
            yield f"{resource.name}_keys"


def _there(connection: duckdb.DuckDBPyConnection, source: Source) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and schema_name = ?", [source.schema]
        ).fetchall()
    }
