"""Which sources are switched on: those whose settings are there. The others keep empty tables, so that models find them.

The roster stands in the warehouse (`raw_ingest.sources`, one row per source), where gates and models read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import duckdb

from ingest.core.accounts import LEDGER_SCHEMA, QUARANTINE_SCHEMA
from ingest.core.landed_types import keys_schema, landed_schema, sql_type
from ingest.core.settings import value_of
from ingest.core.spec import CLOCK_URL, Source

SCHEMA, TABLE = "raw_ingest", "sources"
_CREATE = f"""
create schema if not exists {SCHEMA};
create table if not exists {SCHEMA}.{TABLE} (source varchar primary key, title varchar, is_on boolean, noted_at timestamptz)
"""


def is_on(source: Source) -> bool:
    """True when any setting is given: a source that is only half configured is meant, and fails by name."""
    return any(value_of(source, setting) is not None for setting in source.settings if setting != CLOCK_URL)


def note(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], on: Iterable[str]) -> None:
    """Writes the roster for these sources, and empty tables for those that are off and have none."""
    chosen = set(on)
    connection.execute(_CREATE)
    for name, source in sources.items():
        connection.execute(
            f"insert or replace into {SCHEMA}.{TABLE} values ($1, $2, $3, $4)",
            [name, source.title, name in chosen, datetime.now(UTC)],
        )
        if name not in chosen:
            _declare(connection, source)


def switched_off(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The sources that the newest run found without settings."""
    try:
        return {name for (name,) in connection.execute(f"select source from {SCHEMA}.{TABLE} where not is_on").fetchall()}
    except duckdb.CatalogException:
        return set()


def _declare(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """The source's tables without rows, with the types and columns its first load would give them."""
    tables = {resource.name: landed_schema(resource.columns) for resource in source.resources}
    tables |= {f"{r.name}_keys": keys_schema(r) for r in source.resources if r.keys is not None}
    tables |= {"quarantine": QUARANTINE_SCHEMA, "ingest_runs": LEDGER_SCHEMA}
    connection.execute(f'create schema if not exists "{source.schema}"')
    for name, schema in tables.items():
        columns = ", ".join(f'"{column.name}" {sql_type(column.type)}' for column in schema)
        connection.execute(f'create table if not exists "{source.schema}"."{name}" ({columns})')
