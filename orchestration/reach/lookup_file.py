"""The file the look-up API answers from: a copy of the publication with an index per key, made anew when the publication is swapped.

Without an index DuckDB reads a whole row group, tens of milliseconds at a million customers; with one, and without the
compressions that have to be read from the start, it reads the rows asked for. All that stands in a copy of the API's own, so
that publishing stays as quick as copying a file for everybody else.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.reader import LOCKED_DOWN, QueryError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# table: the column its rows are looked up by
KEYS = {
    "customer_360": "customer_id",
    "customer_identifiers": "identifier_value",
    "feedback": "customer_id",
    "touchpoints": "customer_id",
}
_TABLES = {
    "customer_360": "from published.customer_360",
    "customer_identifiers": "select identifier_value, identifier_type, customer_id from published.customer_identifiers",
    "feedback": "select customer_id, feedback_id, comment from published.feedback where comment is not null",
    "touchpoints": "from published.touchpoints",
}
# A single value stored in these ways can only be read by reading those before it in its row group.
_READ_FROM_THE_START = "fsst,dict_fsst,rle"


@dataclass(frozen=True, slots=True)
class Opened:
    """One publication, open: whoever holds it keeps reading it, whatever is published meanwhile."""

    stamp: str
    publication_id: str
    data_as_of: str
    published_at: str
    connection: DuckDBPyConnection


class LookupFile:
    """The newest publication, ready for look-ups. A new one is made ready beside the old one, which answers until then."""

    def __init__(self, paths: Paths, complain: Callable[[str], None]) -> None:
        """complain: told, in one line, why a new publication could not be taken over; the old one goes on answering."""
        self._paths, self._complain = paths, complain
        self._making = threading.Lock()
        self._refused = ""
        self._opened = self._open(_stamp(paths.published))

    def current(self) -> Opened:
        """What stands, at once; when the published file is another one by now, starts making that ready."""
        with suppress(QueryError):
            stamp = _stamp(self._paths.published)
            if stamp not in (self._opened.stamp, self._refused) and self._making.acquire(blocking=False):
                threading.Thread(target=self._take_over, args=(stamp,), name="new publication", daemon=True).start()
        return self._opened

    def _take_over(self, stamp: str) -> None:
        try:
            self._opened = self._open(stamp)
        except Exception as error:  # whatever is wrong with the new file, the old one still answers
            self._refused = stamp
            self._complain(f"the new publication could not be opened, the last one goes on answering: {error}")
        finally:
            self._making.release()

    def _open(self, stamp: str) -> Opened:
        import duckdb

        folder = self._paths.root / "lookup"
        file = folder / f"{stamp}.duckdb"
        if not file.exists():
            _make(self._paths.published, file)
        settings: dict[str, str | bool | int | float | list[str]] = {
            **LOCKED_DOWN,
            "memory_limit": os.environ.get("CX_SERVE_MEMORY", "2GB"),
        }
        connection = duckdb.connect(str(file), read_only=True, config=settings)
        told = connection.execute(
            "select any_value(run_id), max(data_as_of)::timestamptz, max(published_at)::timestamptz from publication"
        ).fetchone()
        assert told is not None
        for old in folder.glob("*.duckdb"):
            if old != file:  # whoever still reads it keeps it until they are done
                old.unlink(missing_ok=True)
        for table, key in KEYS.items():  # DuckDB reads an index when it is first used: better now than for the first caller
            connection.execute(f"select 1 from {table} where {key} = ''").fetchall()
        data_as_of, published_at = (moment.isoformat() if moment else "" for moment in told[1:])
        return Opened(stamp, str(told[0]), data_as_of, published_at, connection)


def _stamp(published: Path) -> str:
    """Tells one publication from the next."""
    try:
        found = published.stat()
    except FileNotFoundError:
        raise QueryError(
            f"nothing has been published yet: {published} does not exist", "`cx demo` or `cx run` makes it."
        ) from None
    return f"{found.st_mtime_ns}-{found.st_ino}-{found.st_size}"


def _make(published: Path, file: Path) -> None:
    """Copies and indexes under another name first: a file of this name is complete."""
    import duckdb

    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.unlink(missing_ok=True)
    limit = {"memory_limit": os.environ.get("CX_MEMORY_LIMIT", "4GB")}
    try:
        with duckdb.connect(str(beside), config=dict(limit)) as connection:
            connection.execute(f"set disabled_compression_methods = '{_READ_FROM_THE_START}'")
            connection.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
            _refuse_without_tables(connection)
            for table, asked in {**_TABLES, "publication": "from published.publication"}.items():
                connection.execute(f"create table {table} as {asked}")
            for table, key in KEYS.items():
                connection.execute(f"create index {table}_by_{key} on {table} ({key})")
            connection.execute("checkpoint")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
        beside.with_name(f"{beside.name}.wal").unlink(missing_ok=True)


def _refuse_without_tables(connection: DuckDBPyConnection) -> None:
    told = connection.execute("select table_name from duckdb_tables() where database_name = 'published'").fetchall()
    missing = sorted({*KEYS, "publication"} - {str(row[0]) for row in told})
    if missing:
        raise CxError(f"the published file lacks {', '.join(missing)}", "Publish once more with `cx run`.")
