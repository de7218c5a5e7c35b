"""FHIR R4 on the wire: search by `_lastUpdated`, histories, bulk export, and tokens for SMART backend services.

Searches page through links that name another path; no total is told unless asked for. Deletions show in a type's history
and in the `deleted` files of an export. Errors are OperationOutcomes.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.routing import Route

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, origin, respond, whole
from ingest.sandbox.servers.fhir_export import Exports
from ingest.sandbox.servers.fhir_records import RECORDS, RecordType
from ingest.sandbox.servers.fhir_tokens import CLIENT_ID, KEY_ID, Tokens
from ingest.sandbox.servers.world import View, World

API = "/r4"
TOKEN_PATH = "/auth/token"
_MOST = 500  # records on a page, however many are asked for
_OPERATORS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "eq": "=", "": "="}
_DATE = re.compile(r"(ge|gt|le|lt|eq|)(\d{4}-\d{2}-\d{2}.*)")
_KNOWN = {"_lastUpdated", "_sort", "_count", "_total", "_format", "_since"}


class Fhir(Vendor):
    name = "fhir"
    open_paths = frozenset({TOKEN_PATH})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(600, 60)
        self._tokens = Tokens()
        self._exports = Exports(self, world, API)

    def settings(self, url: str) -> dict[str, str]:
        return {
            "base_url": f"{url}{API}",
            "token_url": f"{url}{TOKEN_PATH}",
            "client_id": CLIENT_ID,
            "key_id": KEY_ID,
            "private_key": self._tokens.private_key,
            "load": "export",
        }

    def open_routes(self) -> list[Route]:
        async def token(request: Request) -> Any:
            return respond(
                request, self._tokens.issue(dict(parse_qsl((await request.body()).decode())), f"{origin(request)}{TOKEN_PATH}")
            )

        return [Route(TOKEN_PATH, token, methods=["POST"])]

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", API, self.page),
            *self._exports.paths(),
            ("GET", f"{API}/{{type}}/_history", self.history),
            ("GET", f"{API}/{{type}}", self.search),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if self._tokens.holds(bearer(request)) else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        code, text = _ERRORS.get(status, ("exception" if status >= 500 else "invalid", "The request failed."))
        return outcome("error", code, message or text, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._window.take(self.switches.get("rate_limit"))
        return {}, Answer(self.error(429).body, 429, {"retry-after": str(told.reset_seconds)}) if told.is_over else None

    def record_type(self, request: Request) -> RecordType:
        name = str(request.path_params["type"])
        if name not in RECORDS:
            raise Refused(self.error(404, f"Unknown resource type '{name}'"))
        return RECORDS[name]

    async def search(self, request: Request) -> Answer:
        """The first page of a search; what it does not understand it ignores, and says so."""
        kind, query = self.record_type(request), request.query_params
        asked = {"type": kind.name, "updated": query.getlist("_lastUpdated"), "sort": query.get("_sort", ""), "start": 0}
        asked |= {"count": self._count(query), "total": query.get("_total") == "accurate"}
        remarks = [f"The search parameter {name!r} is not supported and was ignored" for name in set(query) - _KNOWN]
        return self._bundle(request, asked, [outcome("warning", "not-supported", text, 200).body for text in remarks])

    async def page(self, request: Request) -> Answer:
        """A later page, by the token of a `next` link."""
        try:
            asked = orjson.loads(urlsafe_b64decode(request.query_params["_getpages"]))
        except (KeyError, ValueError):
            raise Refused(self.error(410, "The search is no longer there; start it again.")) from None
        return self._bundle(request, asked, [])

    async def history(self, request: Request) -> Answer:
        """What was done to the records of a type since an instant, newest first."""
        kind, query = self.record_type(request), request.query_params
        since = query.get("_since", "1900-01-01T00:00:00Z")
        self._instant(since)
        return self._bundle(request, {"type": kind.name, "since": since, "start": 0, "count": self._count(query)}, [])

    def _bundle(self, request: Request, asked: Mapping[str, Any], remarks: list[Any]) -> Answer:
        """A page: records under `entry` (absent when there are none), and the link to the next while there is one."""
        is_history = "since" in asked
        view = self._changes(asked) if is_history else self._found(asked)
        start = int(asked["start"])
        stop, more = self.cut(len(view), start, int(asked["count"]))
        links = [{"relation": "self", "url": str(request.url)}]
        if more:
            told = {**asked, "start": stop, "page": asked.get("page", 1) + 1}  # two pages never have one address
            token = urlsafe_b64encode(orjson.dumps(told)).decode()
            links.append({"relation": "next", "url": f"{origin(request)}{API}?_getpages={token}"})
        rest: dict[str, Any] = {"resourceType": "Bundle", "type": "history" if is_history else "searchset", "link": links}
        if asked.get("total"):
            rest["total"] = len(view)
        entries = [view.json(start, stop)] if stop > start else []
        entries += [orjson.dumps({"resource": remark, "search": {"mode": "outcome"}}) for remark in remarks]
        body = orjson.dumps(rest)
        if entries:
            body = body[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
        headers = {"content-type": "application/fhir+json;charset=utf-8"}
        return Answer(
            body,
            headers=headers,
            resource=RECORDS[asked["type"]].table.name.partition("__")[2],
            records="entry" if entries else "",
        )

    def _found(self, asked: Mapping[str, Any]) -> View:
        kind = RECORDS[asked["type"]]
        terms, params = ["true"], list[Any]()
        for told in asked["updated"]:
            match = _DATE.fullmatch(told)
            if not match:
                raise Refused(self.error(400, f"Invalid date/time format: {told!r}"))
            params.append(self._instant(match[2]))
            terms.append(f"last_updated_at {_OPERATORS[match[1]]} ${len(params)}")
        order = {"_lastUpdated": "last_updated_at, id", "-_lastUpdated": "last_updated_at DESC, id"}.get(asked["sort"], "id")
        return self.world.view(self.world.current(kind.table), kind.entry, order=order, where=" AND ".join(terms), params=params)

    def _changes(self, asked: Mapping[str, Any]) -> View:
        kind = RECORDS[asked["type"]]
        return self.world.view(
            self.world.versions(kind.table),
            kind.history_entry,
            order="_visible_at DESC, id",
            where="_visible_at <= $1 AND last_updated_at >= $2",
            params=[self.world.clock, self._instant(asked["since"])],
        )

    def _instant(self, told: str) -> datetime:
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            raise Refused(self.error(400, f"Invalid date/time format: {told!r}")) from None
        if at.tzinfo is None:
            raise Refused(self.error(400, "An instant needs an offset"))
        return at

    def _count(self, query: QueryParams) -> int:
        try:
            return whole(query.get("_count"), 50, 1, _MOST)
        except ValueError:
            raise Refused(self.error(400, "_count is no number")) from None


_ERRORS = {
    401: ("login", "Authentication is required"),
    403: ("forbidden", "The scope does not cover this request"),
    404: ("not-found", "Resource is not known"),
    410: ("deleted", "Resource is gone"),
    429: ("throttled", "Too many requests"),
    503: ("transient", "The server is temporarily unable to answer"),
}


def outcome(severity: str, code: str, text: str, status: int) -> Answer:
    """An OperationOutcome with one issue."""
    body = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, "diagnostics": text}]}
    return Answer(body, status, {"content-type": "application/fhir+json;charset=utf-8"})


SERVER = Fhir
