"""Messages in files: `.eml` holds one, `.mbox` many. Read in a stream, each message up to its first megabyte.

A file that came, grew or was replaced is read whole; messages known already are merged on their id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from ingest.core.calls import Call
from ingest.core.readers.folder import Found, Refused, Seen, file_in, fingerprint, folder_of, names_in
from ingest.core.readers.message_headers import moment_of
from ingest.core.readers.messages import MAX_BYTES, Arrived, Unreadable, record_of

PAGE = 200
_LINE = 65_536
_STUFFED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class MailFiles:
    """A Reader over the folder in setting `folder`; nothing when that is empty."""

    def pages(self, call: Call) -> Iterator[list[dict[str, Any]]]:
        if not call.settings["folder"]:
            return
        seen, page = Seen(call.position), list[dict[str, Any]]()
        own = own_domains(call)
        for arrived in _arrived(call, seen):
            record = readable(call, arrived, own)
            page += [record] if record else []
            if len(page) >= PAGE:
                yield page
                page = []
        yield page
        call.keep(seen.position())


def own_domains(call: Call) -> frozenset[str]:
    """Our own mail domains, from the setting `own_domains`."""
    return frozenset(name.strip().lower().lstrip("@") for name in call.settings["own_domains"].split(",") if name.strip())


def readable(call: Call, arrived: Arrived, own: frozenset[str]) -> dict[str, Any] | None:
    """The record of a message; None when it is set aside."""
    try:
        return record_of(arrived, own)
    except Unreadable as reason:
        call.set_aside({**arrived.where(), "begins": arrived.raw[:2_000].decode("utf-8", "replace")}, str(reason))
        return None


def _arrived(call: Call, seen: Seen) -> Iterator[Arrived]:
    root = folder_of(call)
    for name in names_in(root):
        mark = ""
        try:
            found = file_in(root, name)
            mark = fingerprint(name, found.size, found.modified_ns)
            if seen.is_new(mark):
                yield from _messages(found)
        except (Refused, OSError) as problem:
            seen.forget(mark)  # tried again on every run, told once
            reason = str(problem) if isinstance(problem, Refused) else "the file cannot be read"
            if seen.is_new(fingerprint(name, reason)):
                call.set_aside({"found_in": name}, reason)


def _messages(found: Found) -> Iterator[Arrived]:
    kind = found.path.suffix.lower()
    with found.path.open("rb") as file:
        if kind == ".eml":
            yield Arrived(file.read(MAX_BYTES), found.size, found.name, file_time=found.modified_at)
        elif kind == ".mbox":
            yield from _split(file, found)
        else:
            raise Refused("only .eml and .mbox files are read")


def _split(file: IO[bytes], found: Found) -> Iterator[Arrived]:
    """The messages of an mbox: each begins with a `From ` line after an empty one (or at the start)."""
    lines, kept, size = list[bytes](), 0, 0
    came: datetime | None = None
    is_open, after_blank, at_line_start = False, True, True
    while line := file.readline(_LINE):
        if at_line_start and after_blank and line.startswith(b"From "):
            if is_open:
                yield Arrived(b"".join(lines), size, found.name, came, file_time=found.modified_at)
            lines, kept, size, is_open = [], 0, 0, True
            came = moment_of(line[5:200].decode("ascii", "replace").strip().partition(" ")[2])
        else:
            is_open = is_open or bool(line.strip())
            text = line[1:] if at_line_start and _STUFFED.match(line) else line
            size += len(text)
            if kept < MAX_BYTES:
                lines.append(text)
                kept += len(text)
        after_blank, at_line_start = at_line_start and not line.strip(), line.endswith(b"\n")
    if is_open:
        yield Arrived(b"".join(lines), size, found.name, came, file_time=found.modified_at)
