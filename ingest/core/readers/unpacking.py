"""Bytes that are unpacked on the way in, counted: a small file may not grow into a large one unnoticed.

Knows gzip and the zip container of spreadsheets; what the bytes mean is the business of `formats`.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_PART = 1 << 20
_LOCAL_HEADER = 30


class BrokenFile(Exception):
    """The file cannot be read, now or later, unless somebody sends another version. Holds a reason and no content."""


class UnfinishedFile(Exception):
    """The file ends too early, as one does that is still being written."""


class Bounded(io.RawIOBase):
    """A stream that gives at most `limit` bytes, then raises BrokenFile; a torn gzip stream raises UnfinishedFile."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit, self._given = stream, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            part = self._stream.read(len(buffer))
        except EOFError as error:
            raise UnfinishedFile("ends in the middle of its packed data") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BrokenFile("holds damaged packed data") from error
        self._given += len(part)
        if self._given > self._limit:
            raise BrokenFile(f"holds more than the {self._limit:,} bytes allowed")
        buffer[: len(part)] = part
        return len(part)


def unpacked(stream: IO[bytes], limit: int, *, is_gzip: bool) -> IO[bytes]:
    """The bytes to read, at most `limit` of them."""
    inner: IO[bytes] = gzip.GzipFile(fileobj=stream) if is_gzip else stream  # type: ignore[assignment]
    return io.BufferedReader(Bounded(inner, limit), _PART)


@contextmanager
def damages() -> Iterator[None]:
    """Whatever a damaged zip container brings about, as BrokenFile."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, LookupError, ValueError) as error:
        raise BrokenFile("is a damaged container") from error


def checked_zip(content: bytes, limit: int) -> None:
    """BrokenFile when the parts of a zip container unpack to more than `limit`; what its directory says is not believed."""
    left = limit
    with damages(), zipfile.ZipFile(io.BytesIO(content)) as container:
        for part in container.infolist():
            left -= _size_of(content, part, left)
            if left < 0:
                raise BrokenFile(f"unpacks to more than the {limit:,} bytes allowed")


def _size_of(content: bytes, part: zipfile.ZipInfo, limit: int) -> int:
    """How much one part unpacks to, found by unpacking; stops a little beyond `limit`."""
    at = part.header_offset
    names = int.from_bytes(content[at + 26 : at + 28], "little") + int.from_bytes(content[at + 28 : at + 30], "little")
    start = at + _LOCAL_HEADER + names
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise BrokenFile("is packed in an unusual way")
    unpacker, size, packed = zlib.decompressobj(-zlib.MAX_WBITS), 0, content[start : start + part.compress_size]
    while packed and not unpacker.eof and size <= limit:
        size += len(unpacker.decompress(packed, _PART))
        packed = unpacker.unconsumed_tail
    return size
