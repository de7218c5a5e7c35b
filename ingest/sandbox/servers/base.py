"""What the vendor servers share: answers, credentials, rate-limit windows, and how a handler becomes a route.

A vendor subclasses `Vendor` with its own paths, error bodies, credential check and limits. Injected faults live in
`ingest.sandbox.faults`; the data in `world`.
"""

from __future__ import annotations

import json
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is sent. `resource` and `records` name what it lists and under which field, for the switches."""

    body: bytes | Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    resource: str = ""
    records: str = ""

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Refused(Exception):
    """Ends a handler with the vendor's refusal."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def envelope(
    records: str, rows: bytes, rest: Mapping[str, Any], resource: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """A list answer: `rows` (rendered JSON) under the field `records`, beside the vendor's paging fields."""
    tail = json.dumps(rest).encode()[1:]
    body = b'{"' + records.encode() + b'":[' + rows + b"]" + (b"," if rest else b"") + tail
    return Answer(body, headers=headers or {}, resource=resource, records=records)


def whole(value: str | None, default: int, low: int, high: int) -> int:
    """A paging number from the query: the default where it is missing, ValueError where it is no number, clamped otherwise."""
    return min(max(int(value), low), high) if value else default


def request_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Reading:
    """A rate-limit window after one call: `used` counts this call only when it was let through."""

    limit: int
    used: int
    reset_seconds: int
    is_over: bool

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)


class Window:
    """At most `calls` per `seconds` of real time: any such span, or (aligned) spans that start at whole multiples in UTC."""

    def __init__(self, calls: int, seconds: int, *, aligned: bool = False) -> None:
        self.calls, self.seconds, self.aligned = calls, seconds, aligned
        self._times: deque[float] = deque()

    def take(self, limit: int | None = None) -> Reading:
        """Counts a call against `limit` (else the window's own; 0 means none)."""
        calls = self.calls if limit is None else limit or 10**9
        now = time.time()
        horizon = now - now % self.seconds if self.aligned else now - self.seconds
        while self._times and self._times[0] <= horizon:
            self._times.popleft()
        is_over = len(self._times) >= calls
        if not is_over:
            self._times.append(now)
        start = horizon if self.aligned or not self._times else self._times[0]
        return Reading(calls, len(self._times), max(math.ceil(start + self.seconds - now), 1), is_over)


Handler = Callable[[Request], Awaitable[Answer]]


class Vendor(ABC):
    """One vendor's API over the world. Handlers return an `Answer` or raise `Refused`."""

    name: str
    open_paths: frozenset[str] = frozenset()  # without credentials, limits and switches (token endpoints)
    own_switches: frozenset[str] = frozenset()  # beside those of every vendor; told in the server's docstring

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches = world, switches

    @abstractmethod
    def settings(self, url: str) -> dict[str, str]:
        """What the connector is told to reach this server at `url`: the source's settings by name."""

    @abstractmethod
    def paths(self) -> list[tuple[str, str, Handler]]:
        """(method, path, handler) of every resource that needs credentials and counts against the limits."""

    @abstractmethod
    def refuse(self, request: Request) -> Answer | None:
        """The vendor's 401 when the credentials are wrong, else None."""

    @abstractmethod
    def error(self, status: int, message: str = "") -> Answer:
        """The vendor's own error answer for a status."""

    @abstractmethod
    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """Rate-limit headers of this call, and the 429 when it is one too many."""

    def daily(self) -> Answer:
        """What the vendor answers when the day's allowance is used up; its 429 where it knows no such thing."""
        return self.error(429)

    def open_routes(self) -> list[Route]:
        """The routes of `open_paths`."""
        return []

    def routes(self) -> list[Route]:
        guarded = [Route(path, self._guarded(handler), methods=[method]) for method, path, handler in self.paths()]
        unknown = Route("/{rest:path}", self._guarded(self._not_found), methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        return [*self.open_routes(), *guarded, unknown]

    async def _not_found(self, request: Request) -> Answer:
        return self.error(404)

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return respond(request, await self._answer(request, handler))

        return endpoint

    async def _answer(self, request: Request, handler: Handler) -> Answer:
        refusal = self.refuse(request)
        if refusal:
            return refusal
        headers, refusal = self.limit(request)
        try:
            answer = refusal or await handler(request)
        except Refused as refused:
            answer = refused.answer
        return Answer(answer.encoded(), answer.status, {**headers, **answer.headers}, answer.resource, answer.records)

    def cut(self, length: int, start: int, size: int) -> tuple[int, bool]:
        """Where a page from `start` ends and whether more follows; an empty page that continues when that switch is on."""
        if length > start and self.switches.take("empty_page_continues"):
            return start, True
        stop = min(start + self.page_rows(size), length)
        return max(stop, start), stop < length

    def page_rows(self, asked: int) -> int:
        """How many records a page holds: what is asked for, or fewer when that switch is on."""
        return min(asked, int(self.switches.get("page_rows") or asked))


def respond(request: Request, answer: Answer) -> Response:
    """The answer as response; what it lists is left in the scope, where the fault middleware finds it."""
    request.scope["listed"] = (answer.resource, answer.records)
    headers = {"content-type": "application/json; charset=utf-8", **answer.headers}
    return Response(answer.encoded(), status_code=answer.status, headers=headers)


def origin(request: Request) -> str:
    """Scheme, host and mount point of this server, for the links in answers."""
    return f"{request.url.scheme}://{request.headers['host']}{request.scope.get('root_path', '')}"


def bearer(request: Request) -> str:
    """The bearer token of a request, or an empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
