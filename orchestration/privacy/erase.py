"""Erasing a person: found, listed so that they stay out, taken out of every place, looked for again, and receipted.

The journal (`data/erasures/<id>.journal.json`) holds whom and how far; every step may be taken again, so an erasure that was killed is
ended by the next call. It is removed with the receipt, which holds no personal data. Holds the writer lock throughout.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core import row_counts
from ingest.core.errors import CxError
from ingest.core.lock import writer
from ingest.core.ownership import EMAIL, PHONE
from ingest.core.paths import Paths
from ingest.core.places import warehouse_of
from ingest.core.spec import Source
from ingest.core.suppression import RECORD, Suppression
from orchestration import last_publication
from orchestration.parts import CHECKOUT
from orchestration.privacy.files import purge_files, purge_seed, untouched
from orchestration.privacy.find import Person, find
from orchestration.privacy.purge import Removed, purge_derived, purge_raw
from orchestration.privacy.rewrite import rewrite
from orchestration.privacy.search import Found, search
from orchestration.privacy.state import note_facts, purge_state

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OVERRIDES_SEED = CHECKOUT / "dbt_project" / "seeds" / "identity" / "identity_overrides.csv"


class ErasureIncomplete(CxError):
    """Something of the person is still there; the receipt says where."""


@dataclass(slots=True)
class Erasure:
    """One erasure under way: whom, which steps are done, what each place lost."""

    id: str
    begun_at: str
    person: Person
    done: list[str] = field(default_factory=list)
    removed: dict[str, list[Removed]] = field(default_factory=dict)


def plan(paths: Paths, told: str, sources: Sequence[Source]) -> list[Removed]:
    """What an erasure would remove, place by place; nothing is changed."""
    with writer(paths, "cx erase"), _opened(paths) as connection:
        person = find(connection, told, list(sources))
        connection.begin()
        removed = _purge_warehouse(connection, person, sources)
        connection.rollback()
    return removed


def erase(paths: Paths, told: str, sources: Sequence[Source], seed: Path = OVERRIDES_SEED) -> Path:
    """Erases whoever is known by this e-mail, phone or customer id; returns the receipt. Ends erasures that were killed first.

    If one of those was theirs, it is the receipt of that one: nobody is known by it any more.
    """
    with writer(paths, "cx erase"):
        waiting = [_read_journal(path) for path in _journals(paths)]
        receipts = resume(paths, sources, seed)
        for erasure, receipt in zip(waiting, receipts, strict=True):
            if told.strip().lower() in {value.lower() for value in (*erasure.person.customer_ids, *erasure.person.spellings)}:
                return receipt
        last_publication.remember(paths)
        with _opened(paths) as connection:
            person = find(connection, told, list(sources))
        now = datetime.now(UTC)
        erasure = Erasure(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", now.isoformat(), person)
        _write_journal(paths, erasure)
        return _go_on(paths, erasure, sources, seed)


def resume(paths: Paths, sources: Sequence[Source], seed: Path = OVERRIDES_SEED) -> list[Path]:
    """Ends every erasure that was killed on its way; returns their receipts."""
    with writer(paths, "cx erase"):
        return [_go_on(paths, _read_journal(path), sources, seed) for path in _journals(paths)]


def _go_on(paths: Paths, erasure: Erasure, sources: Sequence[Source], seed: Path) -> Path:
    steps: dict[str, Callable[[], list[Removed]]] = {
        "suppression": lambda: _suppress(paths, erasure),
        "warehouse": lambda: _warehouse(paths, erasure, sources),
        "published": lambda: _published(paths, erasure.person),
        "rewritten": lambda: _rewritten(paths),
        "files": lambda: purge_files(paths, erasure.person),
        "seed": lambda: purge_seed(seed, erasure.person),
    }
    for name, step in steps.items():
        if name not in erasure.done:
            removed = step()
            erasure.removed[name] = removed or erasure.removed.get(name, [])
            erasure.done.append(name)
            _write_journal(paths, erasure)
    found, searched = search(paths.root, erasure.person.spellings, untouched(paths))
    receipt = _write_receipt(paths, erasure, found, searched)
    if found:
        places = ", ".join(sorted({one.place for one in found})[:5])
        raise ErasureIncomplete(
            f"identifiers are still found in {places}", "Remove these files, then `cx erase --resume` looks again."
        )
    _journal(paths, erasure).unlink()
    return receipt


def _suppress(paths: Paths, erasure: Erasure) -> list[Removed]:
    """Lists them, and tells every reading under way that somebody was erased meanwhile."""
    listed = Suppression.read(paths)
    for kind, values in erasure.person.own.items():
        for value in values:
            listed.add(kind, value)
    for name in {*erasure.person.nodes, *erasure.person.record_names()}:
        listed.add(RECORD, name)
    listed.keep()
    (paths.suppression / "newest").write_text(erasure.id + "\n", encoding="ascii")
    return []


def _warehouse(paths: Paths, erasure: Erasure, sources: Sequence[Source]) -> list[Removed]:
    with _opened(paths) as connection:
        connection.begin()
        connection.execute(f"create schema if not exists {last_publication.SCHEMA}")
        note_facts(connection, erasure.person)
        removed = _purge_warehouse(connection, erasure.person, sources)
        _count(connection, removed, erasure.id)
        if removed:
            erasure.removed["warehouse"] = removed  # known even if this process ends between the next two lines
            _write_journal(paths, erasure)
        connection.commit()
    return removed


def _purge_warehouse(connection: DuckDBPyConnection, person: Person, sources: Sequence[Source]) -> list[Removed]:
    raw = purge_raw(connection, person, sources)
    return raw + purge_derived(connection, person) + purge_state(connection, person, datetime.now(UTC))


def _count(connection: DuckDBPyConnection, removed: Sequence[Removed], by: str) -> None:
    """Tells the books of raw tables how many rows the erasure takes, so that nobody looks for them."""
    for one in removed:
        schema, _, table = one.place.partition(".")
        if schema.startswith("raw_") and one.removed:
            source = schema.removeprefix("raw_")
            row_counts.tell(connection, source, table, row_counts.ERASURE, one.before, one.before - one.removed, by)


def _published(paths: Paths, person: Person) -> list[Removed]:
    """Clears a copy of the published file and renames it over the file; readers keep what they have open.

    The look-up API's copy goes: `cx serve` makes another with the next question it is asked.
    """
    from orchestration.publish import without

    removed = without(paths, lambda connection: purge_derived(connection, person)) if paths.published.exists() else []
    if paths.lookup.exists():
        shutil.rmtree(paths.lookup)
    last_publication.stays(paths)
    return removed


def _rewritten(paths: Paths) -> list[Removed]:
    rewrite(paths.warehouse)
    return []


def _opened(paths: Paths) -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(warehouse_of(paths))
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _write_receipt(paths: Paths, erasure: Erasure, found: Sequence[Found], searched: int) -> Path:
    """What was done, for whoever asks: places and counts, salted hashes of who it was, and what a search found afterwards."""
    listed, person = Suppression.read(paths), erasure.person
    places = [{"step": step, **asdict(one)} for step, removed in erasure.removed.items() for one in removed]
    rows, files = ([one for one in places if (one["step"] == "files") is of_files] for of_files in (False, True))
    told = {
        "erasure": erasure.id,
        "begun_at": erasure.begun_at,
        "ended_at": datetime.now(UTC).isoformat(),
        "subject": [listed.hash_of("customer", customer) for customer in person.customer_ids],
        "identifiers": [listed.hash_of(kind, value) for kind in (EMAIL, PHONE) for value in person.own.get(kind, [])],
        "records_listed": len({*person.nodes, *person.record_names()}),
        "identifiers_shared_with_others_and_kept": person.shared,
        "places": places,
        "rows_removed": sum(one["removed"] for one in rows),
        "cells_cleared": sum(one["cleared"] for one in rows),
        "files_removed": sum(one["removed"] for one in files),
        "files_searched": searched,
        "left": [asdict(one) for one in found],
    }
    target = paths.erasures / f"{erasure.id}.json"
    _write(target, told)
    return target


def _journals(paths: Paths) -> list[Path]:
    """Of the erasures that have not ended, the oldest first."""
    return sorted(paths.erasures.glob("*.journal.json"))


def _journal(paths: Paths, erasure: Erasure) -> Path:
    return paths.erasures / f"{erasure.id}.journal.json"


def _write_journal(paths: Paths, erasure: Erasure) -> None:
    _write(_journal(paths, erasure), asdict(erasure))


def _read_journal(path: Path) -> Erasure:
    told = json.loads(path.read_text(encoding="utf-8"))
    removed = {step: [Removed(**one) for one in places] for step, places in told["removed"].items()}
    return Erasure(told["id"], told["begun_at"], Person(**told["person"]), told["done"], removed)


def _write(target: Path, told: dict[str, Any]) -> None:
    """Whole or not at all, for the owner's eyes."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
        handle.write(json.dumps(told, indent=2) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(target)
