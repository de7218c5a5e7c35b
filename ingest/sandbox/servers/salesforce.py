"""Salesforce on the wire: client credentials, describe, REST queries by locator, and bulk query jobs beside them.

Errors of the data API are lists, those of the token endpoint objects. Every answer tells the calls used of the rolling
day. `query` hides what lies in the recycle bin and archived activities, `queryAll` shows them; the address of a further
page says `/query/` for both. Own switches: `lost_locator` (that many further pages are refused as lost), `hidden_fields` (a
list of Object.Field), `refuse_once: {path, code}` (the next call of that path), and those of `salesforce_bulk`.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, origin
from ingest.sandbox.servers.salesforce_bulk import Jobs, refusal
from ingest.sandbox.servers.salesforce_objects import OBJECTS
from ingest.sandbox.servers.salesforce_soql import Malformed, Query
from ingest.sandbox.servers.salesforce_tasks import Tasks
from ingest.sandbox.servers.world import View, World

CLIENT_ID = "3MVG9sandboxConsumerKey"
CLIENT_SECRET = "sandbox-salesforce-consumer-secret"  # a fixed sandbox value
TOKEN_PATH = "/services/oauth2/token"
DATA = "/services/data/{version}"
PAGE_ROWS = 2_000
MOST_LOCATORS = 50
CALLS_A_DAY = 15_000


class Salesforce(Vendor):
    name = "salesforce"
    own_switches = frozenset({"bulk_outcome", "cut_csv", "header_once", "hidden_fields", "lost_locator", "refuse_once"})
    open_paths = frozenset({TOKEN_PATH})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._day = Window(CALLS_A_DAY, 86_400)
        self._tokens: set[str] = set()
        self._open: OrderedDict[str, tuple[View, str]] = OrderedDict()
        self.jobs = Jobs(world, switches)
        self.tasks = Tasks(self._knows_person)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "token_url": url + TOKEN_PATH, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", f"{DATA}/sobjects/{{name}}/describe", self.describe),
            ("GET", f"{DATA}/query", self.query),
            ("GET", f"{DATA}/queryAll", self.query),
            ("GET", f"{DATA}/query/{{locator}}", self.more),
            ("POST", f"{DATA}/jobs/query", self.order),
            ("GET", f"{DATA}/jobs/query/{{job}}", self.job),
            ("PATCH", f"{DATA}/jobs/query/{{job}}", self.job),
            ("DELETE", f"{DATA}/jobs/query/{{job}}", self.job),
            ("GET", f"{DATA}/jobs/query/{{job}}/results", self.results),
            ("PATCH", f"{DATA}/composite/sobjects/{{object}}/{{field}}", self.tasks.upsert),
        ]

    def _knows_person(self, written: str) -> bool:
        """By the id of 18 characters, or its first 15."""
        tables = (self.world.current(OBJECTS[name].table) for name in ("Contact", "Lead"))
        return any(self.world.rows(f"SELECT 1 FROM {table} WHERE id = ? OR id[:15] = ?", [written] * 2) for table in tables)

    def open_routes(self) -> list[Route]:
        return [Route(TOKEN_PATH, self._token, methods=["POST"])]

    def refuse(self, request: Request) -> Answer | None:
        if bearer(request) not in self._tokens:
            return self.error(401)
        aimed = self.switches.get("refuse_once")
        if not aimed or aimed["path"] not in request.url.path:
            return None
        self.switches.values["refuse_once"] = None
        return refusal(400, aimed["code"], "Refused by a switch.")

    def error(self, status: int, message: str = "") -> Answer:
        code, text = _ERRORS.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred."))
        return refusal(status, code, message or text)

    def daily(self) -> Answer:
        return self.error(403)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._day.take(self.switches.get("rate_limit"))
        headers = {"sforce-limit-info": f"api-usage={told.used}/{told.limit}"}
        return headers, self.daily() if told.is_over else None

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return _denied("unsupported_grant_type", "grant type not supported")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _denied("invalid_client", "invalid client credentials")
        token = f"00D5g000000AbCd!{secrets.token_urlsafe(24)}"
        self._tokens.add(token)
        body = {
            "access_token": token,
            "signature": secrets.token_urlsafe(16),
            "scope": "api",
            "instance_url": origin(request),
            "id": "https://login.salesforce.com/id/00D5g000000AbCdEAK/0055g000000AAAAAA1",
            "token_type": "Bearer",
            "issued_at": str(int(self.world.clock.timestamp() * 1000)),
        }
        return JSONResponse(body)

    async def describe(self, request: Request) -> Answer:
        found = OBJECTS.get(str(request.path_params["name"]))
        if found is None:
            raise Refused(self.error(404))
        return Answer(found.describe(self._hidden()))

    async def query(self, request: Request) -> Answer:
        """The first page; `totalSize` counts all of them."""
        query = self._parse(request.query_params.get("q", ""))
        version = str(request.path_params["version"])
        where = query.condition(deleted_too=request.url.path.endswith("/queryAll"))
        table = self.world.current(query.of.table)
        if not query.names:
            ((total,),) = self.world.rows(f"SELECT count(*) FROM {table} WHERE {where}", query.params)
            return Answer({"totalSize": total, "done": True, "records": []})
        view = self.world.view(
            table, query.of.json(list(query.names), version), order="system_modstamp, id", where=where, params=query.params
        )
        return self._page(request, view, query.of.table.name, 0, f"0r85g{secrets.token_hex(5)}AAA")

    async def more(self, request: Request) -> Answer:
        name, _, start = str(request.path_params["locator"]).rpartition("-")
        if self.switches.take("lost_locator") or name not in self._open or not start.isdigit():
            raise Refused(refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))
        view, table = self._open[name]
        return self._page(request, view, table, int(start), name)

    def _page(self, request: Request, view: View, table: str, start: int, locator: str) -> Answer:
        stop, more = self.cut(len(view), start, self._page_rows(request))
        rest: dict[str, Any] = {"totalSize": len(view), "done": not more}
        if more:
            self._open[locator] = (view, table)
            if len(self._open) > MOST_LOCATORS:
                self._open.popitem(last=False)
            rest["nextRecordsUrl"] = f"/services/data/{request.path_params['version']}/query/{locator}-{stop}"
        return envelope("records", view.json(start, stop), rest, table.removeprefix("salesforce__"))

    def _page_rows(self, request: Request) -> int:
        """What the header asks for, 200 at least."""
        _, _, asked = request.headers.get("sforce-query-options", "").partition("batchSize=")
        return min(max(int(asked), 200), PAGE_ROWS) if asked.isdigit() else PAGE_ROWS

    async def order(self, request: Request) -> Answer:
        try:
            wanted = await request.json()
        except ValueError:
            raise Refused(refusal(400, "JSON_PARSER_ERROR", "The body is no JSON.")) from None
        return self.jobs.order(str(request.path_params["version"]), wanted, self._parse(str(wanted.get("query", ""))))

    async def job(self, request: Request) -> Answer:
        job = str(request.path_params["job"])
        if request.method == "DELETE":
            return self.jobs.delete(job)
        if request.method == "PATCH" and (await request.json()).get("state") == "Aborted":
            return self.jobs.abort(job)
        return self.jobs.look(job)

    async def results(self, request: Request) -> Answer:
        query = request.query_params
        where = str(request.path_params["job"]), str(request.path_params["version"])
        return self.jobs.results(*where, query.get("locator", ""), query.get("maxRecords", ""))

    def _parse(self, soql: str) -> Query:
        try:
            return Query.parse(soql, self._hidden())
        except Malformed as malformed:
            raise Refused(refusal(400, malformed.code, malformed.message)) from malformed

    def _hidden(self) -> set[str]:
        return set(self.switches.get("hidden_fields") or ())


def _denied(error: str, description: str) -> Response:
    body = json.dumps({"error": error, "error_description": description})
    return Response(body, 400, media_type="application/json")


_ERRORS = {
    400: ("MALFORMED_QUERY", "unexpected token: <EOF>"),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    503: ("SERVER_UNAVAILABLE", "Service unavailable"),
}
SERVER = Salesforce
