"""How a partner writes numbers, days, instants and yes or no, and how whole columns of such text become declared types.

A column is converted whole. Where one of its values does not fit, the column stays text in standard spelling, so that the
engine finds the rows that do not fit and the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ingest.core.landed_types import ARROW_TYPES
from ingest.core.spec import Column, Kind

_NUMBERS = {Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL}
_COMMA_NUMBER = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$"
_LEADING_ZEROS = r"\b0+(\d)"


@dataclass(frozen=True, slots=True)
class Spelling:
    """day and instant: as `strptime` reads them, ISO 8601 where left out; an instant without offset is in `time_zone`.

    decimal_comma: 1.234,50 is 1234.50; a dot that separates no thousands is taken as it stands.
    """

    decimal_comma: bool = False
    day: str = ""
    instant: str = ""
    time_zone: str = "UTC"
    yes: tuple[str, ...] = ("true", "yes", "1")
    no: tuple[str, ...] = ("false", "no", "0")

    def table(self, table: pa.Table, columns: Sequence[Column]) -> pa.Table:
        """The table with its text columns as the types they are declared with, as far as they fit."""
        kinds = {column.path: column.kind for column in columns}
        for at, field in enumerate(table.schema):
            kind = kinds.get(field.name, Kind.TEXT)
            if pa.types.is_string(field.type):
                table = table.set_column(at, field.name, self._column(table[field.name].combine_chunks(), kind))
            elif pa.types.is_timestamp(field.type) and field.type.tz is None and kind is Kind.INSTANT:
                table = table.set_column(at, field.name, self._placed(table[field.name]))
        return table

    def _column(self, values: pa.Array, kind: Kind) -> pa.Array:
        if kind in (Kind.TEXT, Kind.JSON):
            return values
        trimmed = pc.utf8_trim_whitespace(values)
        values = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
        if kind in _NUMBERS and self.decimal_comma:
            values = _with_point(values)
        elif kind is Kind.DAY and self.day:
            values = _respelled(values, self.day, "%Y-%m-%d")
        elif kind is Kind.FLAG:
            values = self._flags(values)
        elif kind is Kind.INSTANT:
            return self._instants(_respelled(values, self.instant, "%Y-%m-%dT%H:%M:%S") if self.instant else values)
        try:
            return values.cast(ARROW_TYPES[kind])
        except pa.ArrowInvalid:
            return values

    def _flags(self, values: pa.Array) -> pa.Array:
        lower = pc.utf8_lower(values)
        for words, flag in ((self.yes, "true"), (self.no, "false")):
            values = pc.if_else(pc.is_in(lower, pa.array(words, pa.string())), flag, values)
        return values

    def _instants(self, values: pa.Array) -> pa.Array:
        wanted = ARROW_TYPES[Kind.INSTANT]
        try:
            return self._placed(values.cast(pa.timestamp("us"))).cast(wanted)
        except pa.ArrowInvalid:
            pass
        try:
            return values.cast(wanted)
        except pa.ArrowInvalid:
            return pa.array([self._with_offset(value) for value in values.to_pylist()], pa.string())

    def _placed(self, local: Any) -> Any:
        """Local times as instants."""
        return pc.assume_timezone(local, self.time_zone, ambiguous="earliest", nonexistent="latest")

    def _with_offset(self, value: str | None) -> str | None:
        """An instant with its offset; what is none stays as it is."""
        try:
            moment = datetime.fromisoformat(value or "")
        except ValueError:
            return value
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.time_zone))).isoformat()


STANDARD = Spelling()


def _with_point(values: pa.Array) -> pa.Array:
    plain = pc.replace_substring(pc.replace_substring(values, ".", ""), ",", ".")
    return pc.if_else(pc.match_substring_regex(values, _COMMA_NUMBER), plain, values)


def _respelled(values: pa.Array, pattern: str, standard: str) -> pa.Array:
    """Dates of one pattern in the standard's; others, and days no calendar has, stay as they are."""
    found = pc.strptime(values, format=pattern, unit="s", error_is_null=True)
    # strptime makes 3 March of 31 February: what is found has to read like what was written
    again = pc.replace_substring_regex(pc.strftime(found, format=pattern), _LEADING_ZEROS, r"\1")
    written = pc.replace_substring_regex(values, _LEADING_ZEROS, r"\1")
    return pc.if_else(pc.fill_null(pc.equal(again, written), False), pc.strftime(found, format=standard), values)
