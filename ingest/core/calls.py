"""One listing of one resource: what it is asked with, and the pages it gives.

A `Listing` pages over HTTP and is walked here; a `Reader` gets the `Call` and walks by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.core.spec import Listing, Reader, Resource, Source
from ingest.core.templates import Filler

if TYPE_CHECKING:
    import pyarrow as pa
    import requests

    from ingest.core.http import VendorClient

Page: TypeAlias = "list[Any] | pa.Table"


@dataclass(frozen=True, slots=True)
class Call:
    """Everything a listing may need.

    settings: all of them, secrets too; since: the cursor less its lag, None for a full listing; until: the source's clock
    when the run started; position: what `keep` stored last time, "" at first. `keep(position)` is stored once the listing
    is complete; `set_aside(record, reason)` sends what cannot become a record to quarantine and counts it as extracted.
    """

    source: Source
    resource: Resource
    settings: Mapping[str, str]
    client: VendorClient
    fill: Filler
    parent: Mapping[str, Any]
    since: datetime | None
    until: datetime
    position: str
    keep: Callable[[str], None]
    set_aside: Callable[[Any, str], None]


def pages_of(listing: Listing | Reader, call: Call, on_answer: Callable[[requests.Response], None]) -> Iterator[Page]:
    """The pages of either kind; `on_answer` sees every HTTP answer of a paged listing."""
    if not isinstance(listing, Listing):
        yield from listing.pages(call)
        return
    pages = call.client.paginate(
        call.fill(listing.path),
        method=listing.method,  # type: ignore[arg-type]
        params={k: v for k, v in call.fill(dict(listing.params)).items() if v != ""} or None,
        json=call.fill(listing.json) if listing.json is not None else None,
        headers=dict(listing.headers) or None,
        paginator=listing.pages(),
        data_selector=listing.records or "$",
        hooks={"response": []},
    )
    for page in pages:
        on_answer(page.response)
        yield [_unwrap(record, listing.unwrap) for record in page] if listing.unwrap else list(page)


def _unwrap(record: Any, path: str) -> Any:
    """The record inside a listed item (the object of an event)."""
    for step in path.split("."):
        record = record[step] if isinstance(record, dict) and step in record else None
    return record
