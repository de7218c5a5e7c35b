"""Several ways to list the same records, of which a setting picks one: servers of one standard differ in what they offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.core.calls import Call, Page, pages_of
from ingest.core.errors import IngestError
from ingest.core.spec import Listing, Reader


@dataclass(frozen=True, slots=True)
class Chosen:
    """Lists by the way that the setting `by` names; a way that is None lists nothing."""

    by: str
    ways: Mapping[str, Listing | Reader | None]

    def pages(self, call: Call) -> Iterator[Page]:
        """The pages of the chosen way; IngestError when the setting names none of them."""
        name = call.settings[self.by].strip().lower()
        if name not in self.ways:
            raise IngestError(
                f"{call.source.name}: {name!r} is no value for {self.by}", f"Set it to one of: {', '.join(sorted(self.ways))}."
            )
        way = self.ways[name]
        if way is not None:
            yield from pages_of(way, call, lambda answer: None)
