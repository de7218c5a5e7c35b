"""Intercom on the wire: searches and lists by cursor, single conversations with their parts, one scroll over companies.

Contacts compare timestamps by whole days, conversations by the second; what is merged, archived or deleted is in no answer.
Its own switches: `part_cap` (parts shown of one conversation), `search_delay` (seconds until the search knows a record),
`scroll_busy` (so many starts find another scroll open), `scroll_lost` (so many continuations end in a server error).
"""

from __future__ import annotations

from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, request_id, whole
from ingest.sandbox.servers.intercom_records import ADMIN, COMPANY, CONTACT, TEAM, Conversations, conversation
from ingest.sandbox.servers.intercom_scroll import Busy, CompanyScroll, Lost
from ingest.sandbox.servers.intercom_search import Invalid, Search, page_of
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-intercom-access-token"  # a fixed sandbox value
VERSIONS = {"2.11", "2.12", "2.13", "2.14"}
PER_PAGE = 150
_FIELDS = {"contacts": "data", "conversations": "conversations"}
_DEFAULTS = {"contacts": 50, "conversations": 20}
_RENDERED = {"contacts": struct(CONTACT), "conversations": struct(conversation())}


class Intercom(Vendor):
    name = "intercom"
    own_switches = frozenset({"part_cap", "scroll_busy", "scroll_lost", "search_delay"})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(1667, 10, aligned=True)
        self._scroll = CompanyScroll()

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/admins", self.admins),
            ("GET", "/teams", self.teams),
            ("GET", "/companies/scroll", self.scroll),
            ("POST", "/{name:str}/search", self.search),
            ("GET", "/conversations/{id:str}", self.conversation),
            ("GET", "/{name:str}", self.list),
        ]

    def refuse(self, request: Request) -> Answer | None:
        if bearer(request) != TOKEN:
            return self.error(401)
        if request.headers.get("intercom-version", "2.14") not in VERSIONS:
            return self._error(400, "intercom_version_invalid", "The requested version could not be found")
        return None

    def error(self, status: int, message: str = "") -> Answer:
        code, words = _ERRORS.get(status, ("server_error" if status >= 500 else "parameter_invalid", "The request failed."))
        return self._error(status, code, message or words)

    @staticmethod
    def _error(status: int, code: str, message: str) -> Answer:
        body = {"type": "error.list", "request_id": request_id(), "errors": [{"code": code, "message": message}]}
        return Answer(body, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """Windows of ten seconds, told with the second they end; no Retry-After."""
        told = self._window.take(self.switches.get("rate_limit"))
        headers = {
            "X-RateLimit-Limit": str(told.limit),
            "X-RateLimit-Remaining": str(told.remaining),
            "X-RateLimit-Reset": str(int(self.world.clock.timestamp()) + told.reset_seconds),
            "Intercom-Version": "2.14",
        }
        return headers, self.error(429) if told.is_over else None

    async def admins(self, request: Request) -> Answer:
        return self._all("admins", ADMIN, {"type": "admin.list"})

    async def teams(self, request: Request) -> Answer:
        return self._all("teams", TEAM, {"type": "team.list"})

    def _all(self, name: str, fields: dict[str, str], rest: dict[str, str]) -> Answer:
        view = self.world.view(self.world.current(Table(f"intercom__{name}")), struct(fields), order="id")
        return envelope(name, view.json(0, len(view)), rest, name)

    async def search(self, request: Request) -> Answer:
        """Records that fit a query of filters, in the order asked for."""
        name = self._listed(request)
        try:
            asked = Search.of(await request.json(), by_day=name == "contacts")
            (where, params), place = asked.where(), asked.place()
        except (Invalid, ValueError) as error:
            raise Refused(self._error(400, "parameter_invalid", str(error) or "Invalid JSON")) from None
        delay = int(self.switches.get("search_delay") or 0)
        if delay:
            where, params = f"({where}) AND unix(created_at) <= ${len(params) + 1}", [*params, self._now() - delay]
        view = self.world.view(
            self.world.current(Table(f"intercom__{name}")), _RENDERED[name], order="place, id", where=where, params=params,
            columns=("id", f"{place} AS place"),
        )  # fmt: skip
        return self._page(name, view, asked.per_page or _DEFAULTS[name], asked.starting_after)

    async def list(self, request: Request) -> Answer:
        """All records there are, newest first."""
        name, query = self._listed(request), request.query_params
        try:
            size = whole(query.get("per_page"), _DEFAULTS[name], 1, 10**6)
        except ValueError:
            raise Refused(self._error(400, "parameter_invalid", "per_page must be a number")) from None
        view = self.world.view(
            self.world.current(Table(f"intercom__{name}")), _RENDERED[name], order="place, id",
            columns=("id", "-unix(created_at) AS place"),
        )  # fmt: skip
        return self._page(name, view, size, query.get("starting_after"))

    def _listed(self, request: Request) -> str:
        name = str(request.path_params["name"])
        if name not in _FIELDS:
            raise Refused(self.error(404))
        return name

    def _page(self, name: str, view: View, size: int, after: str | None) -> Answer:
        if size > PER_PAGE:
            raise Refused(self._error(400, "parameter_invalid", f"Per Page is too big (maximum {PER_PAGE})"))
        try:
            start, rest = page_of(view, size, after, self.cut)
        except Invalid as error:
            raise Refused(self._error(400, "parameter_invalid", str(error))) from None
        kind = "list" if name == "contacts" else "conversation.list"
        return envelope(_FIELDS[name], view.json(*start), {"type": kind, "total_count": len(view), "pages": rest}, name)

    async def conversation(self, request: Request) -> Answer:
        """One conversation with its newest parts."""
        cap = int(self.switches.get("part_cap") or 500)
        plain = request.query_params.get("display_as") == "plaintext"
        body = Conversations(self.world, plain=plain).one(str(request.path_params["id"]), cap)
        if body is None:
            raise Refused(self.error(404))
        return Answer(body)

    async def scroll(self, request: Request) -> Answer:
        """The next page of the one scroll a workspace may have; an empty page ends it."""
        token = request.query_params.get("scroll_param")
        if token and self.switches.take("scroll_lost"):
            self._scroll.drop()
            raise Refused(self.error(500))
        view = self.world.view(self.world.current(Table("intercom__companies")), struct(COMPANY), order="id")
        try:
            if not token and self.switches.take("scroll_busy"):
                raise Busy
            start, stop, token = self._scroll.turn(len(view), token)
        except Busy:
            raise Refused(self._error(400, "scroll_exists", "scroll already exists for this workspace")) from None
        except Lost:
            raise Refused(self._error(404, "not_found", "scroll parameter not found")) from None
        rest = {"type": "list", "pages": None, "total_count": None, "scroll_param": token}
        return envelope("data", view.json(start, stop), rest, "companies")

    def _now(self) -> int:
        return int(self.world.clock.timestamp())


_ERRORS = {
    401: ("unauthorized", "Access Token Invalid"),
    403: ("api_plan_restricted", "Active subscription needed."),
    404: ("not_found", "Resource Not Found"),
    429: ("rate_limit_exceeded", "Exceeded rate limit of 1667 in 10_000ms"),
    500: ("server_error", "Something went wrong on our end."),
    503: ("service_unavailable", "Sorry, the API service is temporarily unavailable"),
}

SERVER = Intercom
