"""Brandwatch Consumer Research on the wire: projects, queries, and the mentions of a query behind `nextCursor`.

30 calls in ten minutes, no Retry-After. Times carry `+0000`; a `+` that was not escaped arrives as a blank and is
refused. Plain page numbers end at 10,000 mentions. Its own switch `dates_filter: "date"` makes startDate and endDate select by
post date whatever the order.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, whole
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-brandwatch-access-token"  # a fixed sandbox value
PAGES_CAP = 10_000
_PROJECTS, _QUERIES = Table("brandwatch__projects"), Table("brandwatch__queries")
_MENTIONS = Table("brandwatch__mentions", ("resource_id", "query_id"))
_CLOCKS = {"date": "posted_at", "added": "added_at", "updated": "updated_at"}


def _instant(column: str) -> str:
    return f"strftime(utc({column}), '%Y-%m-%dT%H:%M:%S.%g+0000')"


_PROJECT = {
    "id": "id",
    "name": "name",
    "description": "description",
    "billableClientId": "127732",
    "billableClientName": "'Aurora Home'",
    "timezone": "timezone",
    "billableClientIsPitch": "false",
}
_QUERY = {
    "id": "id",
    "name": "name",
    "type": "type",
    "creationDate": _instant("created_at"),
    "lastModificationDate": _instant("modified_at"),
    "lastModifiedUsername": "'insights@aurora-home.example'",
    "lockedQuery": "false",
    "lockedByUsername": "NULL",
    "createdByWizard": "false",
    "languages": "['en', 'de']",
    "contentSources": "['twitter', 'reddit', 'news', 'review']",
    "languageAgnostic": "false",
}
_MENTION = {
    "resourceId": "resource_id",
    "queryId": "query_id",
    "queryName": "query_name",
    "author": "author",
    "fullname": "full_name",
    "title": "title",
    "snippet": "snippet",
    "url": "url",
    "domain": "domain",
    "pageTypeName": "page_type",
    "language": "language",
    "countryCode": "country_code",
    "sentiment": "sentiment",
    "reachEstimate": "reach_estimate",
    "impact": "impact",
    "impressions": "impressions",
    "likes": "likes",
    "shares": "shares",
    "comments": "comments",
    "replyTo": "reply_to",
    "retweetOf": "repost_of",
    "threadId": "thread_id",
    "starred": "starred",
    "categories": "coalesce(categories, '[]')::JSON",
    "tags": "coalesce(tags, '[]')::JSON",
    "date": _instant("posted_at"),
    "added": _instant("added_at"),
    "updated": _instant("updated_at"),
}


class Brandwatch(Vendor):
    name = "brandwatch"
    own_switches = frozenset({"dates_filter"})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(30, 600)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/projects/summary", self.projects),
            ("GET", "/projects/{project}/queries/summary", self.queries),
            ("GET", "/projects/{project}/data/mentions", self.mentions),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        if status == 401:
            return Answer({"error": "invalid_token", "error_description": message or "Invalid access token"}, 401)
        text = message or _ERRORS.get(status, "The request could not be handled.")
        return Answer({"errors": [{"code": status, "message": text}]}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._window.take(self.switches.get("rate_limit"))
        headers = {"x-rate-limit": f"{told.limit}/{self._window.seconds // 60}m", "x-rate-limit-used": str(told.used)}
        return headers, self.error(429) if told.is_over else None

    async def projects(self, request: Request) -> Answer:
        view = self.world.view(self.world.current(_PROJECTS), struct(_PROJECT), order="id")
        return _unpaged(view, "projects")

    async def queries(self, request: Request) -> Answer:
        project = self._project(request)
        view = self.world.view(
            self.world.current(_QUERIES), struct(_QUERY), order="id", where="project_id = $1", params=[project]
        )
        return _unpaged(view, "queries")

    async def mentions(self, request: Request) -> Answer:
        """The mentions of one query in a span of time, ordered by one of the three clocks."""
        project, query = self._project(request), request.query_params
        view = self._mentions(project, query)
        size = self._number(query, "pageSize", 20, 5_000)
        start = self._position(query.get("cursor")) if "cursor" in query else self._number(query, "page", 0, 10**9) * size
        if "cursor" not in query and start >= PAGES_CAP:
            raise Refused(self.error(400, f"page and pageSize reach no further than {PAGES_CAP} mentions; use the cursor."))
        stop, more = self.cut(len(view), start, size)
        rest: dict[str, Any] = {
            "resultsPage": start // size,
            "resultsPageSize": size,
            "resultsTotal": len(view),
            "startDate": query["startDate"],
            "endDate": query["endDate"],
        }
        if more:
            rest["nextCursor"] = urlsafe_b64encode(f"AQ={stop}".encode()).decode()
        return envelope("results", view.json(start, stop), rest, "mentions")

    def _mentions(self, project: int, query: QueryParams) -> View:
        """The span selects by the clock that orders, unless the switch says that it always selects by post date."""
        missing = [n for n in ("queryId", "startDate", "endDate") if n not in query]
        if missing or not query["queryId"].isdigit():
            raise Refused(self.error(400, f"Required parameters: {', '.join(missing) or 'queryId as a number'}"))
        name, direction = query.get("orderBy", "date"), query.get("orderDirection", "desc").upper()
        if name not in _CLOCKS or direction not in ("ASC", "DESC"):
            raise Refused(self.error(400, "Unknown orderBy or orderDirection"))
        selecting = _CLOCKS["date" if self.switches.get("dates_filter") == "date" else name]
        known = f"query_id IN (SELECT id FROM {self.world.current(_QUERIES)} WHERE project_id = $1)"
        shown = f"date_trunc('millisecond', {selecting})"
        return self.world.view(
            self.world.current(_MENTIONS),
            struct(_MENTION),
            order=f"{_CLOCKS[name]} {direction}, resource_id",
            columns=("resource_id",),
            where=f"{known} AND query_id = $2 AND {shown} >= $3 AND {shown} <= $4",
            params=[project, int(query["queryId"]), self._instant(query["startDate"]), self._instant(query["endDate"])],
        )

    def _instant(self, raw: str) -> datetime:
        try:
            told = datetime.fromisoformat(raw)
        except ValueError:
            raise Refused(self.error(400, f"The date '{raw}' is not valid.")) from None
        return told if told.tzinfo else told.replace(tzinfo=UTC)

    def _project(self, request: Request) -> int:
        project = str(request.path_params["project"])
        known = project.isdigit() and self.world.rows(
            f"SELECT 1 FROM {self.world.current(_PROJECTS)} WHERE id = $1", [int(project)]
        )
        if not known:
            raise Refused(self.error(404))
        return int(project)

    def _number(self, query: QueryParams, name: str, default: int, most: int) -> int:
        try:
            return whole(query.get(name), default, 0 if name == "page" else 1, most)
        except ValueError:
            raise Refused(self.error(400, f"{name} is no number")) from None

    def _position(self, cursor: str | None) -> int:
        try:
            return int(urlsafe_b64decode(cursor or "").decode().removeprefix("AQ="))
        except ValueError:
            raise Refused(self.error(400, "The cursor is not valid.")) from None


_ERRORS = {403: "You do not have access to this resource.", 404: "The resource was not found.", 429: "Rate limit exceeded."}


def _unpaged(view: View, resource: str) -> Answer:
    rest = {"resultsTotal": len(view), "resultsPage": -1, "resultsPageSize": -1}
    return envelope("results", view.json(0, len(view)), rest, resource)


SERVER = Brandwatch
