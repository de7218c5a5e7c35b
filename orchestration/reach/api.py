"""The look-up API over HTTP: read-only, a token per role, nothing personal in the log.

A look-up takes less time than handing it to a thread would, so handlers run on the event loop.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.reach import lookup, openapi, spelling
from orchestration.reach.asked import Json, Problem, before, known, limit, normal, only_parameter, say, say_http
from orchestration.reach.lookup_file import LookupFile

LOG = logging.getLogger("cx.serve")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Secret per role; the pseudonymised one is optional."""

    full: str
    pseudonymised: str | None = None

    def role(self, given: str) -> str | None:
        """The role of a token; both are compared, in constant time, whichever fits."""
        shown = given.encode()
        is_full = hmac.compare_digest(shown, self.full.encode())
        is_other = hmac.compare_digest(shown, (self.pseudonymised or "").encode()) and bool(self.pseudonymised)
        return lookup.FULL if is_full else lookup.PSEUDONYMISED if is_other else None


class Answers:
    """The handlers. country: where a phone number without a calling code is dialled."""

    def __init__(self, file: LookupFile, tokens: Tokens, country: str) -> None:
        self._file, self._tokens, self._country = file, tokens, country

    def routes(self) -> list[Route]:
        """Health and description need no token: they say nothing of customers."""
        return [
            Route("/health", self.health),
            Route("/openapi.json", self.description),
            Route("/customers", self._guarded(self.customers)),
            Route("/customers/{customer_id}", self._guarded(self.customer)),
            Route("/customers/{customer_id}/timeline", self._guarded(self.timeline)),
        ]

    def _guarded(self, answer: Callable[[Request, str], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            scheme, _, given = request.headers.get("authorization", "").partition(" ")
            role = self._tokens.role(given.strip()) if scheme.lower() == "bearer" else None
            if role is None:
                raise Problem(401, "Unauthorized", "Send a valid token as `Authorization: Bearer <token>`.")
            return answer(request, role)

        return handle

    def customers(self, request: Request, role: str) -> Response:
        name, value = only_parameter(request, ("email", "phone", "id", "source_id"))
        opened = self._file.current()
        if name == "id":
            found = [one for one in [lookup.card(opened, value.strip(), role)] if one is not None]
        elif name == "source_id":
            found = lookup.with_source_id(opened, value, role)
        elif name == "email":
            found = lookup.with_email(opened, normal(spelling.email(value), "email", "an e-mail address"), role)
        else:
            found = lookup.with_phone(opened, normal(spelling.phone(value, self._country), "phone", "a phone number"), role)
        return Json({"customers": found})

    def customer(self, request: Request, role: str) -> Response:
        known(request, ())
        found = lookup.card(self._file.current(), request.path_params["customer_id"], role)
        if found is None:
            raise _unknown_customer()
        return Json(found)

    def timeline(self, request: Request, role: str) -> Response:
        known(request, ("limit", "before"))
        upto, mark = limit(request), before(request)
        opened, customer_id = self._file.current(), request.path_params["customer_id"]
        found = lookup.timeline(opened, customer_id, upto, mark, role)
        if found is None:
            raise _unknown_customer()
        return Json(found)

    async def health(self, request: Request) -> Response:
        opened = self._file.current()
        told = {"publication_id": opened.publication_id, "data_as_of": opened.data_as_of, "published_at": opened.published_at}
        return Json({"status": "ok", **told})

    async def description(self, request: Request) -> Response:
        return Json(openapi.document(self._file.current()))


def application(file: LookupFile, tokens: Tokens, country: str) -> ASGIApp:
    """The API as an ASGI application; `country` as in Answers."""
    handlers: Mapping[Any, Any] = {Problem: say, HTTPException: say_http, Exception: _say_broken}
    return AccessLog(Starlette(routes=Answers(file, tokens, country).routes(), exception_handlers=handlers))


class AccessLog:
    """One line per answer: method, the route's pattern, status, milliseconds. Neither ids nor query strings are written."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            spent = (time.perf_counter() - began) * 1000
            LOG.info("%s %s %d %.1f ms", scope["method"], _pattern(scope["path"]), status, spent)


def _pattern(path: str) -> str:
    """The route a path is of; what follows /customers/ is nobody's business."""
    parts = path.strip("/").split("/")
    if parts[0] != "customers":
        return path if path in ("/health", "/openapi.json") else "(other)"
    return "/customers" + ("/{id}" if len(parts) > 1 else "") + ("/timeline" if parts[2:] == ["timeline"] else "")


def _unknown_customer() -> Problem:
    return Problem(404, "Not Found", "There is no customer with this id, nor was one merged into another.", "customer_id")


def _say_broken(request: Request, error: Exception) -> Response:
    LOG.error("%s while answering %s", type(error).__name__, _pattern(request.url.path))
    told = Problem(
        500, "Internal Server Error", "The answer could not be made; the log of `cx serve` names the kind of error."
    ).told
    return Json(told, 500, media_type="application/problem+json")
