"""Switches that make a vendor's server misbehave the way real ones do; each is implemented once, for every vendor.

Set per source with `POST /__sandbox__/switches {"source": "hubspot", "html_200": 1}`; `{"source": ..., "clear": true}`
puts all of them back. A count is used up by as many answers. In this order they apply to a call:

    after: n                 the counted switches below wait until n more calls are through
    tick: {after, to}        behind `after` more calls the company's clock stands at `to`; feeds follow when it is moved next
    stall: {seconds, count}  the next count calls are answered only after so many seconds
    expired_token: n         the next n calls get the vendor's 401, whatever token they bring
    daily_quota: n           n more calls are answered, then the vendor's end-of-day refusal until switched back (null)
    fail_next: {status, count, body?, retry_after?}
                             the next count calls fail with status; body (text or JSON) else the vendor's own error body
    html_200: n              the next n answers are a maintenance page in HTML with status 200
    rate_limit: n            calls the vendor lets through per window instead of its own number; 0 lifts the limit
    page_rows: n             pages hold n records at most, whatever is asked for
    empty_page_continues: n  the next n pages are empty although more follows
    bad_value: {resource, field, value}
                             the first record of that resource's next page holds the value there (a dotted field)
    missing_field: {resource, field}
                             no record of that resource holds the (dotted) field, until switched back (null)
    unknown_field: name      every listed record carries a field of that (dotted) name, until switched back ("")
    duplicate_rows: n        the next n pages hold their first record twice
    overlap: n               the next n pages begin with the record that the last page of that resource ended with
    malformed_json: n        the next n answers are broken in the middle
    truncated_body: n        the next n answers end halfway, complete as far as HTTP can tell
    reset: n                 the next n connections close halfway through the body
    clock_skew: seconds      the Date header is so far ahead of the company's clock (behind it, when negative)
    fail_token: {status, count, body?}
                             the next count token requests fail; body (text) else an empty one

Switches of one vendor alone stand in its server's docstring and in its `own_switches`. Answers to unlisted things (a single
record, an error) are left alone by the switches that act on records. The token endpoint is neither counted nor touched by any
switch but fail_token and the vendor's own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from ingest.sandbox.servers.base import Answer, Vendor

NAMES = frozenset(
    {
        "after",
        "tick",
        "stall",
        "expired_token",
        "daily_quota",
        "fail_next",
        "html_200",
        "rate_limit",
        "page_rows",
        "empty_page_continues",
        "bad_value",
        "missing_field",
        "unknown_field",
        "duplicate_rows",
        "overlap",
        "malformed_json",
        "truncated_body",
        "reset",
        "clock_skew",
        "fail_token",
    }
)
_HTML = b"<!doctype html><html><head><title>Maintenance</title></head><body>We will be back shortly.</body></html>"


@dataclass(slots=True)
class Switches:
    """The switches of one source (`own`: those it has beside everybody's), and how many calls it has seen."""

    own: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)
    calls: int = 0
    _is_waiting: bool = False

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Applies a control request; KeyError names switches that do not exist."""
        known = NAMES | self.own
        unknown = set(wanted) - known - {"clear"}
        if unknown:
            raise KeyError(f"unknown switches: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
        if wanted.get("clear"):
            self.values.clear()
        self.values.update({k: v for k, v in wanted.items() if k != "clear"})

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def count_call(self) -> None:
        """A call has come in: counts it, and down to where the counted switches begin."""
        self.calls += 1
        left = int(self.values.get("after") or 0)
        self._is_waiting = left > 0
        if left:
            self.values["after"] = left - 1

    def date(self, clock: datetime) -> str:
        """The clock as this vendor's Date header tells it."""
        return format_datetime(clock + timedelta(seconds=float(self.values.get("clock_skew") or 0)), usegmt=True)

    def take(self, name: str) -> bool:
        """True when a counted switch is on; uses up one of its count."""
        left = 0 if self._is_waiting else int(self.values.get(name) or 0)
        if left > 0:
            self.values[name] = left - 1
        return left > 0

    def take_quota(self) -> bool:
        """True when the day's allowance is used up, else uses up one call of it."""
        left = self.values.get("daily_quota")
        if left is None:
            return False
        self.values["daily_quota"] = max(int(left) - 1, 0)
        return int(left) <= 0

    def take_failure(self) -> Mapping[str, Any] | None:
        """The failure to answer with, using up one of its count."""
        return self._take_told("fail_next")

    def take_stall(self) -> float:
        """For how many seconds this call is to wait."""
        stall = self._take_told("stall")
        return float(stall["seconds"]) if stall else 0.0

    def take_token_failure(self) -> Mapping[str, Any] | None:
        """The failure a token request is to be answered with."""
        return self._take_told("fail_token")

    def take_tick(self) -> datetime | None:
        """Where the clock is to stand from this call on, when its time has come."""
        tick = self.values.get("tick")
        if not tick:
            return None
        left = int(tick.get("after", 0))
        self.values["tick"] = {**tick, "after": left - 1} if left else None
        return None if left else datetime.fromisoformat(tick["to"])

    def _take_told(self, name: str) -> Mapping[str, Any] | None:
        """What a switch that carries its own count says, using up one of it."""
        told = self.values.get(name)
        if self._is_waiting or not told or int(told.get("count", 1)) <= 0:
            return None
        self.values[name] = {**told, "count": int(told.get("count", 1)) - 1}
        return dict(told)


class Faults:
    """ASGI middleware around one vendor's app: counts calls, answers instead of it, or spoils what it answers."""

    def __init__(self, app: ASGIApp, vendor: Vendor, clock: Callable[[], datetime]) -> None:
        self.app, self.vendor, self.switches, self.clock = app, vendor, vendor.switches, clock
        self._last: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["path"].removeprefix(scope["root_path"]) in self.vendor.open_paths
        if not is_open:
            self.switches.count_call()
            self._move_clock()
            await asyncio.sleep(self.switches.take_stall())
        instead = self._token_refusal() if is_open else self._instead()
        status, headers, body = instead or await self._inner(scope, receive)
        if self._is_json(headers) and not is_open:
            body = self._spoil_records(body, *scope.get("listed", ("", "")))
            body = self._spoil_text(body)
        await self._send(send, status, headers, body, is_cut=not is_open and self.switches.take("reset"))

    def _move_clock(self) -> None:
        to = self.switches.take_tick()
        if to is not None:
            self.vendor.world.set_clock(to)

    def _token_refusal(self) -> tuple[int, dict[str, str], bytes] | None:
        failure = self.switches.take_token_failure()
        if not failure:
            return None
        return int(failure["status"]), {"content-type": "text/html"}, str(failure.get("body", "")).encode()

    def _instead(self) -> tuple[int, dict[str, str], bytes] | None:
        """The answer given without asking the vendor's app, when a switch says so."""
        if self.switches.take("expired_token"):
            return _plain(self.vendor.error(401))
        if self.switches.take_quota():
            return _plain(self.vendor.daily())
        failure = self.switches.take_failure()
        if failure:
            return self._failure(failure)
        if self.switches.take("html_200"):
            return 200, {"content-type": "text/html; charset=utf-8"}, _HTML
        return None

    def _failure(self, failure: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = _plain(self.vendor.error(int(failure["status"])))
        if "body" in failure:
            own = failure["body"]
            body = own.encode() if isinstance(own, str) else json.dumps(own).encode()
        if "retry_after" in failure:
            headers["retry-after"] = str(failure["retry_after"])
        return status, headers, body

    async def _inner(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, str], bytes]:
        """The vendor's own answer, held back until the switches have seen it."""
        status, headers, parts = 200, dict[str, str](), list[bytes]()

        async def keep(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.update({k.decode().lower(): v.decode() for k, v in message["headers"]})
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        return status, headers, b"".join(parts)

    @staticmethod
    def _is_json(headers: Mapping[str, str]) -> bool:
        return "json" in headers.get("content-type", "")

    def _spoil_records(self, body: bytes, resource: str, records: str) -> bytes:
        """Switches that act on the listed records; the page is parsed only when one of them is on."""
        values = self.switches
        bad, missing = values.get("bad_value"), values.get("missing_field")
        is_aimed = [bool(told) and told.get("resource") == resource for told in (bad, missing)]
        if not records or not (any(is_aimed) or any(map(values.get, ("unknown_field", "duplicate_rows", "overlap")))):
            return body
        page = json.loads(body)
        rows = _at(page, records)
        if not rows:
            return body
        if is_aimed[0]:
            _put(rows[0], str(bad["field"]), bad["value"])
            values.values["bad_value"] = None
        for row in rows:
            if is_aimed[1]:
                _drop(row, str(missing["field"]))
            if values.get("unknown_field"):
                _put(row, str(values.get("unknown_field")), "new")
        self._repeat(resource, rows)
        return json.dumps(page).encode()

    def _repeat(self, resource: str, rows: list[Any]) -> None:
        before, self._last[resource] = self._last.get(resource), rows[-1]
        if self.switches.take("duplicate_rows"):
            rows.insert(0, rows[0])
        if before is not None and self.switches.take("overlap"):
            rows.insert(0, before)

    def _spoil_text(self, body: bytes) -> bytes:
        half = len(body) // 2
        if self.switches.take("malformed_json"):
            return body[:half] + b"\x00" + body[half:]  # a control character is no JSON, inside a text or out
        return body[:half] if self.switches.take("truncated_body") else body

    async def _send(self, send: Send, status: int, headers: Mapping[str, str], body: bytes, *, is_cut: bool) -> None:
        sent = {**headers, "date": self.switches.date(self.clock()), "content-length": str(len(body))}
        await send(
            {"type": "http.response.start", "status": status, "headers": [(k.encode(), v.encode()) for k, v in sent.items()]}
        )
        # Leaving the body unfinished makes the server close the connection, which is what the client shall see.
        await send({"type": "http.response.body", "body": body[: len(body) // 2] if is_cut else body, "more_body": is_cut})


def _plain(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {"content-type": "application/json; charset=utf-8", **answer.headers}, answer.encoded()


def _at(page: Any, path: str) -> Any:
    """What stands at a dotted path; the page itself at `$`."""
    for step in path.split(".") if path != "$" else ():
        page = page[step]
    return page


def _drop(record: dict[str, Any], path: str) -> None:
    """Takes a dotted field away, where it is."""
    head, _, rest = path.partition(".")
    if path in record or not rest:
        record.pop(path, None)
    elif isinstance(record.get(head), dict):
        _drop(record[head], rest)


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    """Sets a dotted field; a field whose own name holds dots counts when the record has it."""
    head, _, rest = path.partition(".")
    if path in record or not rest:
        record[path] = value
    else:
        _put(record.setdefault(head, {}), rest, value)
