"""Paging styles as declarations name them. Each imports its paginator when pages are read: dlt takes a second to import,
which `cx status` and whatever else only reads declarations need not wait for.

Any other `BasePaginator` of dlt's stands in a declaration as well as these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.paginators import BasePaginator


def single_page() -> BasePaginator:
    """The answer is all there is."""
    from dlt.sources.helpers.rest_client.paginators import SinglePagePaginator

    return SinglePagePaginator()


def next_link(path: str) -> BasePaginator:
    """The answer holds the next page's address at `path`."""
    from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

    return JSONLinkPaginator(next_url_path=path)


def next_cursor(path: str, param: str | None = None, body_path: str | None = None) -> BasePaginator:
    """The answer holds a cursor at `path`, which goes back as a parameter, or into the body at `body_path`."""
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    return JSONResponseCursorPaginator(cursor_path=path, cursor_param=param, cursor_body_path=body_path)


def last_id() -> BasePaginator:
    """The last record's id goes back (`starting_after`) while there is more (`has_more`)."""
    from ingest.core.paging import LastIdPaginator

    return LastIdPaginator()


def stream() -> BasePaginator:
    """A stream position (`after_cursor`) until the stream has ended (`end_of_stream`)."""
    from ingest.core.paging import StreamPaginator

    return StreamPaginator()


def meta_cursor() -> BasePaginator:
    """`links.next` while `meta.has_more` holds."""
    from ingest.core.paging import MetaCursorPaginator

    return MetaCursorPaginator()


def capped_search(cursor: str) -> BasePaginator:
    """A search sorted by property `cursor` that goes on from its last value where the offset is capped."""
    from ingest.core.paging import CappedSearchPaginator

    return CappedSearchPaginator(cursor)


def next_page() -> BasePaginator:
    """`pages.next` until it is null."""
    from ingest.core.positions import NextPagePaginator

    return NextPagePaginator()


def export_position(size: int) -> BasePaginator:
    """An export ordered by time and id, `size` records a page, until its position stands."""
    from ingest.core.positions import ExportPositionPaginator

    return ExportPositionPaginator(size=size)


def since_id() -> BasePaginator:
    """The last id goes back (`since_id`) until a page is empty."""
    from ingest.core.positions import SinceIdPaginator

    return SinceIdPaginator()


def behind_last_id() -> BasePaginator:
    """What lies behind the last id, by a filter in the body."""
    from ingest.core.readers.keyset import KeysetPaginator

    return KeysetPaginator()


def counted_pages() -> BasePaginator:
    """Page numbers in the body, up to the total that each answer tells."""
    from ingest.core.readers.counted_pages import CountedPagesPaginator

    return CountedPagesPaginator()
