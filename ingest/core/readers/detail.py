"""Records that a vendor tells only inside one parent's own answer: one call per parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingest.core.calls import Call, Page
from ingest.core.errors import IngestError


@dataclass(frozen=True, slots=True)
class Detail:
    """Fetches `path` (a template over the parent) and yields the list at `records`.

    `gone` is the code in the vendor's error body for a record that does not exist: the parent went away between its listing
    and this call, which is no failure. A 404 without that code stays one.
    """

    path: str
    records: str
    params: Mapping[str, str] = field(default_factory=dict)
    gone: str = "not_found"

    def pages(self, call: Call) -> Iterator[Page]:
        """One page per parent; none for a parent that is gone."""
        try:
            answer = call.client.fetch("GET", call.fill(self.path), params=dict(self.params))
        except IngestError as error:
            if self.gone not in str(error):
                raise
            return
        yield call.client.extract_response(answer, self.records)
