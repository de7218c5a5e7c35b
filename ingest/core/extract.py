"""One run over one source: walks each resource's listings, shapes pages into Arrow batches, keeps cursors and counts.

A resource that fails keeps its old cursors and does not stop the others; what it had read lands all the same, since rows
merge on their key. The counts of a run always reconcile: extracted = distinct keys + duplicates + quarantined +
suppressed (rows of people who were erased).
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.core.accounts import INSTANT, QUARANTINE_SCHEMA, Tally, ledger_table, quarantine_row
from ingest.core.again import MODE as BACKFILL
from ingest.core.again import Again
from ingest.core.batches import Keeper
from ingest.core.calls import Call, Page, pages_of
from ingest.core.cursors import MOST_OF_A_CURSOR, Cursors, State, clock_values
from ingest.core.errors import IngestError, SourceStopped
from ingest.core.http import VendorClient
from ingest.core.settings import accepts_short_listing, short_listing_variable
from ingest.core.shape import Misfit, value_class
from ingest.core.spec import PARENT, Listing, Reader, Resource, Source
from ingest.core.suppression import Doorkeeper, Suppression
from ingest.core.templates import Filler, iso_offset

OnPage = Callable[[str, int, int], None]
NEVER = "1970-01-01T00:00:00+00:00"
FEW_KEYS = 20  # a listing of fewer may shrink to anything
ENGINE_COLUMNS = ("_run_id", "_seq", "_observed_at")


class SourceRun:
    """The extraction of one source. `batches` is called per resource in declaration order; parents come before children."""

    def __init__(
        self,
        source: Source,
        settings: dict[str, str],
        run_id: str,
        quarantine_dir: Path,
        on_page: OnPage | None = None,
        notes: Path | None = None,
        door: Doorkeeper | None = None,
        again: Again | None = None,
    ) -> None:
        self.source, self.run_id, self._again = source, run_id, again
        self._settings = settings
        self._plain_settings = {s.name: settings[s.name] for s in source.settings if not s.secret}
        self.client = VendorClient(source, settings, self._keep_undecodable, notes)
        self.door = door or Doorkeeper(source.name, Suppression(quarantine_dir), {})
        self.tallies: dict[str, Tally] = {}
        self.errors: list[IngestError] = []
        self._misfits: dict[str, dict[str, Any]] = {}
        self._quarantine_dir = quarantine_dir
        self._on_page = on_page or (lambda resource, rows, calls: None)
        self._listed: dict[str, list[dict[str, Any]]] = {}
        self._changed: dict[str, list[dict[str, Any]]] = {}
        self._parents_needed = {r.parent.of for r in source.resources if r.parent}
        self._parent_columns = {"id"} | {c.name for r in source.resources for c in r.columns if c.path.startswith(PARENT)}
        self._settled: dict[str, tuple[State, State]] = {}  # per parent: its state, and what that was before this run
        self._cursors = Cursors(lambda: self.observed_at, again)
        self._sequence = 0
        self._stopped = False

    @property
    def _is_backfill(self) -> bool:
        return self._again is not None and self._again.begin is not None

    @property
    def observed_at(self) -> datetime:
        """The vendor's clock at the start of this run: cursors, lags and stamps follow it, not the clock of this machine."""
        return self.client.vendor_clock()

    def batches(self, resource: Resource, state: State) -> Iterator[pa.Table]:
        """Yields Arrow tables of a resource's rows (schema: `landed_schema`); updates `state` once the listing is complete.

        A backfill knows no state, and leaves that of the daily runs as it is.
        """
        state = {} if self._is_backfill else state
        tally = self.tallies[resource.name] = Tally(resource.name)
        self._listed[resource.name], self._changed[resource.name] = [], []
        if self._stopped or not self._parent_is_there(resource):
            self._unsettle_parent(resource)
            return
        calls_before = self.client.calls
        keeper = Keeper(
            resource,
            tally,
            self._cursors.started_from(resource, state),
            lambda record, misfit: self._set_aside(resource, record, misfit),
            self.door.admit,
            is_parent=resource.name in self._parents_needed,
        )
        answers: State = {}
        self._settled[resource.name] = (state, copy.deepcopy(state))
        with self._noting_errors(resource, tally):
            yield from self._walk(resource, state, keeper, answers)
            tally.is_complete = True
        yield from self._flush(keeper)
        tally.calls = self.client.calls - calls_before
        if self._is_backfill:
            tally.mode = BACKFILL
        elif tally.is_complete:
            self._cursors.settle(resource, state, keeper, answers)
        else:
            self._cursors.settle_listed_parents(resource, state, keeper)
            self._cursors.settle_what_came_in_order(resource, state, keeper, answers)
            self._unsettle_parent(resource)

    def keys(self, resource: Resource, state: State) -> Iterator[pa.Table]:
        """Yields the keys that the vendor lists now, for resources whose deletes leave no trace.

        A listing that names fewer than half of the keys of the last one is not believed: it stays incomplete, which keeps
        staging from taking the others for deleted. One that is not due yet leaves no trace in the books, nor does a backfill.
        """
        assert resource.keys is not None
        if self._is_backfill:
            return
        if self._again is None and self.observed_at - datetime.fromisoformat(state.get("listed_at", NEVER)) < resource.keys_every:
            return
        name = f"{resource.name}_keys"
        tally = self.tallies[name] = Tally(name)
        if self._stopped or not self._parent_is_there(resource):
            return
        calls_before, keys = self.client.calls, set[tuple[str, ...]]()
        with self._noting_errors(resource, tally):
            for parent, _ in self._parents(resource):
                under = (str(parent["id"]),) if len(resource.key) > 1 else ()
                for page in self._pages(resource, resource.keys, parent):
                    rows = page.to_pylist() if isinstance(page, pa.Table) else page
                    tally.extracted += len(rows)
                    keys |= {(*under, self._listed_id(row)) for row in rows}
            self._refuse_short_listing(name, len(keys), int(state.get("listed", 0)))
            tally.is_complete = True
            state |= {"listed": len(keys), "listed_at": self.observed_at.isoformat()}
        landed = self.door.keys(resource, keys)
        tally.suppressed = len(keys) - len(landed)
        tally.distinct_keys, tally.duplicates = len(landed), tally.extracted - len(keys)
        tally.calls = self.client.calls - calls_before
        ordered = sorted(landed)
        columns = {name: pa.array([key[at] for key in ordered], pa.string()) for at, name in enumerate(resource.key)}
        yield _of_run(pa.table(columns), self.run_id, self.observed_at)

    def _listed_id(self, row: Any) -> str:
        """The id of a listed record; a listing with a record that has none says nothing about what was deleted."""
        told = row.get("id") if isinstance(row, dict) else None
        if told is None:
            raise IngestError(f"{self.source.name}: a listed record has no id", "Run again; nothing is taken for deleted.")
        return str(told)

    def _refuse_short_listing(self, name: str, listed: int, before: int) -> None:
        if before < FEW_KEYS or 2 * listed >= before or accepts_short_listing(self.source):
            return
        raise IngestError(
            f"{self.source.name}: the listing names {listed} of {before} keys it named last time, too few to take the others for deleted",
            f"If they were deleted on purpose, set {short_listing_variable(self.source)}=true for one run; else run again.",
        )

    def ledger(self) -> pa.Table:
        """One row per resource of this run (table `ingest_runs`)."""
        return ledger_table(self.tallies.values(), self.run_id, self.observed_at)

    def quarantine(self) -> pa.Table:
        """One row per record that did not fit (table `quarantine`)."""
        return pa.Table.from_pylist(list(self._misfits.values()), QUARANTINE_SCHEMA)

    @contextmanager
    def _noting_errors(self, resource: Resource, tally: Tally) -> Iterator[None]:
        """Keeps an error of one resource; one that stops the source also ends the resources after it."""
        try:
            yield
        except IngestError as error:
            self._stopped = isinstance(error, SourceStopped)
            told = str(error).removeprefix(f"{self.source.name}: ")  # a paginator does not know whose pages it turns
            error.args = (f"{self.source.name}: {told} [{tally.resource}]",)
            self.errors.append(error)

    def _set_aside(self, resource: Resource, record: Any, misfit: Misfit) -> None:
        row = quarantine_row(self.source.name, resource, record, misfit, self.run_id, self.observed_at)
        tally = self.tallies[resource.name]
        if self.door.refuses(resource, row["record_key"], row["record"]):
            tally.suppressed += 1
        elif row["id"] in self._misfits:
            tally.duplicates += 1
        else:
            tally.quarantined += 1
            self._misfits[row["id"]] = row

    def _refuse(self, resource: Resource, record: Any, reason: str) -> None:
        """Sets aside what a reader could not even make a record of."""
        self.tallies[resource.name].extracted += 1
        told = record.decode(errors="replace") if isinstance(record, bytes) else record
        self._set_aside(resource, told, Misfit(0, "", value_class(record), reason))

    def _flush(self, keeper: Keeper) -> Iterator[pa.Table]:
        for table, changed in keeper.flush():
            self._remember_parents(keeper.resource, table, changed)
            yield stamped(table, self.run_id, self.observed_at, self._sequence)
            self._sequence += table.num_rows

    def _parent_is_there(self, resource: Resource) -> bool:
        """False when the parent's listing failed: the children then stay as they are, marked incomplete."""
        return resource.parent is None or self.tallies[resource.parent.of].is_complete

    def _walk(self, resource: Resource, state: State, keeper: Keeper, answers: State) -> Iterator[pa.Table]:
        for parent, parent_key in self._parents(resource):
            since = self._cursors.since(resource, state, parent_key)
            primary = resource.changes if since and resource.changes else resource.full
            keeper.tally.mode = "changes" if primary is resource.changes and since else "full"
            keeper.tally.cursor_from = since[:MOST_OF_A_CURSOR] or keeper.tally.cursor_from
            for listing in (primary, *resource.also):
                for page in self._pages(resource, listing, parent, since, answers):
                    keeper.take(page, parent, parent_key)
                    self._on_page(resource.name, keeper.tally.extracted, self.client.calls)
                    if keeper.is_full:
                        yield from self._flush(keeper)
            keeper.close(parent_key)

    def _parents(self, resource: Resource) -> Iterator[tuple[Mapping[str, Any], str]]:
        """The parents a resource is listed under (one empty parent for none), each with the key its cursor is kept by."""
        if resource.parent is None:
            yield {}, ""
            return
        rows = (self._changed if resource.parent.changed_only else self._listed)[resource.parent.of]
        if resource.parent.batch:
            for start in range(0, len(rows), resource.parent.batch):
                yield {"_batch": [{"id": row["id"]} for row in rows[start : start + resource.parent.batch]]}, ""
            return
        for row in rows:
            yield row, str(row["id"]) if resource.parent.each_keeps_its_cursor else ""

    def _pages(
        self,
        resource: Resource,
        listing: Listing | Reader,
        parent: Mapping[str, Any],
        since: str = "",
        answers: State | None = None,
    ) -> Iterator[Page]:
        until, kept = self.observed_at, answers if answers is not None else {}
        until = self._again.until(resource, until) if self._again is not None else until
        filled = self._plain_settings | clock_values(resource, since)
        filled |= {"until": iso_offset(until), "week_ago": iso_offset(until - timedelta(days=7))}
        is_a_position = bool(resource.cursor and resource.cursor.token)
        call = Call(
            source=self.source,
            resource=resource,
            settings=self._settings,
            client=self.client,
            fill=Filler(filled, parent),
            parent=parent,
            since=datetime.fromisoformat(since) if since and not is_a_position else None,
            until=until,
            position=since if is_a_position else "",
            keep=lambda position: kept.update(position=position),
            set_aside=lambda record, reason: self._refuse(resource, record, reason),
        )
        yield from self._as_declared(pages_of(listing, call, lambda response: kept.update(last=response)))

    def _as_declared(self, pages: Iterator[Page]) -> Iterator[Page]:
        """An answer whose parts are not where the paging looks for them ends its listing, not the whole source."""
        try:
            yield from pages
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            raise IngestError(
                f"{self.source.name}: an answer is not built as it is declared ({type(error).__name__})",
                "Run again: nothing is lost. If it stays so, the vendor has changed its API: `--traceback` shows where.",
            ) from error

    def _unsettle_parent(self, resource: Resource) -> None:
        """Takes back the cursor of a parent whose changed rows these children missed: the next run lists the parents again."""
        if resource.parent is None or not resource.parent.changed_only or resource.parent.of not in self._settled:
            return
        state, before = self._settled[resource.parent.of]
        state.clear()
        state.update(copy.deepcopy(before))
        self.tallies[resource.parent.of].cursor_to = None

    def _remember_parents(self, resource: Resource, table: pa.Table, changed: set[str]) -> None:
        """Keeps what children are listed under: every row, and those that this run found new or changed."""
        if resource.name not in self._parents_needed:
            return
        rows = table.select([c for c in table.column_names if c in self._parent_columns]).to_pylist()
        self._listed[resource.name] += rows
        self._changed[resource.name] += [row for row in rows if str(row["id"]) in changed]

    def _keep_undecodable(self, body: bytes) -> str:
        folder = self._quarantine_dir / self.source.name
        folder.mkdir(parents=True, exist_ok=True)
        if self.door:
            body = self.door.redact(body.decode(errors="surrogateescape")).encode(errors="surrogateescape")
        kept = folder / f"{self.run_id}-{hashlib.sha256(body).hexdigest()[:12]}.bin"
        kept.write_bytes(body)
        return str(kept)


def stamped(table: pa.Table, run_id: str, observed_at: datetime, first: int) -> pa.Table:
    """Adds what the engine knows of these rows: the run, their order in it from `first` on, and the vendor's clock."""
    order = pa.array(range(first, first + table.num_rows), pa.int64())
    return _of_run(table.append_column("_seq", order), run_id, observed_at).select([*table.column_names, *ENGINE_COLUMNS])


def _of_run(table: pa.Table, run_id: str, observed_at: datetime) -> pa.Table:
    rows = table.num_rows
    known = table.append_column("_run_id", pa.repeat(run_id, rows).cast(pa.string()))
    return known.append_column("_observed_at", pa.repeat(pa.scalar(observed_at, INSTANT), rows))
