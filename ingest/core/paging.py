"""Paging styles that dlt's own paginators do not cover. Each ends only on its vendor's own end signal."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingest.core.errors import IngestError

EMPTY_PAGES = 5  # asked again at most so often when a page is empty although the answer says more follows


class LastIdPaginator(BasePaginator):
    """Sends the last record's id back (`starting_after`) while the answer says there is more (`has_more`).

    An empty page that says so is asked for again, a few times; then it is an error, never the end.
    """

    def __init__(self, param: str = "starting_after", more: str = "has_more", id_field: str = "id") -> None:
        super().__init__()
        self.param, self.more, self.id_field = param, more, id_field
        self._last = ""
        self._empty = 0

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        if data:
            self._last = str(data[-1][self.id_field])
        self._has_next_page = bool(response.json().get(self.more))
        self._empty = 0 if data else self._empty + 1
        if self._has_next_page and self._empty > EMPTY_PAGES:
            raise IngestError(
                "the listing says that more follows and gives none", "Run again: the cursor has not moved, nothing is lost."
            )

    def update_request(self, request: Request) -> None:
        request.params = {**(request.params or {}), **({self.param: self._last} if self._last else {})}


class StreamPaginator(BasePaginator):
    """Follows a stream position (`after_cursor`) until the answer says the stream has ended."""

    def __init__(self, token: str = "after_cursor", param: str = "cursor", end: str = "end_of_stream") -> None:
        super().__init__()
        self.token, self.param, self.end = token, param, end
        self._position = ""

    def init_request(self, request: Request) -> None:
        """Starts from the saved position where there is one; the start time is then refused by the vendor."""
        params = dict(request.params or {})
        if params.get(self.param):
            params.pop("start_time", None)
        else:
            params.pop(self.param, None)
        request.params = params

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        page = response.json()
        self._position = page.get(self.token) or ""
        self._has_next_page = not page[self.end] and bool(self._position)

    def update_request(self, request: Request) -> None:
        params = {**(request.params or {}), self.param: self._position}
        params.pop("start_time", None)
        request.params = params


class MetaCursorPaginator(BasePaginator):
    """Follows `links.next` while `meta.has_more` holds."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        page = response.json()
        self._next = (page.get("links") or {}).get("next") or ""
        self._has_next_page = bool(page["meta"]["has_more"]) and bool(self._next)

    def update_request(self, request: Request) -> None:
        request.url, request.params = self._next, {}


class CappedSearchPaginator(BasePaginator):
    """A search sorted by a cursor property whose offset is capped: beyond the cap it restarts from the last value.

    Rows that share one cursor value may exceed the cap (a bulk import): that instant is drained by id
    (`<id property> GT <raw id>`, compared as the vendor compares it: as text), then the search steps past it.

    request.json holds `filterGroups[0].filters[0]` on the cursor property; this class rewrites those filters.
    """

    def __init__(self, cursor: str, id_property: str = "hs_object_id", cap: int = 10_000) -> None:
        super().__init__()
        self.cursor, self.id_property, self.cap = cursor, id_property, cap
        self._seen = 0
        self._after = ""
        self._filters: list[dict[str, Any]] | None = None
        self._sorts: list[dict[str, str]] | None = None
        self._window_start = ""
        self._draining = ""
        self._last_value = self._last_id = ""

    def init_request(self, request: Request) -> None:
        body: Any = request.json
        self._window_start = body["filterGroups"][0]["filters"][0]["value"]

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        rows = data or []
        self._seen += len(rows)
        if rows:
            self._last_id = str(rows[-1]["id"])
            self._last_value = str(rows[-1]["properties"][self.cursor])
        self._filters = None
        after = ((response.json().get("paging") or {}).get("next") or {}).get("after")
        if after is not None and self._seen < self.cap:
            self._after = str(after)
        elif after is not None:
            self._restart()
        elif self._draining:
            self._step_past_drained_instant()
        else:
            self._has_next_page = False

    def update_request(self, request: Request) -> None:
        body: dict[str, Any] = dict(request.json or {})
        if self._filters is not None:
            body["filterGroups"] = [{"filters": self._filters}]
            body["sorts"] = self._sorts
            body.pop("after", None)
        else:
            body["after"] = self._after
        request.json = body

    def _restart(self) -> None:
        """The cap is reached: go on from the last cursor value, or by id when that value fills the whole window."""
        self._seen = 0
        if self._draining or self._last_value == self._window_start:
            self._draining = self._draining or self._last_value
            self._filters = [
                {"propertyName": self.cursor, "operator": "EQ", "value": self._draining},
                {"propertyName": self.id_property, "operator": "GT", "value": self._last_id if self._by_id else "0"},
            ]
            self._by_id = True
            self._sorts = [{"propertyName": self.id_property, "direction": "ASCENDING"}]
        else:
            self._open_window("GTE", self._last_value)

    def _step_past_drained_instant(self) -> None:
        value, self._draining, self._by_id, self._seen = self._draining, "", False, 0
        self._open_window("GT", value)

    def _open_window(self, operator: str, value: str) -> None:
        self._window_start = value
        self._filters = [{"propertyName": self.cursor, "operator": operator, "value": value}]
        self._sorts = [{"propertyName": self.cursor, "direction": "ASCENDING"}]

    _by_id = False
