"""Paging by the last record's id, for vendors whose page numbers end at a cap without saying so."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingest.core.errors import IngestError


class KeysetPaginator(BasePaginator):
    """Asks again for what lies behind the last id (`<id>.gt(<last>)` among the filters of the body), records ordered by it.

    Ends when the answer says that this was its last page, or, where it tells nothing of pages, when it is empty.
    """

    def __init__(self, id_field: str = "guid") -> None:
        super().__init__()
        self.id_field = id_field
        self._last = ""
        self._filters: list[str] | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        paging = response.json().get("paging") or {}
        if data:
            before, self._last = self._last, str(data[-1][self.id_field])
            if self._last == before:
                raise IngestError(f"the answer does not go on behind {self.id_field} {before}", "What was read has landed.")
        told = "total_pages" in paging
        self._has_next_page = int(paging["total_pages"]) > int(paging.get("current_page") or 1) if told else bool(data)

    def update_request(self, request: Request) -> None:
        body: dict[str, Any] = dict(request.json or {})
        if self._filters is None:
            self._filters = list(body["filters"])
        behind = [f"{self.id_field}.gt({self._last})"] if self._last else []
        request.json = {**body, "filters": [*self._filters, *behind]}
