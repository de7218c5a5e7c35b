"""Switches that make a vendor's server misbehave the way real ones do; each is implemented once, for every vendor.

Set per source with `POST /__sandbox__/switches {"source": "hubspot", "html_200": 1}`; `{"source": ..., "clear": true}`
puts all of them back. A count is used up by as many answers. In this order they apply to a call:

    expired_token: n         the next n calls get the vendor's 401, whatever token they bring
    daily_quota: n           n more calls are answered, then the vendor's end-of-day refusal until switched back (null)
    fail_next: {status, count, body?, retry_after?}
                             the next count calls fail with status; body (text or JSON) else the vendor's own error body
    html_200: n              the next n answers are a maintenance page in HTML with status 200
    rate_limit: n            calls the vendor lets through per window instead of its own number; 0 lifts the limit
    empty_page_continues: n  the next n pages are empty although more follows
    bad_value: {resource, field, value}
                             the first record of that resource's next page holds the value there (a dotted field)
    unknown_field: name      every listed record carries a field of that name, until switched back ("")
    duplicate_rows: n        the next n pages hold their first record twice
    malformed_json: n        the next n answers are broken in the middle
    truncated_body: n        the next n answers end halfway, complete as far as HTTP can tell
    reset: n                 the next n connections close halfway through the body
    dates_filter: "date"     Brandwatch only: startDate and endDate select by post date whatever the order
    token_seconds: n         Business Central only: lifetime of the tokens issued from now on

Answers to unlisted things (a single record, an error) are left alone by the switches that act on records. The token
endpoint is neither counted nor touched by any switch but token_seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from ingest.sandbox.servers.base import Answer, Vendor

NAMES = frozenset(
    {
        "expired_token",
        "daily_quota",
        "fail_next",
        "html_200",
        "rate_limit",
        "empty_page_continues",
        "bad_value",
        "unknown_field",
        "duplicate_rows",
        "malformed_json",
        "truncated_body",
        "reset",
        "dates_filter",
        "token_seconds",
    }
)
_HTML = b"<!doctype html><html><head><title>Maintenance</title></head><body>We will be back shortly.</body></html>"


@dataclass(slots=True)
class Switches:
    """The switches of one source, and how many calls it has seen."""

    values: dict[str, Any] = field(default_factory=dict)
    calls: int = 0

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Applies a control request; KeyError names switches that do not exist."""
        unknown = set(wanted) - NAMES - {"clear"}
        if unknown:
            raise KeyError(f"unknown switches: {', '.join(sorted(unknown))}; there are {', '.join(sorted(NAMES))}")
        if wanted.get("clear"):
            self.values.clear()
        self.values.update({k: v for k, v in wanted.items() if k != "clear"})

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def take(self, name: str) -> bool:
        """True when a counted switch is on; uses up one of its count."""
        left = int(self.values.get(name) or 0)
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
        failure = self.values.get("fail_next")
        if not failure or int(failure.get("count", 1)) <= 0:
            return None
        self.values["fail_next"] = {**failure, "count": int(failure.get("count", 1)) - 1}
        return dict(failure)


class Faults:
    """ASGI middleware around one vendor's app: counts calls, answers instead of it, or spoils what it answers."""

    def __init__(self, app: ASGIApp, vendor: Vendor, clock: Callable[[], datetime]) -> None:
        self.app, self.vendor, self.switches, self.clock = app, vendor, vendor.switches, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["path"].removeprefix(scope["root_path"]) in self.vendor.open_paths
        self.switches.calls += not is_open
        instead = None if is_open else self._instead()
        status, headers, body = instead or await self._inner(scope, receive)
        if self._is_json(headers) and not is_open:
            body = self._spoil_records(body, *scope.get("listed", ("", "")))
            body = self._spoil_text(body)
        await self._send(send, status, headers, body, is_cut=not is_open and self.switches.take("reset"))

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
        bad = values.get("bad_value")
        aimed = bool(bad) and bad.get("resource") == resource
        if not records or not (aimed or values.get("unknown_field") or values.get("duplicate_rows")):
            return body
        page = json.loads(body)
        rows = page[records]
        if not rows:
            return body
        if aimed:
            _put(rows[0], str(bad["field"]), bad["value"])
            values.values["bad_value"] = None
        if values.get("unknown_field"):
            for row in rows:
                row[str(values.get("unknown_field"))] = "new"
        if values.take("duplicate_rows"):
            rows.insert(0, rows[0])
        return json.dumps(page).encode()

    def _spoil_text(self, body: bytes) -> bytes:
        half = len(body) // 2
        if self.switches.take("malformed_json"):
            return body[:half] + b"\x00" + body[half:]  # a control character is no JSON, inside a text or out
        return body[:half] if self.switches.take("truncated_body") else body

    async def _send(self, send: Send, status: int, headers: Mapping[str, str], body: bytes, *, is_cut: bool) -> None:
        sent = {**headers, "date": format_datetime(self.clock(), usegmt=True), "content-length": str(len(body))}
        await send(
            {"type": "http.response.start", "status": status, "headers": [(k.encode(), v.encode()) for k, v in sent.items()]}
        )
        # Leaving the body unfinished makes the server close the connection, which is what the client shall see.
        await send({"type": "http.response.body", "body": body[: len(body) // 2] if is_cut else body, "more_body": is_cut})


def _plain(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {"content-type": "application/json; charset=utf-8", **answer.headers}, answer.encoded()


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    """Sets a dotted field; a field whose own name holds dots counts when the record has it."""
    head, _, rest = path.partition(".")
    if path in record or not rest:
        record[path] = value
    else:
        _put(record.setdefault(head, {}), rest, value)
