"""Reads the files of a place: each version of a file once, in the order they were written.

What was read is remembered by name, size and time of change, so a new file and a changed file are read and all others left
alone. A file that is still being written waits; one that cannot be read goes to quarantine with the reason, and the rest
goes on. Rows carry their file (`_file`) and its time of change (`_file_modified_at`) where those are declared.
"""

from __future__ import annotations

import io
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

import pyarrow as pa

from ingest.core.calls import Call, Page
from ingest.core.readers.formats import Format, OpenFile
from ingest.core.readers.places import Found, Place, ShutFile, place_at, shown
from ingest.core.readers.unpacking import BrokenFile, UnfinishedFile, unpacked
from ingest.core.settings import variable
from ingest.core.spec import Setting

FOLDER = Setting("folder", "a folder on this machine, or s3://bucket/prefix")
STORE = (
    Setting("s3_endpoint", "address of an S3-compatible store; leave out for AWS", ""),
    Setting("s3_region", "region of the bucket", ""),
    Setting("s3_key", "access key; leave out to use this machine's own credentials", "", secret=True),
    Setting("s3_secret", "the access key's secret", "", secret=True),
)


@dataclass(frozen=True, slots=True)
class Files:
    """The files below setting `folder` whose name fits `pattern`, by the first format that knows their suffix (`.gz` aside).

    settles: a file changed less than this ago may still be growing, and waits;
    patience: an unfinished file that has not changed for this long is taken for a broken one;
    marker: a file beside it (`_SUCCESS`) without which a file waits;
    max_bytes: what one file may hold once unpacked.
    """

    pattern: str
    formats: tuple[Format, ...]
    settles: timedelta = timedelta(minutes=1)
    patience: timedelta = timedelta(days=1)
    marker: str = ""
    max_bytes: int = 2 << 30

    def pages(self, call: Call) -> Iterator[Page]:
        place = place_at(call.settings[FOLDER.name], call.settings, call.source.name, variable(call.source, FOLDER))
        before: dict[str, str] = json.loads(call.position or "{}")
        read: dict[str, str] = {}
        for found in sorted(place.files(self.pattern), key=lambda one: (one.modified_at, one.name)):
            if before.get(found.name) == found.tag:
                read[found.name] = found.tag
            elif not self._waits(place, found, call):
                is_through = yield from self._file(place, found, call)
                read |= {found.name: found.tag} if is_through else {}
            elif found.name in before:
                read[found.name] = before[found.name]
        call.keep(json.dumps(read, sort_keys=True))

    def _waits(self, place: Place, found: Found, call: Call) -> bool:
        if found.modified_at > call.until - self.settles:
            return True
        folder, slash, _ = found.name.rpartition("/")
        return bool(self.marker) and not place.has(f"{folder}{slash}{self.marker}")

    def _file(self, place: Place, found: Found, call: Call) -> Generator[Page, None, bool]:
        """Yields a file's records; returns whether this version need not be read again."""
        try:
            yield from self._pages(place, found, call)
        except UnfinishedFile as error:
            if found.modified_at > call.until - self.patience or place.look(found.name) != found:
                return False
            _refuse(call, found, f"{error}, and has not changed for {self.patience}")
        except BrokenFile as error:
            if place.look(found.name) != found:
                return False  # it was changed while we read
            _refuse(call, found, str(error))
        except ShutFile as error:
            if place.look(found.name):
                _refuse(call, found, str(error))
            return False
        return place.look(found.name) == found

    def _pages(self, place: Place, found: Found, call: Call) -> Iterator[Page]:
        format_ = self._format(found)
        if found.is_link:
            raise BrokenFile("is a link, and links are not followed")
        if found.size > self.max_bytes:
            raise BrokenFile(f"holds more than the {self.max_bytes:,} bytes allowed")
        is_gzip = found.name.lower().endswith(".gz")
        with place.open(found) as stream:
            if format_.ends_with_newline and not is_gzip and not _ends_with_newline(stream, found.size):
                raise UnfinishedFile("has no line break at its end")
            opened = OpenFile(
                _readable(stream, self.max_bytes, is_gzip=is_gzip, is_whole=format_.needs_whole),
                self.max_bytes,
                call.resource.columns,
                lambda row, reason: call.set_aside({"file": shown(found.name), **row}, reason),
            )
            for page in format_.pages(opened):
                yield _with_origin(page, found, call)

    def _format(self, found: Found) -> Format:
        name = found.name.lower().removesuffix(".gz")
        for format_ in self.formats:
            if name.endswith(format_.suffixes):
                return format_
        raise BrokenFile(f"is in none of the declared formats ({', '.join(s for f in self.formats for s in f.suffixes)})")


def _readable(stream: IO[bytes], limit: int, *, is_gzip: bool, is_whole: bool) -> IO[bytes]:
    """What a format reads from: packed data unpacked on the way, into memory where the format jumps in the file."""
    if is_whole and not is_gzip:
        return stream
    held = unpacked(stream, limit, is_gzip=is_gzip)
    return io.BytesIO(held.read()) if is_whole else held


def _ends_with_newline(stream: IO[bytes], size: int) -> bool:
    if not size:
        return True
    stream.seek(-1, io.SEEK_END)
    last = stream.read(1)
    stream.seek(0)
    return last == b"\n"


def _refuse(call: Call, found: Found, reason: str) -> None:
    told = {"file": shown(found.name), "size": found.size, "modified_at": found.modified_at.isoformat()}
    call.set_aside(told, f"the file {reason}")


def _with_origin(page: Page, found: Found, call: Call) -> Page:
    """The page with its file's name and time of change, where they are declared."""
    wanted = {column.path for column in call.resource.columns}
    origin: dict[str, Any] = {"_file": shown(found.name), "_file_modified_at": found.modified_at}
    for name, value in origin.items():
        if name not in wanted:
            continue
        if isinstance(page, pa.Table):
            page = page.append_column(name, pa.repeat(pa.scalar(value), page.num_rows))
        else:
            for record in page:
                if type(record) is dict:
                    record[name] = value
    return page
