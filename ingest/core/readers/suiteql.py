"""A NetSuite table through SuiteQL over REST: the query from the declared columns, page after page by key.

Offset paging ends at 100,000 rows a query and skips rows when others change between two pages. Each page is therefore its
own query, `WHERE key > <last key> ORDER BY key`: no limit, no shifting, and any number of rows may share an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.spec import Column, Kind

PATH = "/services/rest/query/v1/suiteql"
PAGE_ROWS = 1_000
EMPTY_PAGES = 5  # asked again at most so often when a page is empty although the answer says more follows
_FORMATS = {Kind.INSTANT: 'YYYY-MM-DD"T"HH24:MI:SS', Kind.DAY: "YYYY-MM-DD"}
_FLAGS = {"T": True, "F": False}

Row = dict[str, Any]
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class SuiteQl:
    """One table. `key` is unique; `changed` is the condition of a run that continues, with `{since}` as a date.

    Without formats of our own, dates would come in the user's notation. NetSuite tells instants without an offset, in the
    zone of setting `time_zone`; here they become UTC. In the hour that a change of clocks repeats, the earlier one is taken:
    a cursor then falls back and never runs ahead, which a lag of more than an hour makes up for in the conditions.
    """

    table: str
    key: tuple[str, ...] = ("id",)
    where: str = ""
    changed: str = "lastmodifieddate >= {since}"

    def pages(self, call: Call) -> Iterator[list[Row]]:
        zone = _zone(call)
        converters = {column.path: _converter(column.kind, zone) for column in call.resource.columns if column.kind in _CONVERTED}
        last: tuple[str, ...] = ()
        empty = 0
        while True:
            rows, has_more = self._page(call, self.query(call.resource.columns, call.since, zone, last))
            position = self._position(rows)
            if rows:
                yield [_converted(row, converters) for row in rows]
            if not has_more:
                return
            empty = 0 if rows else empty + 1
            if empty > EMPTY_PAGES or (rows and position in ((), last)):
                raise self._stuck(call)
            last = position or last

    def query(self, columns: tuple[Column, ...], since: datetime | None, zone: ZoneInfo, last: tuple[str, ...] = ()) -> str:
        """The SELECT of one page: what follows `last` in the order of the key."""
        conditions = [self.where, self.changed.format(since=_date(since, zone)) if since else "", _beyond(self.key, last)]
        told = " AND ".join(f"({condition})" for condition in conditions if condition)
        where = f" WHERE {told}" if told else ""
        return f"SELECT {', '.join(map(_selected, columns))} FROM {self.table}{where} ORDER BY {', '.join(self.key)}"

    def _position(self, rows: list[Any]) -> tuple[str, ...]:
        """The key of the last row that tells one whole."""
        for row in reversed(rows):
            if isinstance(row, dict) and all(row.get(name) is not None for name in self.key):
                return tuple(str(row[name]) for name in self.key)
        return ()

    def _page(self, call: Call, query: str) -> tuple[list[Row], bool]:
        answer = call.client.fetch(
            "POST", PATH, params={"limit": PAGE_ROWS, "offset": 0}, json={"q": query}, headers={"Prefer": "transient"}
        )
        [has_more] = call.client.extract_response(answer, "hasMore")
        return call.client.extract_response(answer, "items"), bool(has_more)

    def _stuck(self, call: Call) -> IngestError:
        return IngestError(
            f"{call.source.name}: {self.table} says that more rows follow and gives none",
            "Run again: the cursor has not moved, nothing is lost.",
        )


def _zone(call: Call) -> ZoneInfo:
    name = call.settings["time_zone"]
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `Pacific` is a folder of zones
        raise IngestError(
            f"{call.source.name}: setting time_zone is no time zone: {name!r}", "Write it like America/Los_Angeles."
        ) from None


def _selected(column: Column) -> str:
    if column.kind in _FORMATS:
        return f"TO_CHAR({column.path}, '{_FORMATS[column.kind]}') AS {column.path}"
    return column.path


def _date(instant: datetime, zone: ZoneInfo) -> str:
    return f"TO_DATE('{instant.astimezone(zone):%Y-%m-%dT%H:%M:%S}', '{_FORMATS[Kind.INSTANT]}')"


def _beyond(key: tuple[str, ...], last: tuple[str, ...]) -> str:
    """True for rows after `last`, column by column: a > 1 OR a = 1 AND (b > 2)."""
    if not last:
        return ""
    name, value = key[0], _literal(last[0])
    rest = _beyond(key[1:], last[1:])
    return f"{name} > {value}" + (f" OR {name} = {value} AND ({rest})" if rest else "")


def _literal(value: str) -> str:
    """Ids are numbers, though they come as texts; anything else is quoted."""
    return value if value.isdecimal() else "'" + value.replace("'", "''") + "'"


_CONVERTED = (Kind.FLAG, Kind.INSTANT)


def _converter(kind: Kind, zone: ZoneInfo) -> Convert:
    """What turns a text of NetSuite into what it stands for; a text that does not fit stays, for the quarantine."""

    def instant(told: Any) -> Any:
        try:
            return datetime.fromisoformat(told).replace(tzinfo=zone, fold=0).astimezone(UTC).isoformat()
        except (ValueError, TypeError):
            return told

    return instant if kind is Kind.INSTANT else lambda told: _FLAGS.get(told, told) if isinstance(told, str) else told


def _converted(row: Any, converters: Mapping[str, Convert]) -> Any:
    if isinstance(row, dict):
        for path, convert in converters.items():
            told = row.get(path)
            if told is not None:
                row[path] = convert(told)
    return row
