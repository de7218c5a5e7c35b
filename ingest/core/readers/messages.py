"""One e-mail, from its bytes to a flat record: who, when, about what, in whose thread, and what was said.

Only the standard library parses it (`email`, in its forgiving mode). What a header says is kept as said; whether a message
is feedback is for staging to judge. Nothing here raises on a broken message but `Unreadable`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from ingest.core.readers.message_headers import ADDRESS, Headers, moment_of, readable
from ingest.core.readers.message_text import MAX_CHARACTERS, characters, html_to_text, one_line, reply_of, tidy, unflowed

MAX_BYTES = 1_048_576  # read of one message; what is longer is attachments, as a rule
_MAX_PARTS = 200
_PARSER_FAILURES = (MessageError, ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError)


class Unreadable(Exception):
    """Bytes that are no message, or one that cannot be taken apart."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it was found: its first bytes, its whole size, and when it came in, where the mailbox knows."""

    raw: bytes
    size: int
    found_in: str
    received_at: datetime | None = None
    uid_validity: int | None = None
    uid: int | None = None
    file_time: datetime | None = None  # the last resort of a message without any date

    def where(self) -> dict[str, Any]:
        return {"found_in": self.found_in, "uid_validity": self.uid_validity, "uid": self.uid, "size": self.size}


def record_of(arrived: Arrived, own_domains: frozenset[str]) -> dict[str, Any]:
    """The record of a message; `own_domains` tell our own senders from others. Unreadable where there is none."""
    if arrived.raw.lower().count(b"multipart/") > _MAX_PARTS:
        raise Unreadable("too many nested parts")
    try:
        message = BytesParser(policy=compat32).parsebytes(arrived.raw)
        headers = Headers(message)
        if not headers.has_any("from", "date", "subject", "message-id", "received"):
            raise Unreadable("no header of a message")
        return arrived.where() | _Mail(arrived, message, headers, own_domains).record()
    except _PARSER_FAILURES as error:
        raise Unreadable(f"it cannot be taken apart ({type(error).__name__})") from error


@dataclass(slots=True)
class _Mail:
    """A parsed message on its way to a record."""

    arrived: Arrived
    message: Message
    headers: Headers
    own_domains: frozenset[str]

    def record(self) -> dict[str, Any]:
        headers = self.headers
        date, message_id = one_line(headers.raw("date")), next(iter(headers.ids("message-id")), None)
        message_id = message_id or headers.text("message-id")
        sent_at = moment_of(date)
        received_at = self.arrived.received_at or headers.moment("received") or sent_at or self.arrived.file_time
        return {
            **self._thread(message_id),
            **self._people(message_id, date),
            **self._said(),
            **self._signs(),
            "subject": headers.text("subject"),
            "date": readable(date) or None,
            "sent_at": sent_at and sent_at.isoformat(),
            "received_at": received_at and received_at.isoformat(),
        }

    def _thread(self, message_id: str | None) -> dict[str, Any]:
        reply_to = next(iter(self.headers.ids("in-reply-to")), None)
        references = self.headers.ids("references")
        thread = next(iter(references), None) or reply_to or message_id
        return {"message_id": message_id, "in_reply_to": reply_to, "thread_id": thread}

    def _people(self, message_id: str | None, date: str) -> dict[str, Any]:
        """Who wrote. A contact form sends in our own name and puts the person into Reply-To."""
        authors, answers = self.headers.people("from"), self.headers.people("reply-to")
        author = next(iter(authors), ("", ""))
        foreign = next((person for person in answers if not self._is_ours(person[1])), None)
        sender = foreign if foreign and self._is_ours(author[1]) else author
        return {
            "id": self._identity(message_id, author[1], date),
            "from_address": author[1] or None,
            "sender_name": sender[0][:200] or None,
            "sender_address": sender[1] or None,
            "to_addresses": [address for _, address in self.headers.people("to")],
            "is_from_us": self._is_ours(sender[1]),
        }

    def _identity(self, message_id: str | None, author: str, date: str) -> str:
        """One id for all copies of a message: broken programs use a Message-ID twice, others give none."""
        unnamed = hashlib.sha256(_body_bytes(self.arrived.raw)).hexdigest()
        told = "\n".join((message_id or f"body:{unnamed}", author.lower(), readable(date)))
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]

    def _is_ours(self, address: str) -> bool:
        domain = address.rpartition("@")[2].lower()
        return any(domain == own or domain.endswith(f".{own}") for own in self.own_domains)

    def _said(self) -> dict[str, Any]:
        plain, html, attachments, is_clear = list[str](), list[str](), 0, True
        for part in _leaves(self.message):
            if _is_attachment(part):
                attachments += 1
            elif part.get_content_type() in ("text/plain", "text/html"):
                text, fits = _text_of(part)
                is_clear = is_clear and fits
                (plain if part.get_content_type() == "text/plain" else html).append(text)
        body = tidy("\n\n".join(plain)) or tidy("\n\n".join(html_to_text(text) for text in html))
        return {
            "body": body[:MAX_CHARACTERS] or None,
            "reply": reply_of(body[:MAX_CHARACTERS]) or None,
            "attachments": attachments,
            "is_charset_broken": not is_clear,
            "is_truncated": self.arrived.size > len(self.arrived.raw) or len(body) > MAX_CHARACTERS,
        }

    def _signs(self) -> dict[str, Any]:
        """What tells machines from people: RFC 3834 (automatic answers), RFC 2369 (lists), RFC 3464 (reports of delivery)."""
        headers, list_id = self.headers, one_line(self.headers.raw("list-id")).lower()[:200]
        report = one_line(str(self.message.get_param("report-type") or "")).lower()
        return {
            "auto_submitted": headers.word("auto-submitted"),
            "precedence": headers.word("precedence"),
            "is_auto_reply_marked": headers.has_any("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-response"),
            "list_id": list_id or None,
            "is_own_list": any(f"{own}>" in f"{list_id}>" for own in self.own_domains),
            "has_list_unsubscribe": headers.has_any("list-unsubscribe"),
            "is_marked_spam": headers.word("x-spam-flag") == "yes" or (headers.word("x-spam-status") or "").startswith("yes"),
            "has_null_return_path": headers.raw("return-path").strip() == "<>",
            "report_type": report[:100] or None,
            **_delivery(self.message),
        }


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; an attached message is one part."""
    waiting, seen = [message], 0
    while waiting and seen < _MAX_PARTS:
        part = waiting.pop()
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(child for child in reversed(inner) if isinstance(child, Message))
        else:
            seen += 1
            yield part


def _is_attachment(part: Message) -> bool:
    kind = part.get_content_disposition()
    return part.get_content_type() == "message/rfc822" or kind == "attachment" or (kind != "inline" and bool(part.get_filename()))


def _text_of(part: Message) -> tuple[str, bool]:
    data = part.get_payload(decode=True)
    charset = part.get_param("charset")
    text, fits = characters(data if isinstance(data, bytes) else b"", charset if isinstance(charset, str) else None)
    return (unflowed(text) if str(part.get_param("format")).lower() == "flowed" else text), fits


def _delivery(message: Message) -> dict[str, Any]:
    """The first recipient a delivery report speaks of, and the enhanced status code (5.1.1: no such mailbox)."""
    for part in _leaves(message):
        blocks = part.get_payload()
        if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
            continue
        for block in blocks:
            headers = Headers(block) if isinstance(block, Message) else None
            if headers and headers.has_any("final-recipient", "original-recipient"):
                told = headers.raw("final-recipient") or headers.raw("original-recipient")
                address = ADDRESS.search(readable(told))
                return {"dsn_status": headers.word("status"), "dsn_recipient": address[0] if address else None}
    return {"dsn_status": None, "dsn_recipient": None}


def _body_bytes(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].strip()
