"""A backup that is put back holds people who were erased since: they are left out before anybody reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.core import row_counts
from ingest.core.paths import Paths
from ingest.core.spec import Source
from ingest.core.suppression import Doorkeeper, Suppression
from ingest.owners import OWNERS
from ingest.registry import SOURCES
from orchestration import last_publication

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def leave_out_the_erased(connection: DuckDBPyConnection, paths: Paths) -> bool:
    """Applies the suppression list to every raw row and quarantined record, as landing does; True when there is a list.

    What the last publication held goes with it: it cannot be read row by row for its owners.
    """
    listed = Suppression.read(paths)
    if not listed:
        return False
    there = set(connection.execute("select schema_name, table_name from duckdb_tables()").fetchall())
    for source in SOURCES.values():
        door = Doorkeeper(source.name, listed, dict(OWNERS.get(source.name, {})))
        for resource in source.resources:
            if (source.schema, resource.name) in there:
                _admit(connection, source, resource.name, door)
        if (source.schema, "quarantine") in there:
            _refuse(connection, source, door)
    listed.keep()
    connection.execute(f"drop schema if exists {last_publication.SCHEMA} cascade")
    return True


def _admit(connection: DuckDBPyConnection, source: Source, name: str, door: Doorkeeper) -> None:
    relation = f'"{source.schema}"."{name}"'
    before = connection.sql(f"from {relation}").to_arrow_table()
    after, _ = door.admit(source.resource(name), before)
    if after.num_rows < before.num_rows:
        row_counts.tell(connection, source.name, name, row_counts.ERASURE, before.num_rows, after.num_rows)
    if not after.equals(before):
        connection.register("admitted", after)
        connection.execute(f"truncate {relation}; insert into {relation} by name select * from admitted")
        connection.unregister("admitted")


def _refuse(connection: DuckDBPyConnection, source: Source, door: Doorkeeper) -> None:
    kept = connection.execute(f'select id, resource, record_key, record from "{source.schema}".quarantine').fetchall()
    declared = {resource.name: resource for resource in source.resources}
    gone = [one for one, name, key, text in kept if name in declared and door.refuses(declared[name], key, text)]
    connection.execute(f'delete from "{source.schema}".quarantine where list_contains(?, id)', [gone])
