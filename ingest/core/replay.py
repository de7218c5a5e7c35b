"""Tries quarantined records again, after the declaration was repaired: each lands once, or stays in quarantine.

A record whose key has landed since is left alone and leaves the quarantine: the vendor told a newer version of it. Rows keep
the instant at which the vendor told them, so that what staging knows of newest readings stays true.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from ingest.core.accounts import QUARANTINE_SCHEMA, Tally, ledger_table
from ingest.core.batches import Keeper
from ingest.core.cursors import State
from ingest.core.errors import IngestError, UnknownName
from ingest.core.extract import stamped
from ingest.core.load import load_run
from ingest.core.lock import writer
from ingest.core.paths import Paths
from ingest.core.shape import Misfit
from ingest.core.spec import PARENT, PARENT_FIELD, Listing, Resource, Source
from ingest.core.suppression import Doorkeeper, Suppression
from ingest.owners import OWNERS

MODE = "replay"
_UNDER = "_parent"  # where a record tells what it was listed under: a declared path cannot begin with the sign quarantine uses


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of a quarantine table."""

    id: str
    resource: str
    record: Any
    observed_at: datetime
    is_superseded: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one table's quarantined records: landed + superseded + still_unfit are all there were.

    Those of people who were erased since count as landed here; the run's books tell them apart.
    """

    source: str
    resource: str
    landed: int
    superseded: int
    still_unfit: int


def replay(source: Source, paths: Paths) -> list[Replayed]:
    """Lands every quarantined record of the source that fits now; one result per table that had any.

    UnknownName when nothing of the source has ever landed. Killed at any point it can be run again: rows merge on their key.
    """
    with writer(paths, f"cx quarantine replay {source.name}"):
        waiting = _waiting(source, paths)
        again = [kept for kept in waiting if not kept.is_superseded and isinstance(kept.record, dict)]
        door = Doorkeeper(source.name, Suppression.read(paths), dict(OWNERS.get(source.name, {})))
        run = Replay(source, uuid.uuid4().hex, again, door)
        if again:
            load_run(source, run, paths)
        unfit = run.unfit | {kept.id for kept in waiting if not kept.is_superseded and not isinstance(kept.record, dict)}
        _take_out(source, paths, [kept.id for kept in waiting if kept.id not in unfit])
    return [_told(source, name, list(rows), unfit) for name, rows in groupby(waiting, lambda kept: kept.resource)]


class Replay:
    """The run of quarantined records; gives `dlt_source` what a SourceRun gives it."""

    def __init__(self, source: Source, run_id: str, kept: Sequence[Kept], door: Doorkeeper) -> None:
        self.run_id, self._kept, self._door = run_id, kept, door
        names = {one.resource for one in kept}
        self.source = replace(source, resources=tuple(_again(r) for r in source.resources if r.name in names))
        self.tallies: dict[str, Tally] = {}
        self.errors: list[IngestError] = []
        self.unfit: set[str] = set()
        self._sequence = 0

    @property
    def observed_at(self) -> datetime:
        """When the newest of these records was told."""
        return max(kept.observed_at for kept in self._kept)

    def batches(self, resource: Resource, state: State) -> Iterator[pa.Table]:
        """Yields the rows that fit now, those told earlier first; cursors stay where they are."""
        tally = self.tallies[resource.name] = Tally(resource.name, mode=MODE, is_complete=True)
        mine = [kept for kept in self._kept if kept.resource == resource.name]
        ids = {id(kept.record): kept.id for kept in mine}

        def set_aside(record: Any, misfit: Misfit) -> None:
            tally.quarantined += 1
            self.unfit.add(ids[id(record)])

        keeper = Keeper(resource, tally, None, set_aside, self._door.admit, is_parent=False)
        for observed_at, rows in groupby(mine, lambda kept: kept.observed_at):
            keeper.take([kept.record for kept in rows], {}, "")
            for table, _ in keeper.flush():
                yield stamped(table, self.run_id, observed_at, self._sequence)
                self._sequence += table.num_rows

    def keys(self, resource: Resource, state: State) -> Iterator[pa.Table]:
        """Nothing: quarantine knows of no deletes."""
        return iter(())

    def ledger(self) -> pa.Table:
        """One row per table of this run, in mode `replay`."""
        return ledger_table(self.tallies.values(), self.run_id, self.observed_at)

    def quarantine(self) -> pa.Table:
        """Nothing new: what still does not fit stands there as it was."""
        return QUARANTINE_SCHEMA.empty_table()


def _again(resource: Resource) -> Resource:
    """The resource as a plain listing of kept records, which carry what they were listed under."""
    columns = tuple(replace(column, path=column.path.replace(PARENT, f"{_UNDER}.", 1)) for column in resource.columns)
    return replace(resource, columns=columns, full=Listing("", ""), changes=None, also=(), keys=None, cursor=None, parent=None)


def _waiting(source: Source, paths: Paths) -> list[Kept]:
    """Everything in quarantine, by table and time; `is_superseded` where the raw table holds a row told later."""
    with duckdb.connect(str(paths.warehouse)) as connection:
        try:
            return [kept for resource in source.resources for kept in _of(connection, source, resource)]
        except duckdb.CatalogException as error:
            raise UnknownName(f"{source.name} has landed nothing yet", f"Run `cx ingest {source.name}` first.") from error


def _of(connection: duckdb.DuckDBPyConnection, source: Source, resource: Resource) -> Iterator[Kept]:
    key = ", ".join(f'"{name}"::varchar' for name in resource.key)
    found = connection.execute(
        f"""
        select kept.id, kept.record, kept.observed_at, coalesce(landed.told_at > kept.observed_at, false)
        from "{source.schema}".quarantine as kept
        left join (
            select concat_ws('/', {key}) as record_key, max(_observed_at) as told_at
            from "{source.schema}"."{resource.name}" group by 1
        ) as landed using (record_key)
        where kept.resource = ?
        order by kept.observed_at, kept.id
        """,
        [resource.name],
    ).fetchall()
    for kept_id, record, observed_at, is_superseded in found:
        yield Kept(kept_id, resource.name, _record(record), observed_at, is_superseded)


def _record(text: str) -> Any:
    record = orjson.loads(text)
    if isinstance(record, dict) and PARENT_FIELD in record:
        record[_UNDER] = record.pop(PARENT_FIELD)
    return record


def _take_out(source: Source, paths: Paths, ids: Sequence[str]) -> None:
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute(f'delete from "{source.schema}".quarantine where list_contains(?, id)', [list(ids)])


def _told(source: Source, resource: str, kept: list[Kept], unfit: set[str]) -> Replayed:
    superseded = sum(one.is_superseded for one in kept)
    still = sum(one.id in unfit for one in kept)
    return Replayed(source.name, resource, len(kept) - superseded - still, superseded, still)
