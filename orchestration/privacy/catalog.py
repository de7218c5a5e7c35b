"""The tables of a DuckDB file and their columns, asked once: the catalogue's own functions take milliseconds a call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

_LOADERS = re.compile(r"^_dlt_")
_COLUMNS = """
select schema_name, table_name, column_name, data_type from duckdb_columns()
join duckdb_tables() using (database_name, schema_name, table_name)
where database_name = current_database() order by schema_name, table_name, column_index
"""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Columns with their types by schema and table; views are not in it."""

    tables: dict[tuple[str, str], list[tuple[str, str]]]

    @classmethod
    def of(cls, connection: DuckDBPyConnection) -> Catalog:
        tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for schema, table, column, kind in connection.execute(_COLUMNS).fetchall():
            tables.setdefault((schema, table), []).append((column, kind))
        return cls(tables)

    def has(self, schema: str, table: str) -> bool:
        return (schema, table) in self.tables

    def of_schema(self, schema: str) -> list[str]:
        return [table for name, table in self.tables if name == schema]

    def text_columns(self, schema: str, table: str) -> list[str]:
        """Columns that may tell something about somebody; run ids and dlt's own columns do not."""
        if _LOADERS.match(table) or table == "ingest_runs":
            return []
        return [
            name
            for name, kind in self.tables[schema, table]
            if kind == "VARCHAR" and name != "_run_id" and not _LOADERS.match(name)
        ]


def matcher(columns: Sequence[str], values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """SQL that is true for rows in whose columns any of the values stands alone, in any case, with its parameters.

    A plain search comes first: a pattern over every cell would take ten times as long.
    """
    plain = " or ".join(f"contains(told, {literal(value.lower())})" for value in values)
    row = ", ".join(f'"{column}"' for column in columns)
    each = " or ".join(f"regexp_matches(\"{column}\", $pattern, 'i')" for column in columns)
    told = f"lower(concat_ws(chr(1), {row}))"
    return f"(({plain.replace('told', told)}) and ({each}))", {"pattern": pattern(values)}


def pattern(values: Sequence[str]) -> str:
    """RE2: any of these values, standing alone."""
    return "(?:" + "|".join(_alone(value) for value in sorted(values, key=len, reverse=True)) + ")"


def _alone(value: str) -> str:
    told = re.sub(r"([^\w\s@])", r"\\\1", value)
    start = r"\b" if value[:1].isalnum() else ""
    end = r"\b" if value[-1:].isalnum() else ""
    return f"{start}{told}{end}"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
