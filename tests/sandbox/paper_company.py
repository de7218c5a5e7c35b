"""Messages and letters small enough to read, and the sandbox's own feeds over a company that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.world import World

NEXT_DAY = START + timedelta(days=1)
_Kind = TypeVar("_Kind", bound=Feed)


def message(number: int, **values: Any) -> dict[str, Any]:
    came = START - timedelta(days=30) + timedelta(hours=number)
    return {
        "id": str(number), "message_id": f"{number}@example.com", "thread_id": f"{number}@example.com", "found_in": "INBOX",
        "from_address": f"p{number}@example.com", "sender_address": f"p{number}@example.com", "sender_name": f"P {number}",
        "subject": "Grüße", "date": came.strftime("%a, %d %b %Y %H:%M:%S +0000"), "received_at": came,
        "body": f"Message {number}, quite satisfied.", "attachments": 0, "_visible_at": came, **values,
    }  # fmt: skip


def letter(number: int, **values: Any) -> dict[str, Any]:
    came = START - timedelta(days=20 - number)
    return {
        "letter_id": f"L{number}", "received_on": came.date(), "sender_name": "Ida Köhler", "address": "Am Markt 1, 10115 Berlin",
        "customer_number": f"C{100000 + number}", "file_name": f"2026/L{number}.txt", "text": f"Sehr geehrte Damen,\nBrief {number}",
        "_visible_at": came, **values,
    }  # fmt: skip


@contextmanager
def keeping(kind: type[_Kind], company: Path, folder: Path) -> Iterator[_Kind]:
    """A feed over a company written by `write_company`, its clock at the start."""
    folder.mkdir()
    feed = kind(folder, World(company / COMPANY, START), Switches())
    feed.move()
    try:
        yield feed
    finally:
        feed.stop()
