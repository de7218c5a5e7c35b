"""Lists that are read through a scroll: a server-side cursor that a vendor keeps open for one reader and for a short time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ingest.core.calls import Call, Page
from ingest.core.errors import IngestError


@dataclass(frozen=True, slots=True)
class Scroll:
    """Reads `path` until a page is empty, sending back the `token` of each answer; records stand at `records`.

    A scroll cannot be resumed: when the vendor has lost it (`lost`, codes in its error body), or somebody else's is open
    (`busy`), the reading starts again after `idle`, by which time the vendor has dropped what nobody reads. Rows read
    twice are duplicates by key.
    """

    path: str
    records: str
    token: str
    busy: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    idle: timedelta = timedelta(seconds=65)
    tries: int = 3

    def pages(self, call: Call) -> Iterator[Page]:
        """All pages of one whole scroll, behind those of the tries that broke off."""
        for left in reversed(range(self.tries)):
            try:
                yield from self._once(call)
                return
            except IngestError as error:
                if not left or not any(code in str(error) for code in (*self.busy, *self.lost)):
                    raise
            time.sleep(self.idle.total_seconds())

    def _once(self, call: Call) -> Iterator[Page]:
        params: dict[str, str] = {}
        while True:
            answer = call.client.fetch("GET", call.fill(self.path), params=params)
            rows = call.client.extract_response(answer, self.records)
            if not rows:
                return
            yield rows
            params = {self.token: str(answer.json()[self.token])}
