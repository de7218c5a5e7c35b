"""Paging by number inside the body of a query, up to the total that each answer tells."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response


class CountedPagesPaginator(BasePaginator):
    """Sends `page` (from 1) until it is `paging.total_pages`; an answer without `paging` is the last."""

    def __init__(self) -> None:
        super().__init__()
        self._page = 1

    def init_request(self, request: Request) -> None:
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        paging = response.json().get("paging") or {}
        self._has_next_page = self._page < int(paging.get("total_pages") or 0)
        self._page += 1

    def update_request(self, request: Request) -> None:
        request.json = {**(request.json or {}), "page": self._page}
