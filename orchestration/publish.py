"""Publishing: the file dbt built beside the published one is described, checked, copied and renamed over it.

Readers that have the old file open keep it whole; whoever opens the path next gets the new one. Whether the gates are
open is decided before (`assets/publish.py`); this module makes sure that what is swapped in is complete and readable.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.errors import CxError
from ingest.core.lock import writer
from ingest.core.paths import Paths
from ingest.core.places import sync
from orchestration import gates
from orchestration.fingerprint import fingerprint
from orchestration.privacy.pseudonyms import Classes, describe, key_of, pseudonymise

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.privacy.purge import Removed

# Without these nothing in the file can be read, whatever the vendors told; other tables may be empty from the start.
NEVER_EMPTY = ("customer_360", "kpi_catalog", "kpi_period")

# Lists of what is due: on a good day there is nothing on them.
MAY_BECOME_EMPTY = ("contact_today",)

_DESCRIBE = """
create or replace table publication (
    run_id varchar, published_at timestamptz, data_as_of timestamptz, gates_passed varchar[],
    table_name varchar, row_count bigint, checksum varchar
)
"""


class PublishError(CxError):
    """The next publication is not fit to be published; the last one stays."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of a publication. `checksum` changes when any row does, whatever order the rows are in."""

    name: str
    rows: int
    checksum: str


_TOLD = ("name", "rows", "checksum")


def publish(
    paths: Paths, run_id: str, expected: Sequence[str], gates_passed: Sequence[str] = gates.ORDER, classes: Classes | None = None
) -> list[PublishedTable]:
    """Swaps the staged file in and forgets all holds. PublishError leaves the last publication as it was.

    expected: every table the published layer declares; all have to be there. classes: what each column is, by table; text that
    is not classified stays out of the pseudonymised twin.
    """
    with writer(paths, "publication"):
        if not paths.staging_file.exists():
            raise PublishError(f"there is nothing to publish: {paths.staging_file} does not exist", "Run `cx run` first.")
        tables = _describe(paths, run_id, expected, gates_passed, classes or {})
        _swap(paths, paths.staging_file, tables)
        gates.clear_holds(paths)
        return tables


def without(paths: Paths, clear: Callable[[DuckDBPyConnection], list[Removed]]) -> list[Removed]:
    """Swaps in the published file as it is after `clear`, with its table `publication` told anew; returns what was cleared.

    The caller holds the writer lock. Deleted rows leave no bytes: the file is written anew.
    """
    import duckdb

    from orchestration.privacy.rewrite import rewrite

    cleared = paths.published.with_name(f".{paths.published.stem}_{os.getpid()}.duckdb")
    try:
        shutil.copyfile(paths.published, cleared)
        with duckdb.connect(str(cleared)) as connection:
            removed = clear(connection)
            tables = [
                _measure(connection, str(row[0])) for row in connection.execute("select table_name from publication").fetchall()
            ]
            connection.executemany(
                "update publication set row_count = ?, checksum = ? where table_name = ?",
                [(table.rows, table.checksum, table.name) for table in tables],
            )
        rewrite(cleared)
        _swap(paths, cleared, tables)
    finally:
        cleared.unlink(missing_ok=True)
    return removed


def _describe(
    paths: Paths, run_id: str, expected: Sequence[str], gates_passed: Sequence[str], classes: Classes
) -> list[PublishedTable]:
    """Checks the staged tables and writes them into table `publication`."""
    import duckdb

    before = _published_counts(paths)
    with duckdb.connect(str(paths.staging_file)) as connection:
        tables = [_measure(connection, name) for name in _present(connection, expected)]
        emptied = [t.name for t in tables if t.rows == 0 and _must_have_rows(t.name, before)]
        if emptied:
            raise PublishError(
                f"without rows: {', '.join(emptied)}", "`cx status` shows what landed; the last publication stays."
            )
        as_of = " union all ".join(f'select max(data_as_of) as known_at from "{table.name}"' for table in tables)
        connection.execute(_DESCRIBE)
        connection.execute(
            f"insert into publication select ?, ?, (select max(known_at) from ({as_of})), ?, unnest(?), unnest(?), unnest(?)",
            [run_id, datetime.now(UTC), list(gates_passed), *([getattr(t, told) for t in tables] for told in _TOLD)],
        )
        describe(connection, classes)
        connection.execute("checkpoint")
    return tables


def _must_have_rows(table: str, before: Mapping[str, int]) -> bool:
    return table in NEVER_EMPTY or (before.get(table, 0) > 0 and table not in MAY_BECOME_EMPTY)


def _present(connection: DuckDBPyConnection, expected: Sequence[str]) -> list[str]:
    found = connection.execute("select table_name from information_schema.tables where table_schema = 'main'").fetchall()
    missing = sorted(set(expected) - {str(row[0]) for row in found})
    if missing:
        raise PublishError(f"the staged file lacks {', '.join(missing)}", "Run `cx run`, which builds the whole layer.")
    return list(expected)


def _measure(connection: DuckDBPyConnection, table: str) -> PublishedTable:
    return PublishedTable(table, *fingerprint(connection, f'"{table}"'))


def _published_counts(paths: Paths) -> dict[str, int]:
    """Rows per table of the last publication; empty before the first."""
    import duckdb

    if not paths.published.exists():
        return {}
    with suppress(duckdb.Error), duckdb.connect(str(paths.published), read_only=True) as connection:
        return dict(connection.execute("select table_name, row_count from publication").fetchall())
    return {}


def _swap(paths: Paths, staged: Path, tables: Sequence[PublishedTable]) -> None:
    """Copies beside the target, makes the copy's twin, proves both, and renames: a crash at any point leaves old files or new ones.

    The twin goes first: which publication stands is told by the full file alone (gates, restatements, `cx status`). A crash between
    the two renames leaves a twin that is one publication ahead, and the next run, which finds the old full file, publishes both again.
    """
    leftover = staged.with_name(staged.name + ".wal")
    if leftover.exists():
        raise PublishError(f"{staged} was not written out completely", "Run `cx run` again.")
    targets = (paths.pseudonymised, paths.published)
    twin, full = (target.with_name(f".{target.name}.{os.getpid()}") for target in targets)
    try:
        with staged.open("rb") as source, full.open("wb") as copy:
            shutil.copyfileobj(source, copy, 16 * 1024 * 1024)
        pseudonymise(full, twin, key_of(paths))
        for beside in (twin, full):
            sync(beside)
            _prove(beside, tables)
        twin.replace(paths.pseudonymised)
        full.replace(paths.published)
        sync(paths.published.parent)
    finally:
        for beside in (twin, full):
            beside.unlink(missing_ok=True)


def _prove(copy: Path, tables: Sequence[PublishedTable]) -> None:
    """The copy opens read-only and holds every table with the rows that were counted."""
    import duckdb

    with duckdb.connect(str(copy), read_only=True) as connection:
        counts = " union all ".join(f"select '{table.name}', count(*) from \"{table.name}\"" for table in tables)
        found = dict(connection.execute(counts).fetchall())
    if found != {table.name: table.rows for table in tables}:
        raise PublishError("the copy of the staged file does not hold the rows that were counted", "Run `cx publish` again.")
