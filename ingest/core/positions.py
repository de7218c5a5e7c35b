"""Paging by a position that each answer tells, where the vendor's end signal is its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingest.core.errors import IngestError


class NextPagePaginator(BasePaginator):
    """Follows `pages.next` until it is null: an object with `starting_after`, in older answers a URL.

    The position goes into the body of a search (`pagination`), into the query of a list. Of a URL only the query is used,
    so that the token stays at the address it is for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next: Any = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        self._next = (response.json().get("pages") or {}).get("next")
        self._has_next_page = bool(self._next)

    def update_request(self, request: Request) -> None:
        body: dict[str, Any] | None = request.json
        if isinstance(self._next, str):
            request.params = dict(parse_qsl(urlsplit(self._next).query))
        elif self._next and body is None:
            request.params = {**(request.params or {}), "starting_after": self._next["starting_after"]}
        elif self._next and body is not None:
            paging = {**body.get("pagination", {}), "starting_after": self._next["starting_after"]}
            request.json = {**body, "pagination": paging}


class ExportPositionPaginator(BasePaginator):
    """An export ordered by time and id that names its last position in each answer and always offers a next page.

    It has ended when the position no longer moves: a short page is no end, and a full one may hold a single second. The
    next request is made from the position, never from the offered URL.
    """

    def __init__(self, time: str = "end_time", record: str = "end_id", size: int = 1000) -> None:
        super().__init__()
        self.time, self.record, self.size = time, record, size
        self._position: tuple[Any, Any] | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        page = response.json()
        position = (page.get(self.time), page.get(self.record))
        if position == self._position and len(data or ()) >= self.size:
            raise IngestError(
                f"the export stands still at {position[0]}: more than {self.size} records share that second",
                "Ask the vendor for an export of that second; what was read has landed.",
            )
        self._has_next_page = position[0] is not None and position != self._position
        self._position = position

    def update_request(self, request: Request) -> None:
        time, record = self._position or (None, None)
        request.params = {**(request.params or {}), "start_time": str(time), "start_id": str(record or "")}


class SinceIdPaginator(BasePaginator):
    """Sends the last id back (`since_id`) until a page is empty."""

    def __init__(self, param: str = "since_id") -> None:
        super().__init__()
        self.param = param
        self._last = ""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        self._has_next_page = bool(data)
        if data:
            self._last = str(data[-1]["id"])

    def update_request(self, request: Request) -> None:
        request.params = {**(request.params or {}), self.param: self._last}
