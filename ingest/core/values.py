"""Reads values as the type that is declared for them: a column whole where it can be, value by value where one does not fit.

A value that does not fit is null in the array and listed with the reason; which row that costs is for `shape` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ingest.core.landed_types import ARROW_TYPES
from ingest.core.spec import Kind

Values = Sequence[Any]  # of one field, a value a record
Bad = list[tuple[int, str]]  # positions that do not fit, with the reason


def converted(kind: Kind, values: Values) -> tuple[pa.Array, Bad]:
    """The values as one Arrow array; positions that do not fit are null there and listed with the reason."""
    try:
        return in_the_calendar(kind, _FAST[kind](values))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, OverflowError):
        return _one_by_one(kind, values)


def in_the_calendar(kind: Kind, array: pa.Array) -> tuple[pa.Array, Bad]:
    """Days and instants outside the years 1 to 9999 do not fit: Arrow and DuckDB know them, whoever reads them does not."""
    if kind not in _CALENDAR or not len(array):
        return array, []
    first, last = _CALENDAR[kind]
    numbers = array.cast(pa.int32() if kind is Kind.DAY else pa.int64())
    found = pc.min_max(numbers).as_py()
    if found["min"] is None or (first <= found["min"] and found["max"] <= last):
        return array, []
    outside = pc.fill_null(pc.or_(pc.less(numbers, first), pc.greater(numbers, last)), False)
    told = f"does not fit the declared type {kind.value}"
    return pc.if_else(outside, pa.scalar(None, array.type), array), [
        (at, told) for at, is_bad in enumerate(outside.to_pylist()) if is_bad
    ]


def _one_by_one(kind: Kind, values: Values) -> tuple[pa.Array, Bad]:
    clean: list[Any] = []
    bad: Bad = []
    parse = _CAREFUL[kind]
    for at, value in enumerate(values):
        try:
            clean.append(None if value is None or (value == "" and kind is not Kind.TEXT) else parse(value))
        except (ValueError, TypeError, OverflowError, InvalidOperation, OSError):
            clean.append(None)
            bad.append((at, f"does not fit the declared type {kind.value}"))
    return pa.array(clean, ARROW_TYPES[kind]), bad


def _json_text(values: Values) -> pa.Array:
    return pa.array([None if value is None else orjson.dumps(value).decode() for value in values], pa.string())


def _epoch(values: Values) -> pa.Array:
    seconds = pa.array(values, pa.int64())
    return seconds.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))


_MICROSECONDS = (-62_135_596_800_000_000, 253_402_300_799_999_999)
_CALENDAR = {Kind.DAY: (-719_162, 2_932_896), Kind.INSTANT: _MICROSECONDS, Kind.EPOCH: _MICROSECONDS}
"""The first and the last day or microsecond, counted from 1970, of the years 1 to 9999."""

_FAST: dict[Kind, Callable[[Values], pa.Array]] = {
    Kind.TEXT: lambda values: pa.array(values, pa.string()),
    Kind.INTEGER: lambda values: pa.array(values, pa.int64()),
    Kind.NUMBER: lambda values: pa.array(values, pa.float64()),
    Kind.DECIMAL: lambda values: pa.array(values, pa.string()).cast(ARROW_TYPES[Kind.DECIMAL]),
    Kind.FLAG: lambda values: pa.array(values, pa.bool_()),
    Kind.INSTANT: lambda values: pa.array(values, pa.string()).cast(ARROW_TYPES[Kind.INSTANT]),
    Kind.EPOCH: _epoch,
    Kind.DAY: lambda values: pa.array(values, pa.string()).cast(pa.date32()),
    Kind.JSON: _json_text,
}


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise TypeError("not text")


def _integer_of(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("not a whole number")
    whole = int(value)
    if not isinstance(value, str) and whole != value:
        raise ValueError("not a whole number")
    if not -(2**63) <= whole < 2**63:
        raise ValueError("more than 64 bits")
    return whole


def _number_of(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("not a number")
    return float(value)


def _decimal_of(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TypeError("not a number")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("not finite")
    return number.quantize(Decimal("1e-9"))


def _flag_of(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    answers = {"true": True, "false": False}
    if isinstance(value, str) and value.lower() in answers:
        return answers[value.lower()]
    raise TypeError("not a boolean")


def _instant_of(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, str) and not value.isdigit():
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = _integer_of(value)
    return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 10**11 else seconds, UTC)


def _day_of(value: Any) -> date:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if not isinstance(value, str):
        raise TypeError("not a date")
    return date.fromisoformat(value[:10])


_CAREFUL: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text_of,
    Kind.INTEGER: _integer_of,
    Kind.NUMBER: _number_of,
    Kind.DECIMAL: _decimal_of,
    Kind.FLAG: _flag_of,
    Kind.INSTANT: _instant_of,
    Kind.EPOCH: _instant_of,
    Kind.DAY: _day_of,
    Kind.JSON: lambda value: orjson.dumps(value).decode(),
}
