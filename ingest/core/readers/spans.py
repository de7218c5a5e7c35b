"""Listings that ask for a stretch of time by both its ends, where the vendor limits how long a stretch may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.core.calls import Call, Page, pages_of
from ingest.core.errors import IngestError
from ingest.core.spec import Listing
from ingest.core.templates import Filler

Longest = Callable[[Mapping[str, Any]], timedelta]


@dataclass(frozen=True, slots=True)
class Spans:
    """Lists `of` from the cursor (a full listing: from setting `start`) up to the run's start, stretch by stretch.

    Templates of `of` may say `{from}` and `{to}`, spelled by `spelled` (strftime, UTC). Vendors include both ends, so
    neighbours share one instant and the rows at it are duplicates. `longest` tells a parent's longest stretch.
    """

    of: Listing
    spelled: str
    longest: Longest | None = None
    start: str = "start_date"

    def pages(self, call: Call) -> Iterator[Page]:
        """The pages of every stretch, oldest first."""
        for begin, end in self._stretches(call):
            ends = {"from": begin.strftime(self.spelled), "to": end.strftime(self.spelled)}
            yield from pages_of(
                self.of, replace(call, fill=Filler({**call.fill.values, **ends}, call.parent)), lambda response: None
            )

    def _stretches(self, call: Call) -> Iterator[tuple[datetime, datetime]]:
        begin = (call.since or self._first(call)).astimezone(UTC)
        step = self.longest(call.parent) if self.longest else None
        while step and begin + step < call.until:
            yield begin, begin + step
            begin += step
        yield min(begin, call.until), call.until

    def _first(self, call: Call) -> datetime:
        told = call.settings[self.start]
        try:
            first = datetime.fromisoformat(told)
        except ValueError:
            raise IngestError(
                f"{call.source.name}: setting {self.start} is no date ({told!r})", "Write it as 2025-01-31."
            ) from None
        return first if first.tzinfo else first.replace(tzinfo=UTC)
