"""Turns a batch of vendor records into one typed Arrow table, column by column.

A column is converted whole; only when that fails are its values tried one by one, so that a value which does not fit its
type costs its own row alone. Those rows come back as `Misfit`s and go to quarantine; fields nobody declared go to `_extra`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pyarrow as pa

from ingest.core.json_text import json_text
from ingest.core.landed_types import ARROW_TYPES
from ingest.core.spec import PARENT, PARENT_FIELD, Column, Kind, Resource
from ingest.core.values import Bad, Values, converted, in_the_calendar

Record = dict[str, Any]
_CASTABLE = {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.FLAG, Kind.INSTANT, Kind.DAY}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why one record did not fit: its position in the batch, the field, the class of the value (never the value), a reason."""

    position: int
    field: str
    value_class: str
    reason: str


def value_class(value: Any) -> str:
    """What sort of value stands there, without telling it."""
    names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "text", dict: "object", list: "list"}
    return names.get(type(value), type(value).__name__)


class Shaper:
    """Compiled once per resource; `shape` takes records and the parent each was listed under."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.columns = resource.columns
        self._known_top = {_first(c.path) for c in self.columns if not c.path.startswith(PARENT)}
        self._known_top |= {name for name in resource.ignored if "." not in name or name.startswith("@")}
        self._partial = self._partially_declared(resource)
        self._heads = sorted({_first(c.path) for c in self.columns} - {PARENT_FIELD})
        self._fields_of = itemgetter(*self._heads, *self._heads[:1])  # one more, since a getter of one gives no tuple

    @staticmethod
    def _partially_declared(resource: Resource) -> dict[str, set[str]]:
        """Objects of which only some fields are columns, with those fields: the others belong in `_extra`."""
        paths = [c.path for c in resource.columns] + [n for n in resource.ignored if not n.startswith("@")]
        whole = {c.path for c in resource.columns if c.kind is Kind.JSON} | {n for n in resource.ignored if "." not in n}
        partial: dict[str, set[str]] = {}
        for path in paths:
            head, _, rest = path.partition(".")
            if rest and head not in whole and head != PARENT_FIELD:
                partial.setdefault(head, set()).add(_first(rest))
        return partial

    def shape(self, records: Sequence[Record], parents: Sequence[Mapping[str, Any]]) -> tuple[pa.Table, list[Misfit]]:
        """Returns the table of all rows that fit (declared columns, `_extra`, `_position`) and the misfits by position."""
        fields = self._fields(records)
        columns = [converted(column.kind, _read(column.path, fields, parents)) for column in self.columns]

        def value(at: int, path: str) -> Any:
            return _read(path, self._fields([records[at]]), [parents[at]])[0]

        return self._table(columns, self._extras(records), value)

    def _fields(self, records: Sequence[Record]) -> dict[str, Values]:
        """The values of every declared field, one pass over each record while it is in the processor's cache."""
        try:
            return dict(zip(self._heads, zip(*map(self._fields_of, records), strict=True), strict=False))
        except KeyError:
            return {head: [record.get(head) for record in records] for head in self._heads}

    def conform(self, table: pa.Table, parent: Mapping[str, Any]) -> tuple[pa.Table, list[Misfit]]:
        """The same for rows that came as Arrow: columns are found by declared path, and converted only where types differ."""
        columns = [_recast(column, table, parent) for column in self.columns]
        undeclared = [name for name in table.column_names if name not in self._known_top]
        others = _rows(table.select(undeclared)) if undeclared else []
        extras = self._extras(others) if undeclared else pa.nulls(table.num_rows, pa.string())
        return self._table(columns, extras, lambda at, path: row_of(table, at).get(path))

    def _table(
        self, columns: list[tuple[pa.Array, Bad]], extras: pa.Array, value: Callable[[int, str], Any]
    ) -> tuple[pa.Table, list[Misfit]]:
        """Puts converted columns together and leaves out the rows that do not fit; `value(at, path)` is what stood there."""
        misfits = [
            Misfit(at, column.name, value_class(value(at, column.path)), reason)
            for column, (_, bad) in zip(self.columns, columns, strict=True)
            for at, reason in bad
        ]
        arrays = [array for array, _ in columns]
        for name in self.resource.key:
            array = arrays[self._index(name)]
            if array.null_count:
                known = {m.position for m in misfits}
                nulls = [at for at, missing in enumerate(array.is_null().to_pylist()) if missing and at not in known]
                misfits += [Misfit(at, name, "null", "the key is missing") for at in nulls]
        positions = pa.array(range(len(extras)), pa.int64())
        table = pa.table([*arrays, extras, positions], names=[*(c.name for c in self.columns), "_extra", "_position"])
        if misfits:
            bad_rows = {m.position for m in misfits}
            table = table.filter(pa.array([at not in bad_rows for at in range(len(extras))]))
        return table, misfits

    def _index(self, name: str) -> int:
        return next(at for at, column in enumerate(self.columns) if column.name == name)

    def _extras(self, records: Sequence[Record]) -> pa.Array:
        known, partial = self._known_top, self._partial
        extras: list[str | None] = []
        for record in records:
            extra = {k: record[k] for k in record.keys() - known if record[k] is not None} if not record.keys() <= known else {}
            for head, fields in partial.items():
                inner = record.get(head)
                if isinstance(inner, dict) and not inner.keys() <= fields:
                    extra.update({f"{head}.{k}": inner[k] for k in inner.keys() - fields if inner[k] is not None})
            extras.append(json_text(extra).decode() if extra else None)
        return pa.array(extras, pa.string())


def _first(path: str) -> str:
    return path.partition(".")[0]


def _read(path: str, fields: Mapping[str, Values], parents: Sequence[Mapping[str, Any]]) -> Values:
    """All values at a dotted path; a step that is missing or not an object gives null."""
    head, _, rest = path.partition(".")
    if head == PARENT_FIELD:
        return [parent.get(rest) for parent in parents]
    values = fields[head]
    while rest:
        head, _, rest = rest.partition(".")
        values = [value.get(head) if type(value) is dict else None for value in values]
    return values


def _recast(column: Column, table: pa.Table, parent: Mapping[str, Any]) -> tuple[pa.Array, Bad]:
    """A declared column out of an Arrow table: as it is, by a cast that loses nothing, else value by value."""
    wanted = ARROW_TYPES[column.kind]
    if column.path.startswith(PARENT) or column.path not in table.column_names:
        told = parent.get(column.path.removeprefix(PARENT)) if column.path.startswith(PARENT) else None
        return converted(column.kind, [told] * table.num_rows)
    found = table[column.path].combine_chunks()
    if found.type == wanted and column.kind is not Kind.JSON:
        return in_the_calendar(column.kind, found)
    if column.kind in _CASTABLE and (pa.types.is_primitive(found.type) or pa.types.is_decimal(found.type)):
        try:
            return in_the_calendar(column.kind, found.cast(wanted))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            pass
    return converted(column.kind, [row[""] for row in _rows(pa.table({"": found}))])


def row_of(table: pa.Table, at: int) -> Record:
    """One row of an Arrow table. A day or an instant Python has none of is told by its number."""
    return {name: _python(table[name][at]) for name in table.column_names}


def _rows(table: pa.Table) -> list[Record]:
    try:
        return table.to_pylist()  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        return [row_of(table, at) for at in range(table.num_rows)]


def _python(value: pa.Scalar) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return f"{value.type} {getattr(value, 'value', '')}"
