"""Intercom's published examples, in the order a connector asks for them: one conversation and one contact, found and fetched."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from tests.replay import server

ROWS = {"admins": 1, "companies": 1, "contacts": 1, "conversations": 1, "conversation_parts": 4}
"""What lands of them."""
_PAGES = {
    "admins": ("get_admins", "Successful response"),
    "teams": ("get_teams", "successful"),
    "companies/scroll": ("get_companies_scroll", "Successful"),
    "conversations/search": ("post_conversations_search", "successful"),
    "conversations": ("get_conversations", "successful"),
}


def answer(path: str, request: Request) -> Any:
    if path.startswith("contacts"):
        contact = _example("get_contacts_contact_id", "successful")
        return {"type": "list", "data": [contact], "total_count": 1, "pages": {"type": "pages", "page": 1}}
    if path not in _PAGES:
        return _example("get_conversations_conversation_id", "conversation found")
    page = _example(*_PAGES[path])
    return {**page, "data": []} if "scroll_param" in request.query_params else page


def _example(file: str, case: str) -> Any:
    return server.recorded(f"intercom/openapi_examples/{file}.json")["200"][case]
