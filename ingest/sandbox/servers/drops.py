"""A folder kept in step with the company's clock: the files that were dropped by then, each with the time it was last written."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ingest.sandbox.servers.world import Table, World


def keep_in_step(folder: Path, wanted: Mapping[str, datetime], write: Callable[[str, Path], None]) -> None:
    """Writes the wanted files that are not there in that version, and removes those not wanted (the clock may go back).

    A file appears by rename and with its own time of change, so that a reader never sees half of it.
    """
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in there.keys() - wanted.keys():
        there[name].unlink()
    for name, moment in wanted.items():
        nanoseconds = int(moment.astimezone(UTC).timestamp()) * 1_000_000_000
        path = folder / name
        if name in there and path.stat().st_mtime_ns == nanoseconds:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        write(name, draft)
        os.utime(draft, ns=(nanoseconds, nanoseconds))
        draft.replace(path)


def files_of(world: World, table: Table) -> dict[str, datetime]:
    """The files that hold a table's records at the clock, with the instant of their newest version."""
    rows = world.rows(
        f"""SELECT file_name, max(_visible_at) FROM {world.versions(table)}
        WHERE _visible_at <= $1 AND file_name IN (SELECT file_name FROM {world.current(table)}) GROUP BY file_name""",
        [world.clock],
    )
    return {name: moment for name, moment in rows}
