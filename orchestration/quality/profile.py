"""Measures tables in DuckDB: one query per table, and one more for the keys of the rows that a failed measure is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from orchestration.quality.measures import Measure, Table, unreadable

_KEYS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Profile:
    """A table's figures, by measure."""

    table: Table
    values: Mapping[str, float]


def take(connection: duckdb.DuckDBPyConnection, table: Table) -> Profile:
    """Measures the table. Where a column cannot even be compared, that is the one thing said about the table."""
    try:
        return Profile(table, _measure(connection, table))
    except (duckdb.ProgrammingError, duckdb.DataError):  # its message may quote values, so it goes nowhere
        table = replace(
            table, key=(), measures=(unreadable("Compare the table's types with its declaration, then build it again."),)
        )
        return Profile(table, _measure(connection, table))


def columns_of(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, list[str]]:
    """The columns of every table of a schema, in order; empty for a schema that is not there."""
    found: dict[str, list[str]] = {}
    query = (
        "select table_name, column_name from duckdb_columns() where schema_name = ? and database_name = current_database() "
        "order by table_name, column_index"
    )
    for table, column in connection.execute(query, [schema]).fetchall():
        found.setdefault(table, []).append(column)
    return found


def sentence(connection: duckdb.DuckDBPyConnection, profile: Profile, measure: Measure) -> str:
    """What a person reads: what was expected of which column, what was seen, in which rows, and what to do."""
    value, table = profile.values[measure.name], profile.table
    seen = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
    blame = _codes(connection, measure) + _rows(connection, table, measure)
    return f"{table.name}: expected that {measure.claim}; {measure.name} is {seen}{blame}. {measure.remedy}"


def _measure(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, float]:
    constant = all(m.sql.lstrip("-").isdigit() for m in table.measures)
    listed = ", ".join(f'({m.sql})::double as "{m.name}"' for m in table.measures)
    row = connection.execute(f"select {listed}" if constant else f"select {listed} from {table.relation} as t").fetchone()
    assert row is not None
    return {m.name: value for m, value in zip(table.measures, row, strict=True)}


def _codes(connection: duckdb.DuckDBPyConnection, measure: Measure) -> str:
    found = connection.execute(f"select {measure.detail}").fetchone() if measure.detail else None
    return f" ({found[0]})" if found and found[0] else ""


def _rows(connection: duckdb.DuckDBPyConnection, table: Table, measure: Measure) -> str:
    """The keys of the first rows to look at, as the end of a sentence."""
    if not measure.offenders or not table.key:
        return ""
    key = ", ".join(f"t.{column}" for column in table.key)
    found = connection.execute(
        f"select {key} from {table.relation} as t where {measure.offenders} order by all limit {_KEYS_SHOWN}"
    ).fetchall()
    rows = "; ".join(", ".join(f"{name} {value}" for name, value in zip(table.key, row, strict=True)) for row in found)
    return f" (for example {rows})" if rows else ""
