"""Zendesk Chat as recorded: offline messages of the incremental export, and a department."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from tests.replay import server

ROWS = {"departments": 1, "chats": 3}
"""What lands of them."""


def answer(path: str, request: Request) -> Any:
    """The recorded answer for a path; the export gives its one page again, at the position where it stands still."""
    name = path.rsplit("/", 1)[-1]
    records = _records(name)
    if name != "chats":
        return records
    page = server.recorded("zendesk_chat/airbyte/incremental_chats_page.json")
    chats = [*page["chats"], *records]
    return {**page, "chats": chats, "count": len(chats)}


def _records(stream: str) -> list[Any]:
    lines = (server.FOLDER / "zendesk_chat/airbyte/expected_records_excerpt.jsonl").read_text(encoding="utf-8").splitlines()
    return [row["data"] for row in map(json.loads, lines) if row["stream"] == stream]
