"""Letters in a folder: text and PDF files, and an index that says whose they are.

The index (a CSV, one line per letter, the last line of a letter counts) is small and read in full on every run; a letter is
opened again only when its line or its file changed. Names in the index are not trusted: see `folder`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.readers.folder import Found, Refused, Seen, file_in, fingerprint, folder_of, names_in
from ingest.core.readers.letter_text import text_of
from ingest.core.readers.message_text import characters, one_line

COLUMNS = ("letter_id", "received_on", "sender_name", "address", "customer_number", "file_name")
PAGE = 200
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LetterFolder:
    """A Reader over the letters of the folder in setting `folder`, listed in the file that setting `index` names."""

    def pages(self, call: Call) -> Iterator[list[dict[str, Any]]]:
        root, seen, page = folder_of(call), Seen(call.position), list[dict[str, Any]]()
        lines = list(index_lines(call, root))
        for line in _newest(call, lines, seen):
            record = _letter(call, root, line, seen)
            page += [record] if record else []
            if len(page) >= PAGE:
                yield page
                page = []
        yield page
        _tell_of_strays(call, root, {str(line["file_name"]) for line in lines}, seen)
        call.keep(seen.position())


@dataclass(frozen=True, slots=True)
class LetterIds:
    """A Reader of the letters that the index holds now: one that is taken out of it was withdrawn."""

    def pages(self, call: Call) -> Iterator[list[dict[str, Any]]]:
        lines = index_lines(call, folder_of(call))
        yield [{"id": letter_id} for letter_id in dict.fromkeys(line.get("letter_id") for line in lines) if letter_id]


def index_lines(call: Call, root: Path) -> Iterator[Line]:
    """The lines of the index by column name. IngestError when there is none, or columns are missing."""
    name = call.settings["index"]
    try:
        text = characters((root / name).read_bytes().removeprefix(b"\xef\xbb\xbf"), None)[0]
    except OSError as error:
        raise IngestError(f"{call.source.name}: there is no index {name} in {root}", "Put it there; nothing is lost.") from error
    head, _, rest = text.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    delimiter = max(",;\t", key=head.count)
    columns = [column.strip().strip('"').lower() for column in head.strip().split(delimiter)]
    if missing := set(COLUMNS) - set(columns):
        raise IngestError(
            f"{call.source.name}: the index {name} has no column {', '.join(sorted(missing))}", "See its first line."
        )
    try:
        for values in csv.DictReader(StringIO(rest), columns, delimiter=delimiter):
            yield {key: one_line(value) if isinstance(value, str) else value for key, value in values.items()}
    except csv.Error as error:
        raise IngestError(
            f"{call.source.name}: the index {name} is no CSV ({error})", "Correct that line; nothing is lost."
        ) from error


def _newest(call: Call, lines: list[Line], seen: Seen) -> Iterator[Line]:
    """One line per letter, the last; with it, how many lines speak of that letter."""
    by_letter: dict[str, list[Line]] = {}
    for line in lines:
        if None in line or None in line.values():
            _set_aside_once(call, {str(key): value for key, value in line.items()}, seen, "too many or too few fields")
        elif not line["letter_id"]:
            _set_aside_once(call, line, seen, "the letter has no id")
        else:
            by_letter.setdefault(line["letter_id"], []).append(line)
    for versions in by_letter.values():
        yield {**versions[-1], "index_lines": len(versions)}


def _letter(call: Call, root: Path, line: Line, seen: Seen) -> dict[str, Any] | None:
    """The record of a letter that is new or changed; None when it is neither, or is set aside."""
    try:
        found = file_in(root, line["file_name"])
    except Refused as reason:
        _set_aside_once(call, line, seen, str(reason))
        return None
    mark = fingerprint(*line.values(), found.size, found.modified_ns)
    if not seen.is_new(mark):
        return None
    try:
        return _record(line, found)
    except OSError:
        seen.forget(mark)  # tried again on every run
        _set_aside_once(call, line, seen, "the file cannot be read")
    except Refused as reason:
        call.set_aside(line, str(reason))
    return None


def _set_aside_once(call: Call, line: Line, seen: Seen, reason: str) -> None:
    if seen.is_new(fingerprint(*line.values(), reason)):
        call.set_aside(line, reason)


def _record(line: Line, found: Found) -> dict[str, Any]:
    told = text_of(found.path, found.size)
    return {
        **line,
        "received_on": _iso_day(line["received_on"]),
        "text": told.text,
        "pages": told.pages,
        "is_truncated": told.is_truncated,
        "file_size": found.size,
        "file_modified_at": found.modified_at.isoformat(),
    }


def _iso_day(day: str) -> str:
    """A day as ISO writes it, also from the German 31.12.2026; anything else is left for the column's type to judge."""
    match = _GERMAN_DAY.fullmatch(day)
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else day


def _tell_of_strays(call: Call, root: Path, indexed: set[str], seen: Seen) -> None:
    """Sets files aside that no line of the index names."""
    for name in names_in(root):
        if name != call.settings["index"] and name not in indexed and seen.is_new(fingerprint("stray", name)):
            call.set_aside({"file_name": name}, "no line of the index names this file")
