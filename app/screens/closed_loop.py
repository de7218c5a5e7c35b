"""Closed loop: whom to contact today, which complaints wait, and who came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask, look_up
from app.shell import show
from app.tables import table
from app.tiles import tiles

if TYPE_CHECKING:
    import pandas as pd

_REASONS = "select distinct reason_code, reason from contact_today order by 1"
_TODAY = """
with due as (
    select * from contact_today
    where (? is null or reason_code = ?) and (not ? or not is_opted_out)
    order by rank limit ?
)
select
    due.rank, c.full_name, due.reason, due.value_at_risk, due.days_waiting, due.channel, c.email, c.phone, due.is_opted_out,
    due.all_reasons, due.reference, due.since_at, due.customer_id
from due left join customer_360 as c using (customer_id)
order by due.rank
"""
_SIZE = "select count(*) as people from contact_today"
_MONTHS = """
select *, complaints - closed - never_answered as in_progress from closed_loop_months where complaints + n_immature > 0 order by month
"""
_WAITING = """
with longest as (select * from closed_loop where state in ('waiting', 'in_progress') order by said_at limit ?)
select
    said_at, datediff('day', said_at, data_as_of) as days_waiting, state, value_at_risk, channel, source, kind, is_escalated,
    customer_id, feedback_id, case_id
from longest order by said_at
"""
_RECOVERY = """
select month, turned_negative, turned_negative_immature, recovered, recovery_rate, recovery_rate_low, recovery_rate_high,
    lapsed_at_start, won_back, win_back_rate, median_negative_days, is_complete
from profile_months order by month
"""
_ANY = "any reason"
_SHOWN = 100


def _page(basis: Basis) -> None:
    st.subheader("Contact today", anchor=False)
    _today(basis)
    st.subheader("Complaints", anchor=False)
    _complaints(basis)
    st.subheader("Still waiting, the longest first", anchor=False)
    _waiting(basis)
    st.subheader("Who came back", anchor=False)
    _recovery()


def _today(basis: Basis) -> None:
    people = int(ask(_SIZE)["people"].iloc[0])
    if not people:
        st.success("Nobody has to be contacted today.")
        return
    reasons = dict(ask(_REASONS).itertuples(index=False))
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    chosen = left.selectbox("Because", [_ANY, *reasons], format_func=lambda code: reasons.get(code, code), key="reason")
    may_be_asked = right.checkbox("Leave out who opted out", value=True, key="without_opted_out")
    reason = None if chosen == _ANY else chosen
    found = look_up(_TODAY, reason, reason, may_be_asked, _SHOWN)
    found = found.assign(value_at_risk=found["value_at_risk"] / basis.scale)
    st.caption(f"{people:,} are due in all; here the {len(found):,} most urgent of your choice.")
    columns: dict[str, Any] = {
        "rank": "Rank",
        "full_name": "Who",
        "reason": cells.text("Why"),
        "value_at_risk": cells.money("Value at risk", basis),
        "days_waiting": cells.count("Days waiting"),
        "phone": "Phone",
        "email": "E-mail",
        "channel": "Came through",
        "is_opted_out": cells.flag("Opted out"),
        "customer_id": "Customer",
    }
    table(found, "contact_today", columns, alt="Whom to contact today, the most urgent first", zone=basis.time_zone, height=420)
    _open(found)


def _open(found: pd.DataFrame) -> None:
    """From the list to a person's card."""
    named = {row.customer_id: f"{row.rank}. {row.full_name or row.customer_id}" for row in found.itertuples()}
    if not named:
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    chosen = left.selectbox("Open the card of", list(named), format_func=named.__getitem__, key="open_card")
    if right.button("Open", key="open", icon=":material/arrow_forward:"):
        st.switch_page("screens/customers.py", query_params={"q": chosen})


def _complaints(basis: Basis) -> None:
    months = ask(_MONTHS)
    if months.empty:
        st.success("Nobody has complained.")
        return
    ripe = months[months["complaints"] > 0]
    if len(ripe):
        _headline(ripe.iloc[-1], basis)
    series = {
        "closed": ("closed", charts.GOOD),
        "in_progress": ("acted on, not closed", charts.SERIES[1]),
        "never_answered": ("never answered", charts.BAD),
        "n_immature": ("too young to tell", charts.NEUTRAL),
    }
    charts.draw(
        charts.stacked(months, "month", series, unit="complaints", height=300),
        key="complaints",
        alt="Complaints by month and what came of them",
    )
    columns: dict[str, Any] = {
        "month": cells.month(),
        "complaints": "Complaints",
        "n_immature": "Too young",
        "acted_on": "Acted on",
        "closed": "Closed",
        "never_answered": "Never answered",
        "closure_rate": cells.percent("Closed"),
        "closure_rate_low": cells.number("from"),
        "closure_rate_high": cells.number("to"),
        "median_hours_to_act": cells.count("Median hours to act"),
        "asked_again": "Asked again",
        "won_back_percent": cells.percent("Of them happier"),
    }
    table(months.iloc[::-1], "closed_loop_months", columns, alt="Complaints by month", folded=True)


def _headline(row: Any, basis: Basis) -> None:
    hours = row["median_hours_to_act"]
    told = (
        ("Closed", words.figure(row["closure_rate"], "percent", basis), f"{row['closed']:,} of {row['complaints']:,}"),
        (
            "Never answered",
            words.figure(row["never_answered_percent"], "percent", basis),
            f"{row['never_answered']:,} of {row['complaints']:,}",
        ),
        (
            "Median time to act",
            words.duration(hours * 60) if words.is_known(hours) else words.NOTHING,
            f"{row['acted_on']:,} acted on",
        ),
        ("Value never answered", words.money(row["never_answered_value"], basis), "a year's worth of them"),
    )
    tiles([(f"{name}, {row['month']:%b %Y}", value, rest) for name, value, rest in told])


def _waiting(basis: Basis) -> None:
    found = ask(_WAITING, _SHOWN)
    found = found.assign(value_at_risk=found["value_at_risk"] / basis.scale)
    columns: dict[str, Any] = {
        "said_at": cells.instant("Complained"),
        "days_waiting": cells.count("Days"),
        "state": "State",
        "value_at_risk": cells.money("Value at risk", basis),
        "is_escalated": cells.flag("Escalated"),
        "channel": "Channel",
        "customer_id": "Customer",
        "feedback_id": "Reference",
    }
    table(found, "waiting_complaints", columns, alt="Complaints that wait", zone=basis.time_zone, empty="No complaint waits.")


def _recovery() -> None:
    months = ask(_RECOVERY)
    told = months[months["recovery_rate"].notna()]
    if told.empty:
        st.caption("Nobody who turned negative has had the time to come back yet.")
        return
    charts.draw(
        charts.trend(
            told, unit="percent", at="month", value="recovery_rate", low="recovery_rate_low", high="recovery_rate_high",
            name="recovered within 90 days", height=260,
        ),
        key="recovery",
        alt="Percent of those who turned negative in a month and recovered, with its 95 % interval",
    )  # fmt: skip
    columns: dict[str, Any] = {
        "month": cells.month(),
        "turned_negative": "Turned negative",
        "turned_negative_immature": "Too young to tell",
        "recovered": "Recovered",
        "recovery_rate": cells.percent("Recovered"),
        "lapsed_at_start": "Had lapsed",
        "won_back": "Won back",
        "win_back_rate": cells.percent("Won back"),
        "median_negative_days": cells.count("Median days negative"),
    }
    table(months.iloc[::-1], "recovery", columns, alt="Recovery by month", folded=True)


if __name__ == "__main__":
    show("Closed loop", "Whom to contact today and why, which complaints wait, and who came back.", _page)
