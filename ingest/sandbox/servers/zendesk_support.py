"""Zendesk Support on the wire: cursor-based incremental exports of users and tickets, and satisfaction ratings by cursor.

The export orders tickets by the time they were generated and leaves out the last minute; its cursor names a position
(`<unix>.0||<id>|`), so it stays valid for later runs. Deleted tickets stay, scrubbed and without metrics.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, envelope, origin, whole
from ingest.sandbox.servers.world import Table, View, World, struct

EMAIL = "warehouse@aurora-home.example"
TOKEN = "sandbox-zendesk-api-token"  # a fixed sandbox value
_AUTHORIZATION = "Basic " + b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
SETTLING_SECONDS = 60  # what changed within this time is not exported yet, and no start may lie in it


@dataclass(frozen=True, slots=True)
class Export:
    """An exported resource: its versions, the SQL of its position in time, and the SQL of each field."""

    table: Table
    position: str
    fields: Mapping[str, str]


# A field of a ticket that a deletion scrubs.
def _unless_deleted(sql: str, instead: str = "NULL") -> str:
    return f"CASE WHEN status = 'deleted' THEN {instead} ELSE {sql} END"


def _minutes(column: str) -> str:
    return f"{{'calendar': {column}, 'business': {column} // 3}}"


_METRICS = _unless_deleted(
    struct(
        {
            "ticket_id": "id",
            "reopens": "metric_reopens",
            "replies": "metric_replies",
            "assignee_stations": "1",
            "group_stations": "1",
            "assigned_at": "iso_s(metric_assigned_at)",
            "solved_at": "iso_s(metric_solved_at)",
            "reply_time_in_minutes": _minutes("metric_first_reply_minutes"),
            "first_resolution_time_in_minutes": _minutes("metric_first_resolution_minutes"),
            "full_resolution_time_in_minutes": _minutes("metric_full_resolution_minutes"),
        }
    )
)
_STAMPS = {"created_at": "iso_s(created_at)", "updated_at": "iso_s(updated_at)"}
EXPORTS = {
    "users": Export(
        Table("zendesk_support__users"),
        "unix(updated_at)",
        {
            "id": "id",
            "url": "'https://aurora-home.zendesk.com/api/v2/users/' || id || '.json'",
            "name": "name",
            "email": "email",
            "phone": "phone",
            "role": "role",
            "external_id": "external_id",
            "organization_id": "organization_id",
            "iana_time_zone": "iana_time_zone",
            "active": "active",
            "suspended": "suspended",
            "photo": "NULL",
            "shared": "false",
            "shared_agent": "false",
            "signature": "NULL",
            "details": "''",
            "notes": "''",
            "user_fields": "'{}'::JSON",
            **_STAMPS,
        },
    ),
    "tickets": Export(
        Table("zendesk_support__tickets"),
        "generated_timestamp",
        {
            "id": "id",
            "url": "'https://aurora-home.zendesk.com/api/v2/tickets/' || id || '.json'",
            "external_id": "external_id",
            "via": "{'channel': channel, 'source': {'from': '{}'::JSON, 'to': '{}'::JSON, 'rel': NULL}}",
            "type": "type",
            "subject": _unless_deleted("subject", "'SCRUBBED'"),
            "raw_subject": _unless_deleted("subject", "'SCRUBBED'"),
            "description": _unless_deleted("description", "'X'"),
            "priority": "priority",
            "status": "status",
            "requester_id": "requester_id",
            "submitter_id": "submitter_id",
            "assignee_id": "assignee_id",
            "organization_id": "organization_id",
            "group_id": "group_id",
            "collaborator_ids": "'[]'::JSON",
            "follower_ids": "'[]'::JSON",
            "email_cc_ids": "'[]'::JSON",
            "tags": "coalesce(tags, '[]')::JSON",
            "custom_fields": "coalesce(custom_fields, '[]')::JSON",
            "fields": "coalesce(custom_fields, '[]')::JSON",
            "generated_timestamp": "generated_timestamp",
            "satisfaction_rating": "CASE WHEN satisfaction_score IS NOT NULL THEN {'score': satisfaction_score} END",
            **_STAMPS,
        },
    ),
}
_RATINGS = Table("zendesk_support__satisfaction_ratings")
_RATING = {
    "id": "id",
    "url": "'https://aurora-home.zendesk.com/api/v2/satisfaction_ratings/' || id || '.json'",
    "ticket_id": "ticket_id",
    "requester_id": "requester_id",
    "assignee_id": "assignee_id",
    "group_id": "group_id",
    "score": "score",
    "comment": "comment",
    "reason": "reason",
    "reason_id": "NULL",
    "reason_code": "NULL",
    **_STAMPS,
}


class ZendeskSupport(Vendor):
    name = "zendesk_support"

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window, self._exports = Window(100, 60), Window(10, 60)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "email": EMAIL, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/api/v2/incremental/{name}/cursor.json", self.export),
            ("GET", "/api/v2/incremental/{name}/cursor", self.export),
            ("GET", "/api/v2/satisfaction_ratings.json", self.ratings),
            ("GET", "/api/v2/satisfaction_ratings", self.ratings),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if request.headers.get("authorization") == _AUTHORIZATION else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        """Errors come as text or, for some, as an object under `error`."""
        if status == 401:
            return Answer({"error": "Couldn't authenticate you"}, 401)
        name, text = _ERRORS.get(status, ("InternalError" if status >= 500 else "InvalidRequest", "The request failed."))
        if status in (403, 500):
            return Answer({"error": {"title": name, "message": message or text}}, status)
        return Answer({"error": name, "description": message or text}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """All calls share a window; the incremental exports have a narrower one beside it."""
        override = self.switches.get("rate_limit")
        told = self._window.take(override)
        if "/incremental/" in request.url.path and not told.is_over:
            exports = self._exports.take(override)
            told = exports if exports.is_over else told
        headers = {
            "x-rate-limit": str(told.limit),
            "x-rate-limit-remaining": str(told.remaining),
            "ratelimit-limit": str(told.limit),
            "ratelimit-remaining": str(told.remaining),
            "ratelimit-reset": str(told.reset_seconds),
        }
        if not told.is_over:
            return headers, None
        return {**headers, "retry-after": str(told.reset_seconds)}, self.error(429)

    async def export(self, request: Request) -> Answer:
        """Records behind a start time or a position, oldest change first, until the stream ends."""
        name, query = str(request.path_params["name"]), request.query_params
        if name not in EXPORTS:
            raise Refused(self.error(404))
        view = self._exported(name, "metric_sets" in query.get("include", "").split(","))
        start = self._start(view, query)
        stop, more = self.cut(len(view), start, self._size(query.get("per_page"), 1000))
        last = (int(view.array("position")[stop - 1]), int(view.array("id")[stop - 1])) if stop else self._before(query)
        after = _encode(*(last if stop > start or not query.get("cursor") else _decode(query["cursor"])))
        kept = {k: v for k, v in query.items() if k in ("include", "per_page")}
        rest = {
            "after_cursor": after,
            "after_url": f"{_here(request)}?{urlencode({'cursor': after, **kept})}",
            "before_cursor": None,
            "before_url": None,
            "end_of_stream": not more,
        }
        return envelope(name, view.json(start, stop), rest, name)

    def _exported(self, name: str, with_metrics: bool) -> View:
        export = EXPORTS[name]
        settled = int(self.world.clock.timestamp()) - SETTLING_SECONDS
        fields = {**export.fields, **({"metric_set": _METRICS} if with_metrics and name == "tickets" else {})}
        return self.world.view(
            self.world.current(export.table),
            struct(fields),
            order="position, id",
            where=f"{export.position} <= $1",
            params=[settled],
            columns=("id", f"{export.position}::BIGINT AS position"),
        )

    def _start(self, view: View, query: QueryParams) -> int:
        """The first record to show: behind the cursor's position, or from the start time on."""
        cursor, start = query.get("cursor"), query.get("start_time")
        if bool(cursor) == bool(start):
            raise Refused(self.error(400, "Give either start_time or cursor."))
        times = view.array("position")
        if start:
            if not start.lstrip("-").isdigit():
                raise Refused(self.error(400, "start_time is no unix time."))
            if int(start) > self.world.clock.timestamp() - SETTLING_SECONDS:
                raise Refused(self.error(422, "Too recent start_time. Use a start_time older than 60 seconds"))
            return int(np.searchsorted(times, int(start), "left"))
        try:
            at, record = _decode(str(cursor))
        except ValueError:
            raise Refused(self.error(400, "The cursor is not valid.")) from None
        low, high = int(np.searchsorted(times, at, "left")), int(np.searchsorted(times, at, "right"))
        return low + int(np.searchsorted(view.array("id")[low:high], record, "right"))

    def _before(self, query: QueryParams) -> tuple[int, int]:
        """The position of a stream that has shown nothing yet."""
        return (int(query["start_time"]), 0) if query.get("start_time") else _decode(query["cursor"])

    async def ratings(self, request: Request) -> Answer:
        """Ratings changed from `start_time` to `end_time`, by id, paged by cursor."""
        query = request.query_params
        where, params = self._where(query)
        view = self.world.view(self.world.current(_RATINGS), struct(_RATING), order="id", where=where, params=params)
        start, after = 0, query.get("page[after]")
        if after:
            try:
                start = int(np.searchsorted(view.array("id"), _decode(after)[1], "right"))
            except ValueError:
                raise Refused(self.error(400, "page[after] is not valid")) from None
        stop, more = self.cut(len(view), start, self._size(query.get("page[size]"), 100))
        return envelope(
            "satisfaction_ratings", view.json(start, stop), self._links(request, view, start, stop, more), "satisfaction_ratings"
        )

    def _links(self, request: Request, view: View, start: int, stop: int, more: bool) -> dict[str, Any]:
        def cursor(position: int) -> str | None:
            return _encode(0, int(view.array("id")[position])) if 0 <= position < len(view) else None

        after = cursor(stop - 1) or _encode(0, 0)
        kept = {k: v for k, v in request.query_params.items() if k != "page[after]"}
        following = f"{_here(request)}?{urlencode({**kept, 'page[after]': after})}" if more else None
        return {
            "meta": {"has_more": more, "after_cursor": after if more else None, "before_cursor": cursor(start)},
            "links": {"prev": None, "next": following},
        }

    def _where(self, query: QueryParams) -> tuple[str, Sequence[Any]]:
        terms, params = ["true"], list[Any]()
        for name, operator in (("start_time", ">="), ("end_time", "<=")):
            if name in query:
                if not query[name].isdigit():
                    raise Refused(self.error(400, f"{name} is no unix time."))
                params.append(int(query[name]))
                terms.append(f"unix(updated_at) {operator} ${len(params)}")
        if query.get("score"):
            params.append(query["score"])
            terms.append(f"score = ${len(params)}")
        return " AND ".join(terms), params

    def _size(self, raw: str | None, most: int) -> int:
        try:
            return whole(raw, most, 1, most)
        except ValueError:
            raise Refused(self.error(400, "The page size is no number.")) from None


_ERRORS = {
    403: ("Forbidden", "You do not have access to this page."),
    404: ("RecordNotFound", "Not found"),
    409: ("Conflict", "The resource was changed by another request."),
    422: ("RecordInvalid", "Record validation errors"),
    429: ("APIRateLimitExceeded", "Number of allowed API requests per minute exceeded"),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
}
_POSITION = re.compile(r"(-?\d+)(?:\.\d+)?\|\|(\d+)\|?")


def _encode(at: int, record: int) -> str:
    return b64encode(f"{at}.0||{record}|".encode()).decode()


def _decode(cursor: str) -> tuple[int, int]:
    """Time and id of a position; ValueError when the text is no cursor."""
    match = _POSITION.fullmatch(b64decode(cursor, validate=True).decode())
    if not match:
        raise ValueError("no position")
    return int(match[1]), int(match[2])


def _here(request: Request) -> str:
    return f"{origin(request)}{request.url.path.removeprefix(str(request.scope.get('root_path', '')))}"


SERVER = ZendeskSupport
