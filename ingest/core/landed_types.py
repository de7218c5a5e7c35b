"""How a declared column is typed once it has landed: in Arrow, in DuckDB, and the schemas of whole tables."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from ingest.core.spec import Column, Kind, Resource

ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.DECIMAL: pa.decimal128(38, 9),
    Kind.FLAG: pa.bool_(),
    Kind.INSTANT: pa.timestamp("us", "UTC"),
    Kind.EPOCH: pa.timestamp("us", "UTC"),
    Kind.DAY: pa.date32(),
    Kind.JSON: pa.string(),
}


def sql_type(kind: pa.DataType) -> str:
    """How DuckDB calls the type of a landed column."""
    if pa.types.is_timestamp(kind):
        return "timestamptz"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return {"string": "varchar", "int64": "bigint", "double": "double", "bool": "boolean", "date32[day]": "date"}[str(kind)]


SQL_TYPES = {kind: sql_type(arrow) for kind, arrow in ARROW_TYPES.items()}


def landed_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of a landed table: declared columns, then the engine's own."""
    declared = [pa.field(c.name, ARROW_TYPES[c.kind]) for c in columns]
    engine = [
        pa.field("_extra", pa.string()),
        pa.field("_run_id", pa.string()),
        pa.field("_seq", pa.int64()),
        pa.field("_observed_at", pa.timestamp("us", "UTC")),
    ]
    return pa.schema([*declared, *engine])


def keys_schema(resource: Resource) -> pa.Schema:
    """The Arrow schema of a listing of keys (`<resource>_keys`)."""
    keys = [pa.field(name, pa.string()) for name in resource.key]
    return pa.schema([*keys, pa.field("_run_id", pa.string()), pa.field("_observed_at", ARROW_TYPES[Kind.INSTANT])])
