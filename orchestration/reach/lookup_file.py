"""The publication as the look-up API has it open: a file of its own (`lookup_making`), made anew when another is published.

That file stands in data/lookup, so that publishing stays as quick as copying a file for everybody else.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT
from orchestration.reach import lookup_making
from orchestration.reach.lookup_making import Columns
from orchestration.reader import QueryError


@dataclass(frozen=True, slots=True)
class Opened:
    """One publication, open: whoever holds it keeps reading it, whatever is published meanwhile.

    columns: per table, name and type of each value in its texts. The connection may be used by any thread.
    """

    stamp: str
    publication_id: str
    data_as_of: str
    published_at: str
    columns: Columns
    connection: sqlite3.Connection


class LookupFile:
    """The newest publication, ready for look-ups. A new one is made ready beside the old one, which answers until then."""

    def __init__(self, paths: Paths, complain: Callable[[str], None]) -> None:
        """complain: told, in one line, why a new publication could not be taken over; the old one goes on answering."""
        self._paths, self._complain = paths, complain
        self._making = threading.Lock()
        self._refused = ""
        stamp = _stamp(paths.published)
        if not self._file(stamp).exists():
            lookup_making.make(paths.published, self._file(stamp))
        self._opened = self._open(stamp)

    def current(self) -> Opened:
        """What stands, at once; when the published file is another one by now, starts making that ready."""
        with suppress(QueryError):
            stamp = _stamp(self._paths.published)
            if stamp not in (self._opened.stamp, self._refused) and self._making.acquire(blocking=False):
                threading.Thread(target=self._take_over, args=(stamp,), name="new publication", daemon=True).start()
        return self._opened

    def _take_over(self, stamp: str) -> None:
        try:
            if not self._file(stamp).exists():
                _make_apart(self._paths.published, self._file(stamp))
            self._opened = self._open(stamp)
        except Exception as error:  # whatever is wrong with the new file, the old one still answers
            self._refused = stamp
            self._complain(f"the new publication could not be opened, the last one goes on answering: {error}")
        finally:
            self._making.release()

    def _file(self, stamp: str) -> Path:
        return self._paths.lookup / f"{stamp}.sqlite"

    def _open(self, stamp: str) -> Opened:
        file = self._file(stamp)
        # nobody writes a complete file, so no lock is taken; SQLite takes turns when threads share a connection
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        run_id, data_as_of, published_at, columns = connection.execute("select * from publication").fetchall()[0]
        _clear(self._paths.lookup, file)
        return Opened(stamp, str(run_id), data_as_of or "", published_at or "", json.loads(columns), connection)


def _make_apart(published: Path, file: Path) -> None:
    """Makes the file in another process, which cannot hold up an answer. CxError with the last thing it said."""
    command = [sys.executable, "-m", lookup_making.__name__, str(published), str(file)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CxError((done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1])


def _clear(folder: Path, kept: Path) -> None:
    """Removes former publications, which whoever reads them keeps until they are done, and what a killed process left half made."""
    for other in folder.iterdir():
        maker = other.name.removesuffix(".tmp").removesuffix("-journal").rpartition(".")[2]
        if other != kept and other.is_file() and not (maker.isdigit() and _is_alive(int(maker))):
            other.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _stamp(published: Path) -> str:
    """Tells one publication from the next."""
    try:
        found = published.stat()
    except FileNotFoundError:
        raise QueryError(
            f"nothing has been published yet: {published} does not exist", "`cx demo` or `cx run` makes it."
        ) from None
    return f"{found.st_mtime_ns}-{found.st_ino}-{found.st_size}"
