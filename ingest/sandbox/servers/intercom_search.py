"""How Intercom's searches are asked and paged: nested filters, one sort field, a cursor that names the last record shown."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.sandbox.servers.world import View

_INSTANTS = {"created_at", "updated_at"}
_FIELDS = {"id", "role", "email", "external_id", "state", *_INSTANTS}
_OPERATORS = {"=": "=", "!=": "<>", ">": ">", "<": "<"}
_NESTED, _WIDE = 2, 15
_DAY = 86_400
_BEFORE_ALL = -(2**62)


class Invalid(Exception):
    """The query breaks a rule; the message is the vendor's."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search as asked. `by_day` truncates timestamps to whole days on both sides of a comparison."""

    query: Mapping[str, Any]
    sort: Mapping[str, str]
    per_page: int | None
    starting_after: str | None
    by_day: bool

    @classmethod
    def of(cls, body: Any, *, by_day: bool) -> Search:
        if not isinstance(body, dict) or not isinstance(body.get("query"), dict):
            raise Invalid("query is missing")
        paging = body.get("pagination") or {}
        size = paging.get("per_page")
        return cls(
            body["query"], body.get("sort") or {}, None if size is None else int(size), paging.get("starting_after"), by_day
        )

    def where(self) -> tuple[str, list[Any]]:
        params: list[Any] = []
        return self._term(self.query, params, 0), params

    def place(self) -> str:
        """SQL of a number that grows in the order asked for."""
        name, order = self.sort.get("field", "updated_at"), self.sort.get("order", "descending")
        if name not in _INSTANTS or order not in ("ascending", "descending"):
            raise Invalid(f"cannot sort by {name} {order}")
        return f"unix({name})" if order == "ascending" else f"-unix({name})"

    def _term(self, term: Mapping[str, Any], params: list[Any], depth: int) -> str:
        if not isinstance(term.get("value"), list):
            return self._comparison(term, params)
        if depth >= _NESTED or len(term["value"]) > _WIDE:
            raise Invalid("Number of elements in composite query is greater than 15, please try again with a smaller list")
        if term.get("operator") not in ("AND", "OR"):
            raise Invalid("operator must be AND or OR")
        return "(" + f" {term['operator']} ".join(self._term(inner, params, depth + 1) for inner in term["value"]) + ")"

    def _comparison(self, term: Mapping[str, Any], params: list[Any]) -> str:
        name, operator, value = term.get("field"), term.get("operator"), term.get("value")
        if name not in _FIELDS or operator not in _OPERATORS:
            raise Invalid(f"{name} is not a searchable field or {operator} no operator for it")
        if name not in _INSTANTS:
            params.append(value)
            return f"{name} {_OPERATORS[operator]} ${len(params)}"
        grain = _DAY if self.by_day else 1
        params.append(int(value or 0) // grain)
        return f"unix({name}) // {grain} {_OPERATORS[operator]} ${len(params)}"


def page_of(
    view: View, size: int, after: str | None, cut: Callable[[int, int, int], tuple[int, bool]]
) -> tuple[tuple[int, int], dict[str, Any]]:
    """The slice to show and the `pages` object beside it; raises Invalid for a cursor that is none."""
    start = _behind(view, after) if after else 0
    stop, more = cut(len(view), start, size)
    number = start // size + 1
    pages: dict[str, Any] = {"type": "pages", "page": number, "per_page": size, "total_pages": -(-len(view) // size)}
    if more:
        last = [int(view.array("place")[stop - 1]), str(view.array("id")[stop - 1])] if stop else [_BEFORE_ALL, ""]
        pages["next"] = {"page": number + 1, "starting_after": b64encode(json.dumps(last).encode()).decode()}
    return (start, stop), pages


def _behind(view: View, after: str) -> int:
    """The position behind the record a cursor names, whether or not it still stands there."""
    try:
        place, record = json.loads(b64decode(after, validate=True))
    except ValueError:
        raise Invalid("starting_after is invalid") from None
    low = int(np.searchsorted(view.array("place"), place, "left"))
    high = int(np.searchsorted(view.array("place"), place, "right"))
    return low + int(np.searchsorted(view.array("id")[low:high], record, "right"))
