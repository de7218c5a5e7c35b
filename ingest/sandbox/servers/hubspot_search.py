"""HubSpot's search language as SQL: filter groups, operators and sorts over an object's properties.

Dates compare in whole milliseconds, everything else as text, `hs_object_id` included; nothing here knows about paging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_DATES = {
    "createdate": "created_at",
    "lastmodifieddate": "updated_at",
    "hs_lastmodifieddate": "updated_at",
    "closedate": "closed_at",
}
_COMPARE = {"EQ": "=", "NEQ": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}


class NotSearchable(Exception):
    """A search the vendor refuses, with the status it refuses it by; no message where the vendor has none."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def conditions(groups: Sequence[Mapping[str, Any]], properties: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Filter groups as SQL and its parameters: groups are alternatives, the filters of one group hold together."""
    params: list[Any] = []
    alternatives = [" AND ".join(_term(f, properties, params) for f in group.get("filters", [])) or "true" for group in groups]
    return " OR ".join(f"({a})" for a in alternatives) or "true", params


def ordering(sorts: Sequence[Any], properties: Mapping[str, str]) -> str:
    """Sorts as SQL; ids compare as text and break ties."""
    terms = []
    for wanted in sorts:
        sort = wanted if isinstance(wanted, dict) else {"propertyName": wanted}
        direction = "DESC" if sort.get("direction") == "DESCENDING" else "ASC"
        terms.append(f"{_column(str(sort.get('propertyName')), properties)} {direction}")
    return ", ".join([*terms, "id"])


def _column(name: str, properties: Mapping[str, str]) -> str:
    if name not in properties:
        raise NotSearchable(f"There was a problem with the request. Property {name} does not exist")
    return f"epoch_ms({_DATES[name]})" if name in _DATES else properties[name]


def _term(wanted: Mapping[str, Any], properties: Mapping[str, str], params: list[Any]) -> str:
    """One filter as SQL; its values go to `params`."""
    name, operator = str(wanted.get("propertyName")), str(wanted.get("operator"))
    column = _column(name, properties)

    def value(raw: Any) -> str:
        params.append(_millis(raw) if name in _DATES else str(raw))
        return f"${len(params)}"

    if operator in _COMPARE:
        return f"{column} {_COMPARE[operator]} {value(wanted.get('value'))}"
    if operator == "BETWEEN":
        return f"{column} BETWEEN {value(wanted.get('value'))} AND {value(wanted.get('highValue'))}"
    if operator in ("IN", "NOT_IN"):
        return f"{column} {operator.replace('_', ' ')} ({', '.join(value(v) for v in wanted.get('values', []))})"
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return f"{column} IS {'NOT ' if operator == 'HAS_PROPERTY' else ''}NULL"
    raise NotSearchable(f"Invalid operator {operator}")


def _millis(raw: Any) -> int:
    """A date filter's value: milliseconds since 1970, or ISO text. The epoch itself breaks the vendor's search."""
    text = str(raw)
    try:
        is_number = text.lstrip("-").isdigit()
        millis = int(text) if is_number else int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)
    except ValueError:
        raise NotSearchable("The value of a date filter is neither milliseconds nor ISO 8601") from None
    if millis <= 0:
        raise NotSearchable("", 500)
    return millis
