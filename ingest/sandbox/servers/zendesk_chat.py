"""Zendesk Chat on the wire: the incremental export of chats by time and id, agents by `since_id`, departments at once.

The export never ends by itself: `next_page` is always there, and a position with nothing behind it answers an empty page
with the position asked for. Its own switch `chat_overlap` makes it forget ids: each page begins with the last second again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, origin, whole
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-zendesk-chat-token"  # a fixed sandbox value
PREFIX = "/api/v2/chat"
_STAMPS = {"timestamp": "iso_s(started_at)", "update_timestamp": "iso_s(updated_at)"}
_VISITOR = {name: f"visitor_{name}" for name in ("id", "name", "email", "phone", "notes")}
_SESSION = {
    "id": "id || '.s'",
    "browser": "'Firefox'",
    "platform": "'Linux'",
    "country_code": "country_code",
    "country_name": "country_code",
    "city": "city",
    "region": "city",
    "ip": "'192.0.2.1'",
    "start_date": "iso_s(started_at)",
    "end_date": "iso_s(coalesce(ended_at, started_at))",
}
_EITHER = {
    **{name: name for name in ("id", "type", "unread", "deleted", "department_id", "department_name", "zendesk_ticket_id")},
    **_STAMPS,
    "tags": "tags::JSON",
    "visitor": struct(_VISITOR),
    "session": struct(_SESSION),
    "webpath": "'[]'::JSON",
}
_MESSAGE = {**_EITHER, "message": "message"}
_CHAT = {
    **_EITHER,
    **{name: name for name in ("started_by", "missed", "triggered", "rating", "comment")},
    "triggered_response": "NULL",
    "agent_ids": "agent_ids::JSON",
    "agent_names": "'[]'::JSON",
    "history": "history::JSON",
    "count": "{'visitor': visitor_messages, 'agent': agent_messages, 'total': visitor_messages + agent_messages}",
    "response_time": "{'first': first_response_seconds, 'avg': mean_response_seconds, 'max': first_response_seconds}",
    "duration": "duration_seconds",
    "end_timestamp": "iso_s(ended_at)",
    "referrer_search_engine": "''",
    "referrer_search_terms": "''",
}
# The two types have different fields.
_RECORD = f"CASE WHEN type = 'chat' THEN to_json({struct(_CHAT)}) ELSE to_json({struct(_MESSAGE)}) END"
_AGENT = {
    "id": "id::BIGINT",
    **{name: name for name in ("display_name", "first_name", "last_name", "email", "enabled", "role_id")},
    "departments": "departments::JSON",
    "create_date": "iso_s(created_at)",
    "last_login": "iso_s(last_login_at)",
    "login_count": "1",
    "roles": "{'owner': false, 'administrator': false}",
}
_DEPARTMENT = {
    "id": "id::BIGINT",
    **{name: name for name in ("name", "description", "enabled")},
    "members": "members::JSON",
    "settings": "{'chat_enabled': true}",
}


class ZendeskChat(Vendor):
    name = "zendesk_chat"
    own_switches = frozenset({"chat_overlap"})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(200, 60)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url + PREFIX, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", f"{PREFIX}/incremental/chats", self.export),
            ("GET", f"{PREFIX}/agents", self.agents),
            ("GET", f"{PREFIX}/departments", self.departments),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        name, text = _ERRORS.get(status, ("internal_error" if status >= 500 else "invalid_request", "The request failed."))
        return Answer({"error": name, "message": message or text, "status_code": status}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._window.take(self.switches.get("rate_limit"))
        headers = {"X-Rate-Limit": str(told.limit), "X-Rate-Limit-Remaining": str(told.remaining)}
        if not told.is_over:
            return headers, None
        return {**headers, "Retry-After": str(told.reset_seconds)}, self.error(429)

    async def export(self, request: Request) -> Answer:
        """Chats changed from a time on, or behind a chat of that second; ids alone unless all fields are asked for."""
        query = request.query_params
        size, since = self._number(query, "limit", 1000), self._number(query, "start_time", 0)
        after = "" if self.switches.get("chat_overlap") else query.get("start_id", "")
        view = self.world.view(
            self.world.current(Table("zendesk_chat__chats")),
            _RECORD if query.get("fields") == "chats(*)" else "{'id': id}",
            order="place, id",
            columns=("id", "unix(updated_at) AS place"),
        )
        start = _behind(view, since, after)
        stop, more = self.cut(len(view), start, min(size, 1000))
        rest = self._position(view, start, stop, more, (since, query.get("start_id", "")))
        kept = {"fields": query.get("fields", ""), "limit": str(size)}
        link = urlencode({**kept, "start_time": rest["end_time"], "start_id": rest["end_id"]})
        rest |= {"count": stop - start, "next_page": f"{origin(request)}{PREFIX}/incremental/chats?{link}"}
        return envelope("chats", view.json(start, stop), rest, "chats")

    @staticmethod
    def _position(view: View, start: int, stop: int, more: bool, asked: tuple[int, str]) -> dict[str, Any]:
        """Time and id of the last chat shown; of an empty page what was asked, or just before the next chat if one follows."""
        if stop > start:
            return {"end_time": int(view.array("place")[stop - 1]), "end_id": str(view.array("id")[stop - 1])}
        if more:
            return {"end_time": int(view.array("place")[start]), "end_id": ""}
        return {"end_time": asked[0], "end_id": asked[1]}

    async def agents(self, request: Request) -> Answer:
        """A bare list of agents behind `since_id`."""
        query = request.query_params
        since, size = self._number(query, "since_id", 0), self._number(query, "limit", 100)
        view = self.world.view(
            self.world.current(Table("zendesk_chat__agents")), struct(_AGENT), order="place", columns=("id::BIGINT AS place",)
        )
        start = int(np.searchsorted(view.array("place"), since, "right"))
        return Answer(b"[" + view.json(start, start + min(size, 100)) + b"]")

    async def departments(self, request: Request) -> Answer:
        view = self.world.view(self.world.current(Table("zendesk_chat__departments")), struct(_DEPARTMENT), order="id")
        return Answer(b"[" + view.json(0, len(view)) + b"]")

    def _number(self, query: QueryParams, name: str, default: int) -> int:
        try:
            return whole(query.get(name), default, 0, 2**62)
        except ValueError:
            raise Refused(self.error(400, f"{name} must be a number")) from None


def _behind(view: View, since: int, after: str) -> int:
    """The first chat of a second, or the one behind a chat of it."""
    low = int(np.searchsorted(view.array("place"), since, "left"))
    if not after:
        return low
    high = int(np.searchsorted(view.array("place"), since, "right"))
    return low + int(np.searchsorted(view.array("id")[low:high], after, "right"))


_ERRORS = {
    401: ("invalid_token", "The access token is invalid."),
    403: ("forbidden", "You do not have access to this resource."),
    404: ("not_found", "Not found"),
    429: ("too_many_requests", "Rate limit exceeded"),
    503: ("service_unavailable", "The service is temporarily unavailable."),
}

SERVER = ZendeskChat
