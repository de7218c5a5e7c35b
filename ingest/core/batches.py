"""Collects a resource's records into batches: shapes them, drops duplicates, sets misfits aside, follows the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.core.accounts import Tally
from ingest.core.calls import Page
from ingest.core.shape import Misfit, Record, Shaper, row_of, value_class
from ingest.core.spec import PARENT, PARENT_FIELD, Resource

SHAPE_ROWS = 1_000  # shaped while the page is still in the processor's cache
BATCH_ROWS = 50_000  # handed on in large batches, so that the loader's work per item does not count
SetAside = Callable[[Any, Misfit], None]
Admit = Callable[[Resource, pa.Table], tuple[pa.Table, int]]


@dataclass(slots=True)
class _Buffer:
    """Records waiting to be shaped, with the parent of each and the span each parent covers."""

    records: list[Record] = field(default_factory=list)
    parents: list[Mapping[str, Any]] = field(default_factory=list)
    spans: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, page: Sequence[Record], parent: Mapping[str, Any], parent_key: str) -> None:
        start = len(self.records)
        self.records.extend(page)
        self.parents.extend([parent] * len(page))
        self.spans.append((parent_key, start, len(self.records)))


class Keeper:
    """Takes one resource's pages and gives back Arrow batches of rows that fit, each key once.

    `admit` keeps out the rows of people who were erased. `is_parent`: others are listed under its rows, so the ids of those
    that changed are followed.
    """

    def __init__(
        self,
        resource: Resource,
        tally: Tally,
        changed_since: datetime | None,
        set_aside: SetAside,
        admit: Admit,
        *,
        is_parent: bool,
    ) -> None:
        self.resource, self.tally = resource, tally
        self.newest: dict[str, datetime] = {}
        self.whole: set[str] = set()
        self._changed_since, self._set_aside, self._admit, self._is_parent = changed_since, set_aside, admit, is_parent
        self._shaper = Shaper(resource)
        self._buffer = _Buffer()
        self._shaped: list[pa.Table] = []
        self._waiting = 0  # rows of them
        self._changed: set[str] = set()
        self._seen: set[Any] = set()
        self._of_parent = [c.path.removeprefix(PARENT) for c in resource.columns if c.path.startswith(PARENT)]

    @property
    def is_full(self) -> bool:
        return self._waiting >= BATCH_ROWS

    def take(self, page: Page, parent: Mapping[str, Any], parent_key: str) -> None:
        """Adds a page of records, or an Arrow table of them, listed under one parent."""
        self.tally.extracted += len(page)
        if isinstance(page, pa.Table):
            self._shape()  # what came before stays before
            table, misfits = self._shaper.conform(page, parent)
            told = lambda at: self._with_parent(row_of(page, at), parent)  # noqa: E731
            self._keep(table, misfits, told, [(parent_key, 0, len(page))])
            return
        records = [record for record in page if type(record) is dict]
        if len(records) != len(page):
            for record in page:
                if type(record) is not dict:
                    self._set_aside(record, Misfit(0, "", value_class(record), "the record is not an object"))
        self._buffer.add(records, parent, parent_key)
        if len(self._buffer.records) >= SHAPE_ROWS:
            self._shape()

    def close(self, parent_key: str) -> None:
        """A parent's listing is through: what was read under it is all there is."""
        self.whole.add(parent_key)

    def flush(self) -> Iterator[tuple[pa.Table, set[str]]]:
        """Yields what is waiting as one table, with the ids of rows that changed since the run's starting point."""
        self._shape()
        if self._shaped:
            table, changed = pa.concat_tables(self._shaped), self._changed
            self._shaped, self._waiting, self._changed = [], 0, set()
            yield table, changed

    def _shape(self) -> None:
        buffer, self._buffer = self._buffer, _Buffer()
        if buffer.records:
            table, misfits = self._shaper.shape(buffer.records, buffer.parents)
            told = lambda at: self._with_parent(buffer.records[at], buffer.parents[at])  # noqa: E731
            self._keep(table, misfits, told, buffer.spans)

    def _with_parent(self, record: Record, parent: Mapping[str, Any]) -> Record:
        """The record with what its row takes over from the parent, without which it could not be tried again."""
        return {**record, PARENT_FIELD: {name: parent.get(name) for name in self._of_parent}} if self._of_parent else record

    def _keep(
        self, table: pa.Table, misfits: list[Misfit], record_at: Callable[[int], Any], spans: list[tuple[str, int, int]]
    ) -> None:
        for misfit in {m.position: m for m in reversed(misfits)}.values():
            self._set_aside(record_at(misfit.position), misfit)
        self._follow_cursor(table, spans)
        table, kept_out = self._admit(self.resource, table)
        self.tally.suppressed += kept_out
        table = self._without_duplicates(table)
        if self._is_parent:
            self._changed |= self._changed_ids(table)
        self._shaped.append(table.drop_columns(["_position"]))
        self._waiting += table.num_rows

    def _follow_cursor(self, table: pa.Table, spans: list[tuple[str, int, int]]) -> None:
        cursor = self.resource.cursor
        if cursor is None or not cursor.is_a_column or not table.num_rows:
            return
        by_parent: dict[str, tuple[int, int]] = {}
        for parent_key, start, end in spans:
            by_parent[parent_key] = (by_parent.get(parent_key, (start, end))[0], end)
        values, positions = table[cursor.column], table["_position"]
        for parent_key, (start, end) in by_parent.items():
            inside = pc.and_(pc.greater_equal(positions, start), pc.less(positions, end))
            newest = pc.max(values if len(by_parent) == 1 else values.filter(inside)).as_py()
            if newest is not None:
                self.newest[parent_key] = max(newest, self.newest.get(parent_key, newest))

    def _without_duplicates(self, table: pa.Table) -> pa.Table:
        """Keeps one row per key of these records; a key of earlier ones is left to the merge, which takes the later row."""
        keys = _plain(table[self.resource.key[0]])
        if len(self.resource.key) > 1:
            keys = list(zip(*(_plain(table[name]) for name in self.resource.key), strict=True))
        fresh = set(keys)
        if len(fresh) == len(keys) and fresh.isdisjoint(self._seen):
            self.tally.distinct_keys += len(keys)
        else:
            table = table.take(pa.array(self._kept_positions(keys), pa.int64()))
        self._seen |= fresh
        return table

    def _kept_positions(self, keys: list[Any]) -> list[int]:
        """Positions to keep: the first of a key where newer versions come first, else the last."""
        chosen: dict[Any, int] = {}
        for at, key in enumerate(keys):
            if self.resource.newest_first and (key in chosen or key in self._seen):
                continue
            chosen[key] = at
        repeated = 0 if self.resource.newest_first else sum(key in self._seen for key in chosen)
        new_keys = len(chosen) - repeated
        self.tally.distinct_keys += new_keys
        self.tally.duplicates += len(keys) - new_keys
        self.tally.has_late_duplicates |= repeated > 0
        return sorted(chosen.values())

    def _changed_ids(self, table: pa.Table) -> set[str]:
        """Ids at or after the point the run started from; all of them where no cursor says otherwise."""
        ids = [str(value) for value in table["id"].to_pylist()]
        since, cursor = self._changed_since, self.resource.cursor
        if since is None or cursor is None:
            return set(ids)
        moments = table[cursor.column].to_pylist()
        return {key for key, moment in zip(ids, moments, strict=True) if moment is None or moment >= since}


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """The values of a key column; instants as numbers, since making a datetime of each would cost ten times the rest."""
    return list((column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist())
