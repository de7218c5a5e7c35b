"""SurveyMonkey v3 on the wire: surveys, their details, and responses in bulk, paged by number with links.

Survey dates come without offset (UTC), response dates with `+00:00`. Calls are limited per minute and per day; the
headers of every answer tell what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Reading, Refused, Vendor, Window, bearer, envelope, origin, whole
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-surveymonkey-access-token"  # a fixed sandbox value
_DOCS = "https://developer.surveymonkey.com/api/v3/#error-codes"
_SURVEYS, _DETAILS, _RESPONSES = (Table(f"surveymonkey__{n}") for n in ("surveys", "survey_details", "responses"))


def _naive(column: str) -> str:
    return f"strftime(utc({column}), '%Y-%m-%dT%H:%M:%S')"


def _offset(column: str) -> str:
    return f"strftime(utc({column}), '%Y-%m-%dT%H:%M:%S+00:00')"


_ALWAYS = {"id": "id", "title": "title", "nickname": "coalesce(nickname, '')"}
_INCLUDED = {
    "language": "language",
    "question_count": "question_count",
    "response_count": "response_count",
    "date_created": _naive("created_at"),
    "date_modified": _naive("modified_at"),
}
_DETAIL = {
    "id": "id",
    "title": "title",
    "nickname": "''",
    "category": "''",
    "language": "'en'",
    "date_modified": _naive("modified_at"),
    "footer": "true",
    "folder_id": "'0'",
    "buttons_text": "{'next_button': 'Next', 'prev_button': 'Prev', 'done_button': 'Done'}",
    "preview": "'https://www.surveymonkey.com/r/Preview/'",
    "pages": "coalesce(pages, '[]')::JSON",
}
_VARIABLES = "json_merge_patch('{}'::JSON, to_json({'email': email, 'customer_number': customer_number, 'ticket_id': ticket_id}))"


def _response(base: str) -> str:
    return struct(
        {
            "id": "id",
            "survey_id": "survey_id",
            "collector_id": "collector_id",
            "recipient_id": "coalesce(recipient_id, '')",
            "response_status": "response_status",
            "collection_mode": "collection_mode",
            "total_time": "total_time",
            "custom_variables": _VARIABLES,
            "custom_value": "coalesce(custom_value, '')",
            "ip_address": "'192.0.2.1'",
            "logic_path": "'{}'::JSON",
            "metadata": "'{}'::JSON",
            "page_path": "'[]'::JSON",
            "href": f"'{base}/surveys/' || survey_id || '/responses/' || id",
            "edit_url": "'https://www.surveymonkey.com/r/'",
            "analyze_url": "'https://www.surveymonkey.com/analyze/browse/'",
            "pages": "coalesce(pages, '[]')::JSON",
            "date_created": _offset("created_at"),
            "date_modified": _offset("modified_at"),
        }
    )


class SurveyMonkey(Vendor):
    name = "surveymonkey"

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._minute = Window(120, 60, aligned=True)
        self._day = Window(500, 86_400, aligned=True)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": f"{url}/v3", "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/v3/surveys", self.surveys),
            ("GET", "/v3/surveys/{survey}/details", self.details),
            ("GET", "/v3/surveys/{survey}/responses", self.response_ids),
            ("GET", "/v3/surveys/{survey}/responses/bulk", self.responses),
        ]

    def refuse(self, request: Request) -> Answer | None:
        if not bearer(request):
            return self.error(401, "The authorization token was not provided.", "1010")
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "", number: str = "") -> Answer:
        own_number, name, text = _ERRORS.get(status, ("1050", "Internal Server Error", "The request could not be processed."))
        error = {"docs": _DOCS, "message": message or text, "id": number or own_number, "name": name, "http_status_code": status}
        return Answer({"error": error}, status)

    def daily(self) -> Answer:
        return self.error(429, "You have reached the number of requests allowed per day.")

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """Both windows count every call let through; `rate_limit` overrides them together."""
        override = self.switches.get("rate_limit")
        day, minute = self._day.take(override), self._minute.take(override)
        headers = {**_told("Day", day), **_told("Minute", minute)}
        if day.is_over:
            return headers, self.daily()
        return headers, self.error(429) if minute.is_over else None

    async def surveys(self, request: Request) -> Answer:
        query = request.query_params
        wanted = set(query.get("include", "").split(","))
        base = f"{origin(request)}/v3"
        body = struct({**_ALWAYS, "href": f"'{base}/surveys/' || id", **{n: sql for n, sql in _INCLUDED.items() if n in wanted}})
        view = self.world.view(self.world.current(_SURVEYS), body, order="modified_at DESC, id")
        return self._page(request, view, "surveys", whole_or(self, query, "per_page", 50, 1000))

    async def details(self, request: Request) -> Answer:
        survey = request.path_params["survey"]
        view = self.world.view(self.world.current(_DETAILS), struct(_DETAIL), order="id", where="id = $1", params=[survey])
        if not len(view):
            raise Refused(self.error(404))
        return Answer(view.json(0, 1))

    async def response_ids(self, request: Request) -> Answer:
        """The same list with ids and addresses alone."""
        href = f"'{origin(request)}/v3/surveys/' || survey_id || '/responses/' || id"
        return self._responses(request, struct({"id": "id", "href": href}))

    async def responses(self, request: Request) -> Answer:
        """Responses of one survey, by date or id, between two modification times."""
        return self._responses(request, _response(f"{origin(request)}/v3"))

    def _responses(self, request: Request, body: str) -> Answer:
        survey, query = request.path_params["survey"], request.query_params
        if not self.world.rows(f"SELECT 1 FROM {self.world.current(_SURVEYS)} WHERE id = $1", [survey]):
            raise Refused(self.error(404))
        where, params = self._where(query, survey)
        direction = "ASC" if query.get("sort_order", "ASC").upper() == "ASC" else "DESC"
        column = "modified_at" if query.get("sort_by", "date_modified") == "date_modified" else "id"
        view = self.world.view(
            self.world.current(_RESPONSES),
            body,
            where=where,
            params=params,
            order=f"date_trunc('second', modified_at) {direction}, id" if column == "modified_at" else f"id {direction}",
        )
        return self._page(request, view, "responses", whole_or(self, query, "per_page", 50, 100))

    def _where(self, query: QueryParams, survey: str) -> tuple[str, list[Any]]:
        terms, params = ["survey_id = $1"], [survey]
        for name, sql in (
            ("start_modified_at", "date_trunc('second', modified_at) >= {}"),
            ("end_modified_at", "date_trunc('second', modified_at) <= {}"),
            ("start_created_at", "date_trunc('second', created_at) >= {}"),
            ("end_created_at", "date_trunc('second', created_at) <= {}"),
        ):
            if name in query:
                params.append(self._instant(query[name], name))
                terms.append(sql.format(f"${len(params)}"))
        if "status" in query:
            params.append(query["status"])
            terms.append(f"response_status = ${len(params)}")
        return " AND ".join(terms), params

    def _instant(self, raw: str, name: str) -> Any:
        """A filter instant; without an offset it is UTC."""
        try:
            told = datetime.fromisoformat(raw)
        except ValueError:
            raise Refused(self.error(400, f"Invalid date for {name}.", "1001")) from None
        return told if told.tzinfo else told.replace(tzinfo=UTC)

    def _page(self, request: Request, view: View, resource: str, size: int) -> Answer:
        page, size = whole_or(self, request.query_params, "page", 1, 10**9), self.page_rows(size)
        stop, more = self.cut(len(view), (page - 1) * size, size)
        is_held = more and stop <= (page - 1) * size  # an empty page that continues points at itself
        last = max(-(-len(view) // size), 1)
        links = {"self": _link(request, page, size), "first": _link(request, 1, size), "last": _link(request, last, size)}
        if page > 1:
            links["prev"] = _link(request, page - 1, size)
        if more:
            links["next"] = _link(request, page if is_held else page + 1, size)
        rest: Mapping[str, Any] = {"per_page": size, "page": page, "total": len(view), "links": links}
        return envelope("data", view.json((page - 1) * size, stop), rest, resource)


_ERRORS = {
    400: ("1000", "Bad Request", "Unable to process the request provided."),
    401: ("1011", "Authorization Error", "The authorization token provided was invalid."),
    403: ("1014", "Permission Error", "Permission has not been granted by the user to make this request."),
    404: ("1020", "Resource Not Found", "There was an error retrieving the requested resource."),
    410: ("1053", "User Deleted", "The user you are making this request for has been deleted."),
    413: ("1030", "Request Entity Too Large", "The requested entity is too large, it can not be returned."),
    429: ("1040", "Rate limit reached", "Too many requests were made, try again later."),
    503: ("1051", "Service Unavailable", "The service is temporarily unavailable."),
}


def whole_or(vendor: SurveyMonkey, query: QueryParams, name: str, default: int, most: int) -> int:
    """A paging number of the query, or the vendor's 400."""
    try:
        return whole(query.get(name), default, 1, most)
    except ValueError:
        raise Refused(vendor.error(400, f"Invalid value for {name}.", "1001")) from None


def _link(request: Request, page: int, size: int) -> str:
    query = {**dict(request.query_params), "page": str(page), "per_page": str(size)}
    return f"{request.url.scheme}://{request.headers['host']}{request.url.path}?{urlencode(query)}"


def _told(span: str, reading: Reading) -> dict[str, str]:
    prefix = f"x-ratelimit-app-global-{span.lower()}"
    return {
        f"{prefix}-limit": str(reading.limit),
        f"{prefix}-remaining": str(reading.remaining),
        f"{prefix}-reset": str(reading.reset_seconds),
    }


SERVER = SurveyMonkey
