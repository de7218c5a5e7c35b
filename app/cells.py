"""How the columns of a table are headed and formatted: one function per kind of column, the same on every page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.data import Basis

_WIDE, _NARROW = 340, 130  # pixels


def count(title: str) -> Any:
    """A whole number: 12,345."""
    return st.column_config.NumberColumn(title, format="%,.0f")


def number(title: str, digits: int = 1, *, signed: bool = False) -> Any:
    """A number with so many digits; `signed` shows a plus where it rose."""
    return st.column_config.NumberColumn(title, format=f"%{'+' if signed else ''},.{digits}f")


def percent(title: str) -> Any:
    """A share in percent: the heading says so, the cells are bare."""
    return number(f"{title}, %")


def money(title: str, basis: Basis) -> Any:
    """An amount in units of the reporting currency, which the heading names."""
    return number(f"{title}, {basis.currency}", 2)


def month(title: str = "Month") -> Any:
    return st.column_config.DateColumn(title, format="MMM YYYY")


def day(title: str) -> Any:
    return st.column_config.DatetimeColumn(title, format="D MMM YYYY")


def instant(title: str) -> Any:
    return st.column_config.DatetimeColumn(title, format="D MMM YYYY, HH:mm")


def flag(title: str) -> Any:
    return st.column_config.CheckboxColumn(title)


def text(title: str) -> Any:
    """Sentences: wide, and in full when somebody double-clicks the cell."""
    return st.column_config.TextColumn(title, width=_WIDE, help="A double click on a cell shows all of it.")


def code(title: str) -> Any:
    """A code or an id as it stands, cut at a width where it is long."""
    return st.column_config.TextColumn(title, width=_NARROW)


def restated() -> dict[str, Any]:
    """What a figure was when it was published, what it is now, and why."""
    return {
        "period_start": month(),
        "segment": "Segment",
        "published_value": number("Was", 2),
        "value": number("Is", 2),
        "cause": "Cause",
        "causes": text("In detail"),
        "restated_at": instant("Restated"),
    }
