"""What a run reads besides what is new: a stretch of time once more (backfill), or everything (refresh).

A backfill leaves every cursor where it is: the next daily run goes on as if it had not been. Rows merge on their keys, so what
is read twice is stored once. A resource takes part when its vendor can be asked by time; what it is listed under, or what is
listed under it, comes along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from ingest.core.errors import CxError
from ingest.core.spec import Resource, Source

MODE = "backfill"
FIRST, LAST = date(1970, 1, 1), date(2999, 12, 31)  # with room for a cursor's lag and a vendor's time zone
_REMEDY = "`cx refresh` reads all of it again."


class NotByDate(CxError):
    """The vendor cannot be asked for what was asked for."""


@dataclass(frozen=True, slots=True)
class Again:
    """From `begin` up to `end` (instants in UTC), or everything where there is no `begin`."""

    begin: datetime | None = None
    end: datetime | None = None

    @classmethod
    def days(cls, first: date, last: date) -> Again:
        """Whole days in UTC, both included. CxError when they stand the wrong way round, or where no vendor has a day."""
        if last < first:
            raise CxError(f"{last} lies before {first}", "Name the earlier day first.")
        if first < FIRST or last > LAST:
            raise CxError(f"no vendor tells of {first if first < FIRST else last}", f"Name days from {FIRST} to {LAST}.")
        begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
        return cls(begin, end)

    def since(self, resource: Resource, now: datetime) -> str:
        """What a listing of the resource continues from; "" lists everything, also where the vendor has forgotten the changes."""
        if self.begin is None or not is_by_date(resource) or resource.cursor is None:
            return ""
        expires = resource.cursor.expires
        return "" if expires and self.begin < now - expires else self.begin.isoformat()

    def until(self, resource: Resource, now: datetime) -> datetime:
        """Where it ends, for vendors who know an end; the others tell up to now."""
        return min(self.end, now) if self.end and is_by_date(resource) else now


def is_by_date(resource: Resource) -> bool:
    """True when the vendor tells what changed since an instant, not since a position of its own."""
    return resource.changes is not None and resource.cursor is not None and not resource.cursor.token


def of_dates(source: Source) -> Source:
    """The source with what a backfill reads of it. NotByDate when that is nothing, with the reason for each of its tables."""
    wanted = {
        name for resource in source.resources if is_by_date(resource) for name in (resource.name, *_above(source, resource))
    }
    if not wanted:
        reasons = "; ".join(f"{resource.name} {_why_not(resource)}" for resource in source.resources)
        raise NotByDate(f"{source.name}: nothing of it can be read by date: {reasons}", _REMEDY)
    for resource in source.resources:
        if resource.cursor is None and resource.parent is not None and resource.parent.of in wanted:
            wanted.add(resource.name)
    return replace(source, resources=tuple(resource for resource in source.resources if resource.name in wanted))


def left_out(source: Source) -> dict[str, str]:
    """The tables that a backfill does not read, each with the reason."""
    try:
        read = {resource.name for resource in of_dates(source).resources}
    except NotByDate:
        read = set()
    return {resource.name: _why_not(resource) for resource in source.resources if resource.name not in read}


def _why_not(resource: Resource) -> str:
    if resource.cursor is not None and resource.cursor.token:
        return "goes on from a position of the vendor's own"
    return "is listed whole on every run"


def _above(source: Source, resource: Resource) -> Iterator[str]:
    while resource.parent is not None:
        resource = source.resource(resource.parent.of)
        yield resource.name
