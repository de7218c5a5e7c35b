"""What a caller asked and what is wrong with it: parameters, and answers that say no as problem JSON (RFC 9457)."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orchestration.reach import lookup

MOST_EVENTS = 500
DEFAULT_EVENTS = 50
LONGEST_VALUE = 320


class Problem(Exception):
    """An answer that says no: status, what is wrong, and which parameter where it is one's fault."""

    def __init__(self, status: int, title: str, detail: str, parameter: str | None = None) -> None:
        super().__init__(title)
        self.status = status
        named = {"parameter": parameter} if parameter else {}
        self.told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **named}


class Json(JSONResponse):
    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, default=str)


def only_parameter(request: Request, asked: tuple[str, ...]) -> tuple[str, str]:
    """Name and value of the one parameter that was given."""
    known(request, asked)
    given = [(name, value) for name, value in request.query_params.multi_items() if value.strip()]
    if len(given) != 1:
        problem = "none was given" if not given else f"{len(given)} were given"
        parameter = given[1][0] if given else asked[0]
        raise Problem(422, "Unprocessable Content", f"Give exactly one of {', '.join(asked)}: {problem}.", parameter)
    name, value = given[0]
    if len(value) > LONGEST_VALUE:
        raise Problem(422, "Unprocessable Content", f"{name} is longer than {LONGEST_VALUE} characters.", name)
    return name, value


def known(request: Request, names: tuple[str, ...]) -> None:
    """Refuses a parameter that does not exist, which a caller would otherwise take for heeded."""
    for name in request.query_params:
        if name not in names:
            meant = f"Parameters: {', '.join(names)}." if names else "This address takes none."
            raise Problem(422, "Unprocessable Content", f"There is no such parameter. {meant}", name)


def normal(value: str | None, parameter: str, what: str) -> str:
    if value is None:
        raise Problem(422, "Unprocessable Content", f"{parameter} is not {what}.", parameter)
    return value


def limit(request: Request) -> int:
    written = request.query_params.get("limit", str(DEFAULT_EVENTS))
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= MOST_EVENTS):
        raise Problem(422, "Unprocessable Content", f"limit is a whole number from 1 to {MOST_EVENTS}.", "limit")
    return int(written)


def before(request: Request) -> lookup.Position | None:
    written = request.query_params.get("before")
    try:
        return lookup.Position.read(written) if written is not None else None
    except ValueError:
        detail = "before is an instant such as 2026-06-30T12:00:00Z, or the next_before of the last page."
        raise Problem(422, "Unprocessable Content", detail, "before") from None


def say(request: Request, problem: Problem) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return Json(problem.told, problem.status, headers, media_type="application/problem+json")


def say_http(request: Request, error: HTTPException) -> Response:
    detail = {404: "There is no such address; /openapi.json lists them.", 405: "This API only reads: GET."}
    told = Problem(error.status_code, error.detail, detail.get(error.status_code, error.detail)).told
    return Json(told, error.status_code, error.headers, media_type="application/problem+json")
