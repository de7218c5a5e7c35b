"""Records that have to be rearranged before they land: field names that hold dots, an id one level down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingest.core.calls import Call, Page, pages_of
from ingest.core.spec import Listing, Reader


@dataclass(frozen=True, slots=True)
class Shaped:
    """Lists `of`, each record as `record` makes it. What is no object passes as it is and ends in quarantine."""

    of: Listing | Reader
    record: Callable[[dict[str, Any]], dict[str, Any]]

    def pages(self, call: Call) -> Iterator[Page]:
        """The pages of `of`, rearranged."""
        for page in pages_of(self.of, call, lambda response: None):
            rows = page.to_pylist() if isinstance(page, pa.Table) else page
            yield [self.record(row) if isinstance(row, dict) else row for row in rows]
