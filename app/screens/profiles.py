"""Profiles: how many are advocates, non-committal or negative, and who moves between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask
from app.shell import show
from app.tables import table

if TYPE_CHECKING:
    import pandas as pd

_MONTHS = "select distinct month, is_complete from profile_transitions order by 1 desc"
_MOVES = """
select from_profile, to_profile, customers, customers_from, percent_of_from, customers_to, month
from profile_transitions where month = ? order by from_profile, to_profile
"""
_SHARES = "select * from profile_months order by month"
_ORDER = ("advocate", "non_committal", "unknown", "negative")
_FROM = (*_ORDER, "not_yet_known")


def _page(basis: Basis) -> None:
    months = ask(_SHARES)
    if months.empty:
        st.info("No month has been told yet.")
        return
    st.subheader("Customers by profile", anchor=False)
    _shares(months)
    st.subheader("Who moved to another profile", anchor=False)
    known = ask(_MONTHS)
    begin = int(known["is_complete"].astype(bool).to_numpy().argmax())
    month = st.selectbox("Month", list(known["month"]), index=begin, format_func=words.month, key="profile_month")
    moves = ask(_MOVES, month)
    left, right = st.columns(2)
    with left:
        _matrix(moves)
    with right:
        _flows(moves)
    _moves_table(moves)
    st.subheader("Recovery, conversion, return", anchor=False)
    _rates(months)


def _shares(months: pd.DataFrame) -> None:
    columns = ("advocates", "non_committal", "unknown", "negative")
    series = {column: (words.label(name), charts.PROFILES[name]) for column, name in zip(columns, _ORDER, strict=True)}
    charts.draw(
        charts.stacked(months, "month", series, unit="customers at the end of the month"),
        key="shares",
        alt="Customers by profile, month by month",
    )


def _matrix(moves: pd.DataFrame) -> None:
    """From (down) to (across), percent of those who began there."""
    grid = moves.pivot_table(index="from_profile", columns="to_profile", values="percent_of_from", aggfunc="first")
    counts = moves.pivot_table(index="from_profile", columns="to_profile", values="customers", aggfunc="first")
    rows, columns = [name for name in _FROM if name in grid.index], [name for name in _ORDER if name in grid.columns]
    if not rows or not columns:
        st.caption("Nobody was there at the month's beginning.")
        return
    grid, counts = grid.loc[rows, columns], counts.reindex(index=rows, columns=columns).fillna(0)
    text = [
        [f"{percent:.1f} %<br>{words.count(n)}" if words.is_known(percent) else "" for percent, n in zip(*pair, strict=True)]
        for pair in zip(grid.to_numpy(), counts.to_numpy(), strict=True)
    ]
    grid.index, grid.columns = [words.label(name) for name in rows], [words.label(name) for name in columns]
    charts.draw(
        charts.heat(grid, unit="percent", across="to", down="from", text=text, height=400),
        key="matrix",
        alt="Percent of each profile that moved to each",
    )


def _flows(moves: pd.DataFrame) -> None:
    moved = moves[(moves["customers"] > 0) & (moves["from_profile"] != moves["to_profile"])]
    if moved.empty:
        st.caption("Nobody changed profile in that month.")
        return
    charts.draw(
        charts.sankey(
            [f"from|{name}" for name in moved["from_profile"]],
            [f"to|{name}" for name in moved["to_profile"]],
            list(moved["customers"]),
            charts.PROFILES,
            height=400,
        ),
        key="profile_flow",
        alt="Customers who changed profile in the month",
    )


def _moves_table(moves: pd.DataFrame) -> None:
    columns: dict[str, Any] = {
        "from_profile": "From",
        "to_profile": "To",
        "customers": cells.count("Customers"),
        "percent_of_from": cells.percent("Of those who began there"),
    }
    table(moves, "profile_transitions", columns, alt="Moves between profiles", folded=True)


def _rates(months: pd.DataFrame) -> None:
    series = {
        "recovery_rate": "recovered",
        "advocate_conversion_rate": "non-committal to advocate",
        "win_back_rate": "lapsed and won back",
    }
    told = months[months[list(series)].notna().any(axis=1)]
    if len(told):
        charts.draw(
            charts.lines(told, "month", series, unit="percent"),
            key="rates",
            alt="Recovery, conversion and win-back rates by month",
        )
    columns: dict[str, Any] = {
        "month": cells.month(),
        "turned_negative": "Turned negative",
        "recovery_rate": cells.percent("Recovered"),
        "recovery_rate_low": cells.number("from"),
        "recovery_rate_high": cells.number("to"),
        "turned_non_committal": "Turned non-committal",
        "advocate_conversion_rate": cells.percent("Became advocates"),
        "lapsed_at_start": "Had lapsed",
        "win_back_rate": cells.percent("Won back"),
        "median_negative_days": cells.count("Median days negative"),
        "is_complete": cells.flag("Month is over"),
    }
    table(months.iloc[::-1], "profile_months", columns, alt="Profiles by month")


if __name__ == "__main__":
    show("Profiles", "Advocates, the non-committal and the negative, and who moves between them.", _page)
