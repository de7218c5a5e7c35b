"""Sprout Social v1 on the wire: who we are, messages behind a cursor, and analytics of posts and of profile days by page.

Queries are POSTs whose filters read `field.operator(values)`. Messages end with an answer that has no `paging`; analytics
count pages from 1, refuse one behind the last, and of posts show ten thousand at most without saying so. 60 calls a
minute, no headers about it.
"""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope
from ingest.sandbox.servers.world import Table, View, World, struct

API = "/v1"
TOKEN = "sandbox-sprout-social-token"  # a fixed sandbox value
POSTS_CAP = 10_000
MESSAGES_PAGE, POSTS_PAGE, DAYS_PAGE = 100, 50, 1_000
_CLIENTS, _PROFILES = Table("sprout_social__clients"), Table("sprout_social__profiles")
_MESSAGES, _POSTS = Table("sprout_social__messages", ("guid",)), Table("sprout_social__post_metrics", ("guid",))
_DAYS = Table("sprout_social__profile_metrics", ("profile_id", "reported_on"))
_PROFILE = {
    "customer_profile_id": "id",
    "network_type": "network",
    "name": "name",
    "native_name": "native_name",
    "native_id": "native_id",
    "link": "link",
    "groups": "groups::JSON",
}
_OWN_FIELDS = {
    "guid": "guid",
    "created_time": "iso_s(created_at)",
    "network": "network",
    "post_type": "post_type",
    "text": '"text"',
    "perma_link": "perma_link",
}
_MESSAGE = {
    **_OWN_FIELDS,
    "post_category": "post_category",
    "profile_guid": "profile_guid",
    "from": "{'guid': from_guid, 'name': from_name, 'screen_name': from_screen_name, 'profile_url': NULL}",
    "language_code": "language",
    "sentiment": "sentiment",
    "activity_metadata": "activity::JSON",
    "internal": "{'tags': coalesce(tags, '[]')::JSON, 'sent_by': CASE WHEN sent_by_id IS NOT NULL THEN {'id': sent_by_id} END}",
}
_POST = {**_OWN_FIELDS, "internal": "{'tags': coalesce(tags, '[]')::JSON}"}
_POST_METRICS = {
    "lifetime.impressions": "impressions",
    "lifetime.engagements": "engagements",
    "lifetime.reactions": "reactions",
    "lifetime.comments_count": "comments",
    "lifetime.shares_count": "shares",
    "lifetime.post_link_clicks": "link_clicks",
    "lifetime.video_views": "video_views",
}
_DAY_METRICS = {
    "impressions": "impressions",
    "engagements": "engagements",
    "reactions": "reactions",
    "lifetime_snapshot.followers_count": "followers",
    "net_follower_growth": "net_follower_growth",
    "posts_sent_count": "posts_sent",
}
_FILTER = re.compile(r"([a-z_.]+)\.(eq|in|gt)\(([^()]*)\)")


@dataclass(slots=True)
class Query:
    """A query's body, its filters parsed: (field, operator) with the text between the parentheses."""

    body: Mapping[str, Any]
    filters: dict[tuple[str, str], str]
    params: list[Any] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)

    def need(self, sql: str, value: Any) -> None:
        """Adds a condition; `{}` in `sql` stands for the value."""
        self.params.append(value)
        self.terms.append(sql.format(f"${len(self.params)}"))

    def among(self, column: str, numbers: Sequence[int]) -> None:
        self.terms.append(f"{column} IN ({', '.join(map(str, numbers))})")

    @property
    def where(self) -> str:
        return " AND ".join(self.terms)


class SproutSocial(Vendor):
    name = "sprout_social"

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(60, 60)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": f"{url}{API}", "token": TOKEN, "start_date": "2025-01-01"}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", f"{API}/metadata/client", self.clients),
            ("GET", f"{API}/{{customer}}/metadata/customer", self.profiles),
            ("POST", f"{API}/{{customer}}/messages", self.messages),
            ("POST", f"{API}/{{customer}}/analytics/posts", self.posts),
            ("POST", f"{API}/{{customer}}/analytics/profiles", self.days),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        return Answer({"error": message or _ERRORS.get(status, "The request could not be handled.")}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._window.take(self.switches.get("rate_limit"))
        return {"x-sprout-request-id": str(uuid4())}, self.error(429) if told.is_over else None

    async def clients(self, request: Request) -> Answer:
        view = self.world.view(self.world.current(_CLIENTS), struct({"customer_id": "id", "name": "name"}), order="id")
        return envelope("data", view.json(0, len(view)), {}, "clients")

    async def profiles(self, request: Request) -> Answer:
        source, customer = self.world.current(_PROFILES), self._customer(request)
        view = self.world.view(source, struct(_PROFILE), order="id", where="customer_id = $1", params=[customer])
        return envelope("data", view.json(0, len(view)), {}, "profiles")

    async def messages(self, request: Request) -> Answer:
        """Messages of a group's profiles in a span of time, a hundred at most, the rest behind `page_cursor`."""
        query = await self._query(request)
        query.need("group_id = {}", self._numbers(query, "group_id")[0])
        self._narrow(query)
        if query.body.get("page"):
            raise Refused(self.error(400, "index based paging is not supported"))
        direction = "DESC" if "created_time:desc" in query.body.get("sort", []) else "ASC"
        view = self._view(_MESSAGES, query, _fields(_MESSAGE, query.body), f"created_at {direction}, guid")
        start = self._position(query.body.get("page_cursor"))
        stop, more = self.cut(len(view), start, min(int(query.body.get("limit", 50)), MESSAGES_PAGE))
        rest = {"paging": {"next_cursor": urlsafe_b64encode(f"{stop}==".encode()).decode()}} if more else {}
        return envelope("data", view.json(start, stop), rest, "messages")

    async def posts(self, request: Request) -> Answer:
        """Lifetime metrics of our posts in a span of time."""
        query = await self._query(request)
        self._narrow(query)
        if ("guid", "gt") in query.filters:
            query.need("guid > {}", query.filters["guid", "gt"].strip())
        order = "guid" if "guid:asc" in query.body.get("sort", []) else "created_at, guid"
        view = self._view(_POSTS, query, {**_fields(_POST, query.body), **self._metrics(query, _POST_METRICS)}, order)
        return self._page(view, query, POSTS_PAGE, "post_metrics", min(len(view), POSTS_CAP))

    async def days(self, request: Request) -> Answer:
        """Metrics of profiles per day, for a year and a hundred profiles at most."""
        query = await self._query(request)
        profiles = self._numbers(query, "customer_profile_id")
        first, last = self._span(query, "reporting_period", "...", date.fromisoformat)
        if (last - first).days > 365 or len(profiles) > 100:
            raise Refused(self.error(400, "at most one year of 100 profiles can be asked for"))
        query.among("profile_id", profiles)
        query.need("reported_on >= {}", first)
        query.need("reported_on <= {}", last)
        dimensions = "{'reporting_period.by(day)': reported_on::VARCHAR, 'customer_profile_id': profile_id}"
        fields = {"dimensions": dimensions, **self._metrics(query, _DAY_METRICS)}
        view = self._view(_DAYS, query, fields, "reported_on, profile_id", ("profile_id",))
        return self._page(view, query, DAYS_PAGE, "profile_metrics", len(view))

    def _customer(self, request: Request) -> int:
        told = str(request.path_params["customer"])
        known = told.isdigit() and self.world.rows(f"SELECT 1 FROM {self.world.current(_CLIENTS)} WHERE id = $1", [int(told)])
        if not known:
            raise Refused(self.error(403))
        return int(told)

    async def _query(self, request: Request) -> Query:
        self._customer(request)
        try:
            body = json.loads(await request.body())
            filters = [_FILTER.fullmatch(text) for text in body["filters"]]
        except (ValueError, KeyError, TypeError):
            raise Refused(self.error(400, "the body has no filters")) from None
        if None in filters:
            raise Refused(self.error(400, "a filter cannot be read"))
        return Query(body, {(found[1], found[2]): found[3] for found in filters if found})

    def _narrow(self, query: Query) -> None:
        """The profiles and the span of creation that both post queries need."""
        zone = self._zone(query)
        query.among("profile_id", self._numbers(query, "customer_profile_id"))
        first, last = self._span(query, "created_time", "..", lambda text: datetime.fromisoformat(text).replace(tzinfo=zone))
        query.need("created_at >= {}", first)
        query.need("date_trunc('second', created_at) <= {}", last)

    def _zone(self, query: Query) -> ZoneInfo:
        try:
            return ZoneInfo(str(query.body.get("timezone", "UTC")))
        except (ZoneInfoNotFoundError, ValueError):
            raise Refused(self.error(400, "unknown timezone")) from None

    def _numbers(self, query: Query, name: str) -> list[int]:
        told = query.filters.get((name, "eq"), "")
        numbers = [part.strip() for part in told.split(",") if part.strip()]
        if not numbers or not all(part.isdigit() for part in numbers):
            raise Refused(self.error(400, f"{name}.eq is required"))
        return [int(part) for part in numbers]

    def _span(self, query: Query, name: str, dots: str, read: Any) -> tuple[Any, Any]:
        """Both ends of a span; dates stand three dots apart, times two."""
        ends = query.filters.get((name, "in"), "").split(dots)
        try:
            first, last = (read(end) for end in ends)
        except (ValueError, TypeError):
            raise Refused(self.error(400, f"{name}.in needs two ends with {dots!r} between them")) from None
        return first, last

    def _metrics(self, query: Query, known: Mapping[str, str]) -> dict[str, str]:
        asked = query.body.get("metrics") or []
        unknown = [name for name in asked if name not in known]
        if unknown or not asked:
            raise Refused(self.error(400, f"unknown metrics: {', '.join(map(str, unknown)) or 'none asked for'}"))
        return {"metrics": struct({name: known[name] for name in asked})}

    def _view(
        self, table: Table, query: Query, fields: Mapping[str, str], order: str, columns: Sequence[str] = ("guid",)
    ) -> View:
        source = self.world.current(table)
        return self.world.view(source, struct(fields), order=order, where=query.where, params=query.params, columns=columns)

    def _position(self, cursor: Any) -> int:
        if not cursor:
            return 0
        try:
            return int(urlsafe_b64decode(str(cursor)).decode().removesuffix("=="))
        except ValueError:
            raise Refused(self.error(400, "invalid page_cursor")) from None

    def _page(self, view: View, query: Query, size: int, resource: str, shown: int) -> Answer:
        size = self.page_rows(size)
        page, total = int(query.body.get("page") or 1), max(math.ceil(shown / size), 1)
        if not 1 <= page <= total:
            raise Refused(self.error(400, f"page {page} is behind the last page {total}"))
        told, start, stop = {"current_page": page, "total_pages": total}, (page - 1) * size, min(page * size, shown)
        if resource == "post_metrics":  # asked for by id, so that an empty page can be asked for again
            stop, more = self.cut(shown, start, size)
            told["total_pages"] += more and stop == start
        return envelope("data", view.json(start, stop), {"paging": told}, resource)


_ERRORS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    415: "Unsupported media type",
    429: "Too many requests",
    503: "Service unavailable",
}


def _fields(known: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, str]:
    """The fields that were asked for, `internal.tags.id` as part of `internal`; the guid alone where none were."""
    asked = {str(name).split(".")[0] for name in body.get("fields") or ["guid"]}
    return {name: sql for name, sql in known.items() if name in asked}


SERVER = SproutSocial
