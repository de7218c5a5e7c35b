"""A small real vendor over HTTP for engine tests: pages of numbered records, with whatever misbehaviour a test asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Vendor:
    """Lists `records` by cursor; `answers` are given instead of the next pages, in order; `requests` keeps what was asked."""

    records: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    page_size: int = 100
    url: str = ""

    async def listing(self, request: Request) -> Response:
        if request.method == "HEAD":
            return Response(headers={"Date": "Wed, 01 Jul 2026 06:00:00 GMT"})
        self.requests.append(dict(request.query_params))
        if self.answers:
            return self.answers.pop(0)
        since = request.query_params.get("since", "")
        rows = [r for r in self.records if str(r.get("updated", "")) >= since]
        start = int(request.query_params.get("after", "0"))
        page = rows[start : start + self.page_size]
        body: dict[str, Any] = {"results": page}
        if start + self.page_size < len(rows):
            body["paging"] = {"next": {"after": str(start + self.page_size)}}
        return json_answer(body)


def json_answer(body: Any, status: int = 200, **headers: str) -> Response:
    return Response(
        orjson.dumps(body), status, {"Content-Type": "application/json", "Date": "Wed, 01 Jul 2026 06:00:00 GMT", **headers}
    )


def app(vendor: Vendor) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", vendor.listing, methods=["GET", "HEAD", "POST"])])
