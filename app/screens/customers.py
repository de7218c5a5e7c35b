"""Customers: one person, found by whatever is known of them. For whoever answers the phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import charts, words
from app.data import Basis, look_up
from app.shell import show
from app.tables import table

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 25
_PERSON = """
select customer_id, full_name, email, phone, city, account_name, customer_type, profile, last_touchpoint_at
from customer_360 where customer_id in (select customer_id from ({found})) order by last_touchpoint_at desc nulls last limit {shown}
"""
# one statement per kind of thing that can be typed
_BY_ID = """
select customer_id from customer_360 where customer_id = upper(?)
union select customer_id from customer_identifiers where identifier_type = 'former_customer_id' and identifier_value = upper(?)
"""
_BY_IDENTIFIER = "select customer_id from customer_records where identifier_value = ?"
_BY_RECORD = (
    "select customer_id from customer_records where identifier_type = 'record' and identifier_value = ? and record_id = ?"
)
_BY_EMAIL = """
select customer_id from customer_records where identifier_type = 'email' and identifier_value = lower(?)
union select customer_id from customer_360 where lower(email) = lower(?)
"""
_BY_PHONE = "select customer_id from customer_records where identifier_type = 'phone' and {matches}"
_BY_NAME = "select customer_id from customer_360 where {matches} limit 200"

_CARD = "select * from customer_360 where customer_id = ?"
_DUE = "select rank, reason, value_at_risk, since_at from contact_today where customer_id = ? order by rank limit 1"
_CASES = """
select case_id, opened_at, status, priority, channel, source, issue_key, replies, reopens, first_reply_minutes, solved_at
from cases where customer_id = ? and not is_deleted order by solved_at is not null, opened_at desc limit 100
"""
_TIMELINE = """
select occurred_at, touchpoint, channel, stage, sentiment, effort, outcome, direction, source, reference, touchpoint_id
from touchpoints where customer_id = ? order by occurred_at desc limit 200
"""
_FEEDBACK = """
select responded_at, sentiment, comment, score, scale_max, metric, channel, source, case_id, feedback_id
from feedback where customer_id = ? order by responded_at desc nulls last limit 100
"""
_PROFILE = """
select valid_from, valid_to, profile, previous_profile, reason, reference, dwell_days from profile_history
where customer_id = ? order by spell_no desc limit 50
"""
_IDENTIFIERS = """
select identifier_type, identifier_value, source, record_id, joined_by, is_reference, is_deleted, valid_from
from customer_records where customer_id = ? order by is_reference, source, record_id, identifier_type, identifier_value limit 2000
"""


def _page(basis: Basis) -> None:
    typed = st.text_input(
        "Look up",
        key="q",
        bind="query-params",
        placeholder="E-mail, phone number, name, customer id, or an id of any source",
        help="An e-mail address, a phone number, (parts of) a name, a customer id, or the id of a record in any source.",
    ).strip()
    if not typed:
        st.info("Type what is known of the person; nothing is shown before.", icon=":material/search:")
        return
    found = find(typed)
    if found.empty:
        st.warning(f"Nobody is known by {words.plain(typed)}. Parts of a name do, addresses, numbers and ids have to be whole.")
        return
    chosen = str(found["customer_id"].iloc[0]) if len(found) == 1 else _choose(found, basis)
    _person(chosen, basis)


def find(typed: str) -> pd.DataFrame:
    """Who is known by what was typed, at most 25, those heard of last first."""
    found, parameters = _meant(typed)
    return look_up(_PERSON.format(found=found, shown=_SHOWN), *parameters)


def _meant(typed: str) -> tuple[str, list[str]]:
    """The statement for what was typed, and its parameters."""
    digits = re.sub(r"\D", "", typed)
    if re.fullmatch(r"[Cc][0-9A-Fa-f]{15}", typed):
        return _BY_ID, [typed, typed]
    if "@" in typed.strip("@"):
        return _BY_EMAIL, [typed, typed]
    if typed.count(":") >= 2:
        return f"{_BY_IDENTIFIER} union {_BY_RECORD}", [typed, typed.split(":", 2)[2], typed]
    if re.fullmatch(r"[\d\s+()/.\-]{6,}", typed) and len(digits) >= 6:
        matches = "identifier_value = ?" if typed.startswith(("+", "00")) else "suffix(identifier_value, ?)"
        return f"{_BY_IDENTIFIER} union {_BY_PHONE.format(matches=matches)}", [typed, digits.lstrip("0")]
    if re.search(r"\d", typed):
        return _BY_IDENTIFIER, [typed]
    parts = typed.split()
    matches = " and ".join("contains(strip_accents(lower(full_name)), strip_accents(lower(?)))" for _ in parts)
    return f"{_BY_IDENTIFIER} union ({_BY_NAME.format(matches=matches)})", [typed, *parts]


def _choose(found: pd.DataFrame, basis: Basis) -> str:
    st.caption(
        f"{len(found)} are known by it."
        if len(found) < _SHOWN
        else f"More than {_SHOWN - 1} are known by it; the {_SHOWN} heard of last:"
    )
    columns = {
        "full_name": "Name", "email": "E-mail", "phone": "Phone", "city": "City", "account_name": "Account", "customer_type": "Is a",
        "profile": "Profile", "customer_id": "Customer",
    }  # fmt: skip
    table(found, "found_customers", columns, alt="Who is known by what was typed", zone=basis.time_zone)
    named = {
        row.customer_id: f"{row.full_name or 'no name'}, {row.city or 'no city'} ({row.customer_id})"
        for row in found.itertuples()
    }
    return str(st.selectbox("Show", list(named), format_func=named.__getitem__, key="chosen_customer"))


def _person(customer: str, basis: Basis) -> None:
    rows = look_up(_CARD, customer)
    row = rows.iloc[0].to_dict()
    timeline = look_up(_TIMELINE, customer)
    cases = look_up(_CASES, customer)
    _card(row, basis)
    st.subheader("Cases", anchor=False)
    _cases(cases, basis)
    st.subheader("What happened", anchor=False)
    _timeline(timeline, basis)
    _said(customer, basis)
    _profile(customer, basis)
    _why_one(customer, basis)


def _card(row: dict[Any, Any], basis: Basis) -> None:
    st.subheader(words.plain(row["full_name"]) if words.is_known(row["full_name"]) else str(row["customer_id"]), anchor=False)
    where = ", ".join(str(row[name]) for name in ("postal_code", "city", "country_code") if words.is_known(row[name]))
    reached = [str(row[name]) for name in ("email", "phone") if words.is_known(row[name])]
    st.text(" · ".join([str(row["customer_id"]), str(row["customer_type"]), *reached, *([where] if where else [])]))
    due = look_up(_DUE, row["customer_id"])
    if len(due):
        reason, at_risk = due["reason"].iloc[0], words.money(due["value_at_risk"].iloc[0], basis)
        st.warning(
            f"To be contacted (rank {due['rank'].iloc[0]}): {words.plain(reason)}. Value at risk {at_risk}.",
            icon=":material/call:",
        )
    if row["is_opted_out"]:
        st.warning("Opted out of being contacted.", icon=":material/do_not_disturb_on:")
    told = (
        ("Profile", words.label(row["profile"]), words.plain(row["profile_reason"])),
        ("Stage", words.label(row["life_cycle_stage"]), f"{words.label(row['rfm_segment'])}, {words.plain(row['persona'])}"),
        ("Net revenue", words.money(row["net_revenue_reporting"], basis), f"{words.count(row['order_count'])} orders"),
        ("MRR", words.money(row["current_mrr"], basis), f"{words.count(row['active_subscriptions'])} subscriptions"),
        ("Open cases", words.count(row["open_case_count"]), f"of {words.count(row['case_count'])}"),
        ("NPS", _score(row["latest_nps_score"]), "latest answer, 0 to 10"),
        ("Contacts", words.count(row["touchpoint_count"]), f"{words.count(row['channel_count'])} channels"),
        ("Last heard", words.count(row["days_since_last_touchpoint"]), "days ago"),
    )
    for start in (0, 4):
        for column, (name, value, rest) in zip(st.columns(4), told[start : start + 4], strict=True):
            column.metric(name, value, rest, delta_color="off", delta_arrow="off", border=True)


def _score(value: Any) -> str:
    return f"{value:g}" if words.is_known(value) else words.NOTHING


def _cases(cases: pd.DataFrame, basis: Basis) -> None:
    columns: dict[str, Any] = {
        "opened_at": st.column_config.DatetimeColumn("Opened", format="D MMM YYYY, HH:mm"),
        "status": "Status",
        "priority": "Priority",
        "channel": "Channel",
        "issue_key": "About",
        "replies": "Replies",
        "solved_at": st.column_config.DatetimeColumn("Solved", format="D MMM YYYY, HH:mm"),
        "case_id": "Case",
    }
    table(
        cases, "customer_cases", columns, alt="Cases, the open ones first", zone=basis.time_zone, empty="No case was ever opened."
    )


def _timeline(timeline: pd.DataFrame, basis: Basis) -> None:
    if timeline.empty:
        st.caption("There is no contact yet.")
        return
    figure = charts.timeline(timeline.iloc[::-1], "occurred_at", "channel", "sentiment", "touchpoint")
    charts.draw(figure, key="timeline", alt="Contacts over time, a lane per channel; triangles up are positive, down negative")
    columns: dict[str, Any] = {
        "occurred_at": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm"),
        "touchpoint": "What",
        "channel": "Channel",
        "stage": "Stage",
        "sentiment": "Felt",
        "outcome": "Ended",
        "source": "Source",
        "reference": "Reference",
    }
    table(timeline, "customer_touchpoints", columns, alt="Contacts, the newest first", zone=basis.time_zone)


def _said(customer: str, basis: Basis) -> None:
    st.subheader("What they said", anchor=False)
    columns: dict[str, Any] = {
        "responded_at": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm"),
        "sentiment": "Felt",
        "comment": st.column_config.TextColumn("In their words", width="large"),
        "score": st.column_config.NumberColumn("Score", format="%.0f"),
        "metric": "Asked for",
        "channel": "Channel",
        "feedback_id": "Reference",
    }
    table(
        look_up(_FEEDBACK, customer),
        "customer_feedback",
        columns,
        alt="What they said",
        zone=basis.time_zone,
        empty="They have said nothing yet.",
    )


def _profile(customer: str, basis: Basis) -> None:
    st.subheader("Profile, and why", anchor=False)
    columns: dict[str, Any] = {
        "valid_from": st.column_config.DatetimeColumn("Since", format="D MMM YYYY"),
        "profile": "Profile",
        "reason": "Because",
        "previous_profile": "Before",
        "dwell_days": st.column_config.NumberColumn("Days", format="%.0f"),
        "reference": "Reference",
    }
    table(look_up(_PROFILE, customer), "customer_profiles", columns, alt="Profiles over time", zone=basis.time_zone)


def _why_one(customer: str, basis: Basis) -> None:
    st.subheader("Why these records are one person", anchor=False)
    st.caption(f"What several records share. `cx why {customer}` tells the scores of the matching model as well.")
    known = look_up(_IDENTIFIERS, customer)
    written = known[known["identifier_type"] != "record"]
    shared: dict[str, Any] = {"identifier_type": "What", "identifier_value": "Shared", "records": "Records", "sources": "Sources"}
    table(
        _shared(written),
        "customer_shared",
        shared,
        alt="Identifiers several records share",
        empty="No two records share an identifier.",
    )
    columns: dict[str, Any] = {
        "source": "Source",
        "record_id": st.column_config.TextColumn("Record", width="medium"),
        "joined_by": "Came as",
        "valid_from": st.column_config.DatetimeColumn("Belongs since", format="D MMM YYYY"),
        "is_reference": st.column_config.CheckboxColumn("Only evidence"),
        "is_deleted": st.column_config.CheckboxColumn("Deleted there"),
        "identifiers": st.column_config.TextColumn("Identifiers", width="large"),
    }
    told = (written["identifier_type"] + ": " + written["identifier_value"]).groupby(written["record_id"]).agg(", ".join)
    records = known.drop_duplicates("record_id").drop(columns=["identifier_type", "identifier_value"])
    records = records.assign(identifiers=records["record_id"].map(told))
    table(records, "customer_records", columns, alt="Records of this person", zone=basis.time_zone, empty="No records are known.")


def _shared(written: pd.DataFrame) -> pd.DataFrame:
    """The identifiers that stand in more than one record of the person, the most telling first."""
    found = written.groupby(["identifier_type", "identifier_value"], as_index=False).agg(
        records=("record_id", "nunique"), sources=("source", lambda sources: ", ".join(sorted(set(sources))))
    )
    return found[found["records"] > 1].sort_values("records", ascending=False, kind="stable")


if __name__ == "__main__":
    show("Customers", "One person, found by whatever is known of them.", _page)
