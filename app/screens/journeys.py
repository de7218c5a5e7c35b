"""Journeys: where customers go from stage to stage, where they stop, and where it hurts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask
from app.shell import show
from app.tables import table

_MONTHS = "select distinct cohort_month from journey_transitions order by 1 desc"
_FLOWS = """
select step_no, from_stage, to_stage, sum(customers)::bigint as customers, sum(moved_on)::bigint as moved_on
from journey_transitions
where step_no <= ? and (? is null or cohort_month = ?)
group by all order by step_no, from_stage, to_stage
"""
_SEGMENTS = "select distinct segment from journey_dropoff where segment_type = 'first_touch_channel' order by 1"
_FUNNELS = """
select funnel, from_step, to_step, window_days, month, entered, reached, dropped, reached_percent, reached_percent_low,
    reached_percent_high, segment
from journey_dropoff
where segment = ? and entered > 0 and n_immature = 0 and month + interval 1 month <= data_as_of
qualify row_number() over (partition by funnel, from_step, to_step, window_days order by month desc) = 1
order by funnel desc, case from_step when 'visited' then 1 when 'looked at more pages' then 2 when 'met us' then 1 else 3 end, to_step, window_days
"""
_PERIODS = "select distinct period_start from pain_points where grain = ? order by 1 desc"
_PAIN = """
select pain_rank, touchpoint, channel, stage, contacts, judged, negative, negative_percent, negative_percent_low, negative_percent_high,
    is_small_n, customers_let_down, revenue_at_stake, pain, example_references, period_start, grain
from pain_points where grain = ? and period_start = ? order by pain_rank limit 50
"""
_PATHS = """
select phase, path_rank, path, customers, percent_of_customers, buyers_percent, median_days_to_purchase, net_revenue_reporting
from journey_paths where path_rank <= 15 order by phase, path_rank
"""
_BLIND = """
select touchpoint, channel, stage, contacts, judged, judged_percent, mature, answered_percent, month
from feedback_coverage
where is_blind_spot and month = (select max(month) from feedback_coverage where mature > 0)
order by contacts desc limit 50
"""
_WHOLE = "all months"


def _page(basis: Basis) -> None:
    _flow()
    _funnels()
    _pain(basis)
    _paths(basis)
    _blind_spots()


def _flow() -> None:
    st.subheader("From stage to stage", anchor=False)
    months = list(ask(_MONTHS)["cohort_month"])
    if not months:
        st.info("No customer has a journey yet.")
        return
    left, right = st.columns([2, 1])
    chosen = left.selectbox(
        "First contact in", [_WHOLE, *months], format_func=lambda m: m if m == _WHOLE else words.month(m), key="cohort"
    )
    steps = right.slider("Steps", 2, 6, 2, key="steps")
    month = None if chosen == _WHOLE else chosen
    flows = ask(_FLOWS, steps, month, month)
    if flows.empty:
        st.caption("Nobody had a first contact in that month.")
        return
    charts.draw(
        charts.sankey(
            [f"{step}|{stage}" for step, stage in zip(flows["step_no"], flows["from_stage"], strict=True)],
            [f"{step + 1}|{stage}" for step, stage in zip(flows["step_no"], flows["to_stage"], strict=True)],
            list(flows["customers"]),
            charts.STAGES,
        ),
        key="flow",
        alt=f"How many customers went from stage to stage in their first {steps} steps",
    )
    columns = {"step_no": "Step", "from_stage": "From", "to_stage": "To", "customers": "Customers", "moved_on": "Moved on"}
    table(flows, "journey_transitions", columns, alt="Flows between stages", folded=True)


def _funnels() -> None:
    st.subheader("Who goes on to the next step", anchor=False)
    channels = list(ask(_SEGMENTS)["segment"])
    segment = st.selectbox("First met us through", ["all", *channels], format_func=words.label, key="first_touch")
    found = ask(_FUNNELS, segment)
    if found.empty:
        st.caption("No month is old enough to tell yet.")
        return
    found = found.assign(
        step=[
            f"{row.from_step} → {row.to_step}" + (f" in {row.window_days} days" if row.window_days else "")
            + f": {row.reached_percent:.0f} % of {row.entered:,} ({row.month:%b %Y})"
            for row in found.itertuples()
        ]
    )  # fmt: skip
    charts.draw(
        charts.bars(
            found, "step", "reached_percent", unit="percent who went on", low="reached_percent_low", high="reached_percent_high"
        ),
        key="funnels",
        alt="Percent who reached each next step, with its 95 % interval",
    )
    st.caption("The newest month whose customers have all had the time each step is given.")
    columns: dict[str, Any] = {
        "step": "Step",
        "entered": cells.count("Entered"),
        "reached": cells.count("Reached"),
        "dropped": cells.count("Dropped"),
        "reached_percent": cells.percent("Reached"),
    }
    table(found, "journey_dropoff", columns, alt="Funnels step by step", folded=True)


def _pain(basis: Basis) -> None:
    st.subheader("Where it hurts", anchor=False)
    left, right = st.columns(2)
    grain = left.segmented_control("Per", ["month", "week"], default="month", required=True, key="pain_grain")
    periods = list(ask(_PERIODS, grain)["period_start"])
    if not periods:
        st.caption("Nobody has said how a contact was yet.")
        return
    said = words.month if grain == "month" else lambda day: f"week of {day:%d %b %Y}"
    period = right.selectbox(grain.capitalize(), periods, index=min(1, len(periods) - 1), format_func=said, key="pain_period")
    found = ask(_PAIN, grain, period)
    found = found.assign(
        revenue_at_stake=found["revenue_at_stake"] / basis.scale,
        pain=found["pain"] / basis.scale,
        named=[
            f"{row.touchpoint} ({words.label(row.channel)}, {words.label(row.stage)}): {row.negative} of {row.judged} negative"
            for row in found.itertuples()
        ],
    )
    worst = found.head(8)
    charts.draw(
        charts.bars(worst, "named", "pain", unit=f"pain, {basis.currency}", colour=charts.BAD),
        key="pain",
        alt="Worst touchpoints by pain",
    )
    st.caption(
        "Pain: negative share times contacts times what a customer let down is worth in a year. It ranks; it does not add up."
    )
    table(found, f"pain_points_{grain}", _pain_columns(basis), alt="Pain points, the worst first")


def _pain_columns(basis: Basis) -> dict[str, Any]:
    return {
        "pain_rank": "Rank",
        "touchpoint": "Touchpoint",
        "channel": cells.code("Channel"),
        "stage": "Stage",
        "contacts": cells.count("Contacts"),
        "negative_percent": cells.percent("Negative"),
        "negative_percent_low": cells.number("from"),
        "negative_percent_high": cells.number("to"),
        "customers_let_down": cells.count("Let down"),
        "revenue_at_stake": cells.money("At stake", basis),
        "pain": cells.money("Pain", basis),
        "is_small_n": cells.flag("Few"),
        "example_references": cells.text("Examples (look up under Voice)"),
    }


def _paths(basis: Basis) -> None:
    st.subheader("The most travelled paths", anchor=False)
    found = ask(_PATHS)
    found = found.assign(
        phase=found["phase"].map(words.label), net_revenue_reporting=found["net_revenue_reporting"] / basis.scale
    )
    columns: dict[str, Any] = {
        "phase": "Phase",
        "path": cells.text("Path"),
        "customers": cells.count("Customers"),
        "percent_of_customers": cells.percent("Of all"),
        "buyers_percent": cells.percent("Bought"),
        "median_days_to_purchase": cells.count("Median days to purchase"),
        "net_revenue_reporting": cells.money("Net revenue", basis),
    }
    table(
        found,
        "journey_paths",
        columns,
        alt="The most common paths before and from the first purchase on",
        empty="No path has been travelled yet.",
    )


def _blind_spots() -> None:
    st.subheader("Where nobody asks", anchor=False)
    st.caption("Touchpoints of the newest month where hardly any contact was judged by whoever had it.")
    columns: dict[str, Any] = {
        "touchpoint": "Touchpoint",
        "channel": "Channel",
        "stage": "Stage",
        "contacts": cells.count("Contacts"),
        "judged_percent": cells.percent("Judged"),
        "answered_percent": cells.percent("Answered within 30 days"),
    }
    table(
        ask(_BLIND),
        "blind_spots",
        columns,
        alt="Touchpoints hardly anybody judged",
        empty="Every touchpoint is judged often enough.",
    )


if __name__ == "__main__":
    show("Journeys", "Where customers go, where they stop, and where it hurts.", _page)
