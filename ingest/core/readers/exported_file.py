"""The file an export hands over: unpacked without ever touching the disk, then read as records.

A zip or gzip file is unpacked as a stream up to a limit, so that neither member names nor sizes can do harm. The formats
are NDJSON, one JSON document, and CSV; what is no record is set aside and the rest goes on.
"""

from __future__ import annotations

import csv
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import orjson

SetAside = Callable[[Any, str], None]
PAGE = 1_000
MOST_BYTES = 16 * 2**30  # unpacked; vendors that name a limit allow a tenth of it
_DAMAGES = (zipfile.BadZipFile, zlib.error, struct.error, csv.Error, EOFError, OSError, RuntimeError, LookupError, ValueError)


class BadFile(ValueError):
    """The file is damaged, encrypted, or unpacks to more than anybody exports."""


class Format(Protocol):
    """How one unpacked file is read."""

    def records(self, file: io.BufferedReader, set_aside: SetAside) -> Iterator[Any]:
        """The records of the file, in order."""


@dataclass(frozen=True, slots=True)
class NdJson:
    """One JSON object a line. Blank lines and empty objects are no records."""

    def records(self, file: io.BufferedReader, set_aside: SetAside) -> Iterator[Any]:
        for line in file:
            if not line.strip():
                continue
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                set_aside(line, "the line is not JSON")
                continue
            if record != {}:
                yield record


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """One JSON object with the list of records in field `field`."""

    field: str

    def records(self, file: io.BufferedReader, set_aside: SetAside) -> Iterator[Any]:
        try:
            document = orjson.loads(file.read())
        except orjson.JSONDecodeError:
            raise BadFile("it is not JSON") from None
        if not isinstance(document, dict) or not isinstance(document.get(self.field), list):
            raise BadFile(f"it has no list {self.field!r}")
        yield from document[self.field]


@dataclass(frozen=True, slots=True)
class Csv:
    """Rows of text by the names in header row `names_in` of `header_rows`; an empty cell is null.

    A byte-order mark and the nameless column that a comma at the end of each row makes are passed over.
    """

    header_rows: int = 1
    names_in: int = 0

    def records(self, file: io.BufferedReader, set_aside: SetAside) -> Iterator[Any]:
        rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
        header = list(islice(rows, self.header_rows))
        if len(header) < self.header_rows:
            return
        names = header[self.names_in]
        for row in rows:
            if row and len(row) != len(names):
                set_aside(row, f"the row has {len(row)} cells, not {len(names)}")
            elif row:
                yield {name: cell or None for name, cell in zip(names, row, strict=True) if name}


def pages(body: bytes, form: Format, set_aside: SetAside, most_bytes: int = MOST_BYTES) -> Iterator[list[Any]]:
    """The records of a downloaded file in pages; BadFile when it cannot be read to its end."""
    left = _Allowance(most_bytes)
    try:
        for file in _unpacked(body):
            records = form.records(io.BufferedReader(_Counted(file, left)), set_aside)
            while page := list(islice(records, PAGE)):
                yield page
    except BadFile:
        raise
    except _DAMAGES as error:
        raise BadFile(f"it cannot be read ({type(error).__name__})") from error


def _unpacked(body: bytes) -> Iterator[io.BufferedIOBase]:
    """The files inside an archive, or the file itself; checksums are verified while reading."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.infolist():
                if member.flag_bits & 1:
                    raise BadFile("it is encrypted")
                if not member.is_dir():
                    with archive.open(member) as file:
                        yield file  # type: ignore[misc]
    elif body[:2] == b"\x1f\x8b":
        yield gzip.GzipFile(fileobj=io.BytesIO(body))
    else:
        yield io.BufferedReader(io.BytesIO(body))  # type: ignore[arg-type]


@dataclass(slots=True)
class _Allowance:
    """How many unpacked bytes may still come, over all files of an archive."""

    left: int


class _Counted(io.RawIOBase):
    """Reads through to `file` until the allowance is used up."""

    def __init__(self, file: io.BufferedIOBase, allowance: _Allowance) -> None:
        self._file, self._allowance = file, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(len(buffer))
        self._allowance.left -= len(chunk)
        if self._allowance.left < 0:
            raise BadFile("it unpacks to more than an export can hold")
        buffer[: len(chunk)] = chunk
        return len(chunk)
