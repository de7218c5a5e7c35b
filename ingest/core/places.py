"""What a file or its place refuses, as an error a person can act on: no space, no inodes, read-only, not permitted, damaged."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ingest.core.errors import CxError, UnknownName
from ingest.core.paths import Paths

_REMEDIES = {
    errno.ENOSPC: "Free space or inodes there and run again; what had landed stays.",
    errno.EDQUOT: "Free space there or have the quota raised, and run again; what had landed stays.",
    errno.EROFS: "Make it writable, or set CX_DATA_DIR to a place that is, and run again.",
    errno.EACCES: "Give this user the right to write there, or set CX_DATA_DIR to a place of its own.",
    errno.EPERM: "Give this user the right to write there, or set CX_DATA_DIR to a place of its own.",
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP), "Name another place."),
}
_WORDS = {
    "No space left on device": errno.ENOSPC,
    "Read-only file system": errno.EROFS,
    "Permission denied": errno.EACCES,
    "database or disk is full": errno.ENOSPC,  # SQLite's words, in which Dagster keeps its history
    "attempt to write a readonly database": errno.EROFS,
}
_SQLITE_DOES_NOT_SAY = ("unable to open database file", "disk I/O error")
_FULL, _FEW = 1024 * 1024, 3  # bytes, files: with less than that left SQLite cannot begin its log
_DAMAGED = (
    *("not a valid DuckDB database file", "Could not read enough bytes", "Corrupt database file", "Checksum"),
    *("Corrupt WAL file", "Failure while replaying WAL"),
)
_RESTORE = "Put a backup back with `cx restore`, or move the file away and run again: the vendors are then read anew."
_REPUBLISH = "`cx publish` puts a whole one in its place."
_PATH = re.compile(r"""["'](/[^"']+)["']""")


class PlaceRefused(CxError):
    """A file cannot be written where it should be, or not be read any more."""


def warehouse_of(paths: Paths) -> str:
    """The warehouse file as DuckDB is told it; UnknownName before the first run has made it."""
    if not paths.warehouse.exists():
        raise UnknownName(f"there is no warehouse yet: {paths.warehouse} does not exist", "`cx demo` or `cx run` makes it.")
    return str(paths.warehouse)


def sync(path: Path) -> None:
    """Waits until a file, or a folder's list of files, is on the disk: a rename before that may outlive what it names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refused(error: BaseException) -> PlaceRefused | None:
    """The refusal behind an error, its causes included; None where the file system has nothing to do with it.

    DuckDB and dlt wrap what the system said, so that their words are read where its number is lost.
    """
    for cause in reversed(list(_causes(error))):  # the innermost names the file
        number = cause.errno if isinstance(cause, OSError) else None
        said = str(cause)
        if number not in _REMEDIES:
            number = next((n for words, n in _WORDS.items() if words in said), None)
        if number is None and isinstance(cause, sqlite3.Error) and any(words in said for words in _SQLITE_DOES_NOT_SAY):
            number = _trouble_of_the_data_directory()
        if number is not None:
            words = next((words for words, n in _WORDS.items() if n == number), os.strerror(number))
            found = getattr(cause, "filename", None) or next(iter(_PATH.findall(said)), "the data directory")
            return PlaceRefused(f"{words}: {found}", _REMEDIES[number])
        if isinstance(cause, duckdb.Error) and any(words in said for words in _DAMAGED):
            found = next(iter(_PATH.findall(said)), "a database file")
            return PlaceRefused(f"{found} is damaged", _REPUBLISH if Path(found).parent.name == "published" else _RESTORE)
    return None


def _trouble_of_the_data_directory() -> int | None:
    """The number of what keeps SQLite from its files there, which it does not tell."""
    root = Paths.from_environment().root
    place = os.statvfs(root)
    if place.f_flag & os.ST_RDONLY:
        return errno.EROFS
    if place.f_bavail * place.f_frsize < _FULL or (place.f_files and place.f_ffree < _FEW):
        return errno.ENOSPC
    return None if os.access(root, os.W_OK) else errno.EACCES


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
