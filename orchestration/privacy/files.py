"""Takes a person out of the files beside the warehouse: what dlt, dbt, Dagster and Great Expectations left lying about."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sqlite3
from pathlib import Path

from ingest.core.paths import Paths
from ingest.core.suppression import ERASED
from orchestration.privacy.find import Person
from orchestration.privacy.purge import Removed
from orchestration.privacy.search import search


def untouched(paths: Paths) -> tuple[Path, ...]:
    """Folders no erasure looks into: the planted vendors' own copy, the hashes, the journal, which holds what is looked for
    until the erasure has ended, and backups, which are immutable: whoever is on the list is left out when one is restored."""
    return paths.sandbox, paths.suppression, paths.erasures, paths.backups


def purge_files(paths: Paths, person: Person) -> list[Removed]:
    """Removes dlt's working files, which are a copy of what the warehouse knows, and clears every other file that tells something."""
    done = [*_without_working_files(paths), *_leftovers(paths)]
    found, _ = search(paths.root, person.spellings, (*untouched(paths), paths.warehouse, paths.published))
    for place in sorted({one.place.split(":")[0] for one in found}):
        done.append(_clear(paths.root / place, place, person))
    return done


def _leftovers(paths: Paths) -> list[Removed]:
    """The staged publication and copies of a swap that was killed; the next build makes the staged file anew."""
    hidden = [path for path in paths.published.parent.glob(".*") if path.is_file()]
    for path in hidden:
        path.unlink()
    return [Removed(f"published/{path.name}", 1, 1) for path in hidden]


def _without_working_files(paths: Paths) -> list[Removed]:
    files = sum(path.is_file() for path in paths.dlt.rglob("*"))
    shutil.rmtree(paths.dlt, ignore_errors=True)
    return [Removed(".dlt", files, files)] if files else []


def _clear(path: Path, place: str, person: Person) -> Removed:
    """Clears a text or a SQLite file; removes what cannot be cleared: an answer set aside, any other bytes."""
    head = path.read_bytes()[:16]
    if head.startswith(b"SQLite format 3"):
        return Removed(place, 1, 0, _clear_sqlite(path, person))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or "quarantine" in path.parts:
        path.unlink()
        return Removed(place, 1, 1)
    cleared, hits = _any_of(person).subn(ERASED, text)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(cleared, encoding="utf-8")
    beside.replace(path)
    return Removed(place, 1, 0, hits)


def _clear_sqlite(path: Path, person: Person) -> int:
    """Clears every text of every table; deleted bytes are overwritten."""
    pattern, cleared = _any_of(person), 0
    connection = sqlite3.connect(path)
    connection.create_function("cleared", 1, lambda text: pattern.sub(ERASED, text) if isinstance(text, str) else text)
    connection.execute("pragma secure_delete = on")
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        for column in [row[1] for row in connection.execute(f'pragma table_info("{table}")').fetchall()]:
            sql = f'update "{table}" set "{column}" = cleared("{column}") where "{column}" is not cleared("{column}")'
            cleared += connection.execute(sql).rowcount
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("vacuum")
    connection.close()
    return cleared


def _any_of(person: Person) -> re.Pattern[str]:
    told = "|".join(re.escape(value) for value in sorted(person.spellings, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{told})(?![^\W_])", re.IGNORECASE)


def purge_seed(seed: Path, person: Person) -> list[Removed]:
    """Takes decisions about their records out of the project's own seed; what version control remembers is not ours to change."""
    if not seed.exists():
        return []
    with seed.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    kept = [row for row in rows if not set(row) & set(person.nodes)]
    if len(kept) == len(rows):
        return []
    beside = seed.with_name(f".{seed.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(kept)
    beside.replace(seed)
    return [Removed(f"seed {seed.name}", len(rows) - 1, len(rows) - len(kept))]
