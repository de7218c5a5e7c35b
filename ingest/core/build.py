"""From a declaration to dlt: one resource per raw table, each merging on its key, then the quarantine and the run ledger.

Everything of one run goes into one load package, so that rows, cursors, quarantine and counts are committed together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Protocol

import dlt
import pyarrow as pa
from dlt.extract import DltResource, DltSource

from ingest.core.accounts import LEDGER_SCHEMA, QUARANTINE_SCHEMA, Tally
from ingest.core.landed_types import keys_schema, landed_schema
from ingest.core.spec import Resource, Source

# Delete-insert with a primary key is the strategy that neither loses nor doubles rows when a load is killed.
_CONTRACT: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}
_DLT_TYPES = {"string": "text", "int64": "bigint", "double": "double", "bool": "bool", "date32[day]": "date"}


def _disposition(deduplicated: bool) -> Any:
    return {"disposition": "merge", "strategy": "delete-insert", "deduplicated": deduplicated}


class Run(Protocol):
    """What a load is made from: a source, and the rows, books and quarantine of one run over it."""

    source: Source
    tallies: dict[str, Tally]

    def batches(self, resource: Resource, state: dict[str, Any]) -> Iterator[pa.Table]: ...
    def keys(self, resource: Resource, state: dict[str, Any]) -> Iterator[pa.Table]: ...
    def quarantine(self) -> pa.Table: ...
    def ledger(self) -> pa.Table: ...


def dlt_source(run: Run) -> DltSource:
    """The dlt source of one run. Resources are extracted one after the other, parents first, the ledger last."""

    @dlt.source(name=run.source.name, max_table_nesting=0)
    def source() -> Iterator[DltResource]:
        for resource in run.source.resources:
            yield _table(resource.name, resource.key, landed_schema(resource.columns), _rows, run, resource)
            if resource.keys is not None:
                yield _table(f"{resource.name}_keys", resource.key, keys_schema(resource), _keys, run, resource)
        yield _table("quarantine", ("id",), QUARANTINE_SCHEMA, _late, run.quarantine)
        yield _table("ingest_runs", ("run_id", "resource"), LEDGER_SCHEMA, _late, run.ledger)

    return source()


def _table(name: str, key: tuple[str, ...], schema: pa.Schema, generate: Any, *args: Any) -> DltResource:
    table: DltResource = dlt.resource(
        chain(generate(*args)),  # dlt looks a bare generator up among all loaded modules, 10 ms each
        name=name,
        primary_key=list(key),
        write_disposition=_disposition(deduplicated=True),
        columns=_hints(schema, key),
        schema_contract=_CONTRACT,
    )
    return table


def _rows(run: Run, resource: Resource) -> Iterator[Any]:
    state = dlt.current.resource_state(resource.name)
    later_wins: Any = {"_seq": {"name": "_seq", "dedup_sort": "desc"}}
    is_made = False
    for table in run.batches(resource, state):
        is_made = True
        if run.tallies[resource.name].has_late_duplicates:
            # A key came twice in different batches: let the merge choose the row that arrived last. dlt passes over a
            # False in the disposition, so that the True of an earlier batch would stay: it is said as a hint.
            hints = dlt.mark.make_hints(
                write_disposition=_disposition(deduplicated=False),
                columns=later_wins,
                additional_table_hints={"x-stage-data-deduplicated": False},
            )
            yield dlt.mark.with_hints(table, hints)
        else:
            yield table
    if not is_made:
        yield landed_schema(resource.columns).empty_table()  # the table exists with its types before it has rows


def _keys(run: Run, resource: Resource) -> Iterator[Any]:
    schema = keys_schema(resource)
    state = dlt.current.resource_state(f"{resource.name}_keys")
    yield pa.concat_tables([schema.empty_table(), *run.keys(resource, state)])


def _late(table: Callable[[], pa.Table]) -> Iterator[Any]:
    """A table that is complete only when the resources before it are through."""
    yield table()


def _hints(schema: pa.Schema, key: tuple[str, ...]) -> Any:
    """Column hints from an Arrow schema, so that a table exists with its types before it has rows."""
    hints: dict[str, dict[str, Any]] = {}
    for column in schema:
        hint: dict[str, Any] = {"name": column.name, "nullable": column.name not in key}
        if pa.types.is_timestamp(column.type):
            hint["data_type"] = "timestamp"
        elif pa.types.is_decimal(column.type):
            hint |= {"data_type": "decimal", "precision": column.type.precision, "scale": column.type.scale}
        else:
            hint["data_type"] = _DLT_TYPES[str(column.type)]
        hints[column.name] = hint
    return hints
