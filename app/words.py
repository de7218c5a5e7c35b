"""How figures, amounts, ages and codes are said. Everything here turns values into text and knows no page."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from app.data import Basis

NOTHING = "–"
_SAID = {
    "api": "API", "ces": "CES", "crm": "CRM", "csat": "CSAT", "email": "e-mail", "mrr": "MRR", "non_committal": "non-committal", "nps": "NPS",
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$:&-])")


def is_known(value: Any) -> bool:
    """Whether there is a value: neither None nor a number that is none."""
    return value is not None and value == value


def figure(value: Any, unit: str, basis: Basis) -> str:
    """A KPI's value in its unit: `81.3 %`, `33.8 points`, `EUR 14,809`, `4 h 3 min`, `105 posts`."""
    if not is_known(value):
        return NOTHING
    number = float(value)
    if unit == "percent":
        return f"{number:,.1f} %"
    if unit == "reporting currency":
        return amount(number, basis)
    if unit == "minutes":
        return duration(number)
    if unit == "points":
        return f"{number:,.1f} points"
    return f"{number:,.0f} {unit}"


def unit(code: str, basis: Basis) -> str:
    """A unit as people write it; money has its currency."""
    return {"reporting currency": basis.currency}.get(code, code)


def between(low: Any, high: Any, unit: str, basis: Basis) -> str:
    """An interval with its unit told once where it stands behind the figure: `2.7 to 6.7 %`."""
    first, second = figure(low, unit, basis), figure(high, unit, basis)
    told_twice = next((f" {said}" for said in ("%", unit) if first.endswith(f" {said}") and second.endswith(f" {said}")), "")
    return f"{first.removesuffix(told_twice)} to {second}"


def difference(value: Any, unit: str, basis: Basis) -> str | None:
    """How far a value moved, with its sign; percents move by points."""
    if not is_known(value):
        return None
    sign = "-" if float(value) < 0 else "+"
    if unit == "percent":
        return f"{sign}{abs(float(value)):,.1f} points"
    return sign + figure(abs(float(value)), unit, basis)


def amount(major: float, basis: Basis) -> str:
    """Money in units of the reporting currency; with its minor units only where they matter."""
    digits = round(math.log10(basis.scale)) if abs(major) < 1000 else 0
    return f"{basis.currency} {major:,.{digits}f}"


def money(minor: Any, basis: Basis) -> str:
    """Money given in minor units."""
    return amount(float(minor) / basis.scale, basis) if is_known(minor) else NOTHING


def duration(minutes: float) -> str:
    """`35 min`, `4 h 3 min`, `2 d 5 h`."""
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h {whole % 60} min"
    return f"{whole // 1440} d {whole % 1440 // 60} h"


def count(value: Any) -> str:
    return f"{int(value):,}" if is_known(value) else NOTHING


def month(value: Any) -> str:
    """`June 2026`."""
    return f"{value:%B %Y}" if is_known(value) else NOTHING


def age(since: datetime, now: datetime) -> str:
    """How old something is, in the largest unit that is more than one; the future is said to be so."""
    passed = now - since
    if passed < timedelta(0):
        return "ahead of this machine's clock"
    hours = passed.total_seconds() / 3600
    if hours < 1:
        return "less than an hour old"
    if hours < 48:
        return f"{hours:.0f} hour{'' if round(hours) == 1 else 's'} old"
    return f"{passed.days:,} days old"


def label(code: Any) -> str:
    """A code as words: `never_answered` is `never answered`, `nps` is `NPS`."""
    return _SAID.get(str(code), str(code).replace("_", " ")) if is_known(code) else "unknown"


def plain(text: Any) -> str:
    """Text from outside, so that Markdown shows it as it stands."""
    return _MARKDOWN.sub(r"\\\1", str(text)) if is_known(text) else NOTHING
