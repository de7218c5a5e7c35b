"""The company as the vendors know it at one clock, rendered to wire JSON inside DuckDB.

Belongs here: which record versions are visible, rendering them in bulk, and handing out pages as slices of one buffer.
Does not belong here: any vendor's field names, paging or errors.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

MAX_VIEWS = 32  # rendered listings kept at once; the least recently used goes first

# Wire formats several vendors share. All instants are stored as TIMESTAMPTZ and shown in UTC.
_MACROS = """
CREATE MACRO utc(t) AS make_timestamp(epoch_us(t));
CREATE MACRO iso_ms(t) AS strftime(utc(t), '%Y-%m-%dT%H:%M:%S.%gZ');
CREATE MACRO iso_s(t) AS strftime(utc(t), '%Y-%m-%dT%H:%M:%SZ');
CREATE MACRO unix(t) AS (epoch_us(t) // 1000000);
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of record versions in schema `vendor`, and the columns that tell one record from another."""

    name: str
    key: tuple[str, ...] = ("id",)


def struct(fields: Mapping[str, str]) -> str:
    """SQL for a struct whose field names are the vendor's, from SQL expressions."""
    return "{" + ", ".join(f"'{name}': {sql}" for name, sql in fields.items()) + "}"


class View:
    """Rendered records in one order; a page is a slice of their joined text."""

    def __init__(self, rows: pa.Table) -> None:
        body = rows.column("body").combine_chunks()
        _, offsets, data = body.buffers()
        self._count = len(body)
        self._offsets = np.frombuffer(offsets, dtype=np.int64) if offsets else np.zeros(1, np.int64)
        self._data = memoryview(data) if data else memoryview(b"")
        self._columns = {n: rows.column(n) for n in rows.column_names if n != "body"}
        self._arrays: dict[str, Any] = {}
        self._positions: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    def json(self, start: int, stop: int) -> bytes:
        """The records from `start` up to `stop`, separated by commas, without brackets."""
        stop = min(stop, self._count)
        if start >= stop:
            return b""
        return bytes(self._data[self._offsets[start] : self._offsets[stop] - 1])

    def value(self, column: str, position: int) -> Any:
        return self._columns[column][position].as_py()

    def array(self, column: str) -> Any:
        """A sort column as numpy array, for bisection."""
        if column not in self._arrays:
            self._arrays[column] = self._columns[column].to_numpy()
        return self._arrays[column]

    def remember(self, key: str, position: int) -> None:
        """Where the record `key` stands, so that asking for what follows it needs no search."""
        self._positions[key] = position

    def find(self, key: str, column: str = "id") -> int | None:
        """The position of the record whose `column` is `key`."""
        if key in self._positions:
            return self._positions[key]
        hits = np.flatnonzero(self.array(column) == key)
        return int(hits[0]) if len(hits) else None


class World:
    """The company file at a clock. Tables and views are made when first asked for and dropped when the clock moves."""

    def __init__(self, company: Path, clock: datetime) -> None:
        self._db = duckdb.connect(config={"threads": 2})
        self._db.execute("SET TimeZone = 'UTC'; SET arrow_large_buffer_size = true; SET preserve_insertion_order = false")
        self._db.execute(f"ATTACH '{company}' AS company (READ_ONLY)")
        self._db.execute(_MACROS)
        self._current: set[str] = set()
        self._views: OrderedDict[tuple[Any, ...], View] = OrderedDict()
        self.clock = clock

    def set_clock(self, to: datetime) -> None:
        """Moves the clock; what was materialised for the former instant is dropped."""
        if to == self.clock:
            return
        self._views.clear()
        for name in self._current:
            self._db.execute(f"DROP TABLE {name}")
        self._current.clear()
        self.clock = to.astimezone(UTC)

    def versions(self, table: Table) -> str:
        """The versions of a table, as a name for SQL."""
        return f"company.vendor.{table.name}"

    def current(self, table: Table) -> str:
        """The name of a table with each record's newest version at the clock, without those that are gone."""
        name = f"current_{table.name}"
        if name not in self._current:
            self._db.execute(
                f"""CREATE TABLE {name} AS
                SELECT * EXCLUDE (_visible_at, _is_gone) FROM (
                    SELECT * FROM company.vendor.{table.name} WHERE _visible_at <= $1
                    QUALIFY row_number() OVER (PARTITION BY {", ".join(table.key)} ORDER BY _visible_at DESC, rowid DESC) = 1
                ) WHERE NOT _is_gone""",
                [self.clock],
            )
            self._current.add(name)
        return name

    def view(
        self,
        source: str,
        body: str,
        *,
        order: str,
        where: str = "true",
        params: Sequence[Any] = (),
        columns: Sequence[str] = ("id",),
    ) -> View:
        """Renders `body` (SQL for a struct or JSON text) over `source` (a table or subquery), kept until the clock moves."""
        sql = f"SELECT to_json({body})::VARCHAR || ',' AS body, {', '.join(columns)} FROM {source} WHERE {where} ORDER BY {order}"
        return self.kept((sql, *params), lambda: View(self._db.execute(sql, list(params)).to_arrow_table()))

    def kept(self, key: tuple[Any, ...], make: Callable[[], View]) -> View:
        """The view made for `key` since the clock last moved, else a new one."""
        if key not in self._views:
            self._views[key] = make()
            if len(self._views) > MAX_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(key)
        return self._views[key]

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, list(params)).fetchall()
