"""The headers of a message as text: encoded words, raw bytes beyond ASCII, addresses, dates. Nothing here raises."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from ingest.core.readers.message_text import characters, one_line

_MAX_HEADER = 8_000
ADDRESS = re.compile(r"[^\s<>\",;:()\[\]@]+@[^\s<>\"',;:()\[\]@]+")
_ID = re.compile(r"<([^<>\s]+)>")


class Headers:
    """The headers of a message as text, decoded one by one; the first of several counts."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, str] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.lower(), str(value)[:_MAX_HEADER])

    def has_any(self, *names: str) -> bool:
        return any(name in self._values for name in names)

    def raw(self, name: str) -> str:
        return self._values.get(name, "")

    def text(self, name: str) -> str | None:
        return _decoded(self.raw(name)) or None

    def word(self, name: str) -> str | None:
        """The first word of a header with parameters, in lower case (`auto-replied; owner=...`)."""
        return one_line(self.raw(name)).partition(";")[0].strip().lower()[:100] or None

    def ids(self, name: str) -> list[str]:
        return _ID.findall(one_line(self.raw(name)))

    def people(self, name: str) -> list[tuple[str, str]]:
        """Names and addresses of an address header."""
        raw = readable(self.raw(name))
        for text in (raw, _decoded(raw)):  # some encode the address with the name
            try:
                found = getaddresses([text])
            except (RecursionError, IndexError, ValueError):
                found = []
            bare = [(_decoded(person), address.strip("'")) for person, address in found[:20]]
            pairs = [pair for pair in bare if ADDRESS.fullmatch(pair[1])]
            if pairs:
                return pairs
        return [("", address.strip("'")) for address in ADDRESS.findall(_decoded(raw))[:20]]

    def moment(self, name: str) -> datetime | None:
        """The instant a date header (or the end of a Received header) tells, if it can be one."""
        told = one_line(self.raw(name)).rpartition(";")[2].strip()[:100]
        return moment_of(told)


def moment_of(told: str) -> datetime | None:
    """An instant as mail writes it; None where it is none. Without a zone it counts as UTC."""
    try:
        moment = parsedate_to_datetime(told)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return moment if 1980 <= moment.year <= 2100 else None


def readable(raw: str) -> str:
    """A header whose bytes may be beyond ASCII without saying in which charset."""
    return one_line(characters(raw.encode("utf-8", "surrogateescape"), None)[0]) if not raw.isascii() else one_line(raw)


def _decoded(raw: str) -> str:
    """A header with its encoded words (RFC 2047) turned into text; as it stands where they are broken."""
    text = readable(raw)
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
        return one_line("".join(_piece(piece, charset) for piece, charset in pieces))
    except (HeaderParseError, ValueError, LookupError):
        return text


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return characters(piece, charset)[0] if charset else piece.decode("raw_unicode_escape", "replace")
