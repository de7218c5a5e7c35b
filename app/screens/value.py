"""Value: recurring revenue, who stays, who is worth what, and what initiatives brought."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask
from app.shell import show
from app.tables import table

_BRIDGE = "select * exclude (data_as_of) from mrr_bridge order by month"
_COHORTS = "select * exclude (data_as_of) from mrr_cohorts order by cohort_month, months_since"
_CELLS = """
select recency_score, frequency_score, sum(customers)::bigint as customers, sum(revenue_in_year) as revenue_in_year
from segment_sizes where recency_score is not null group by all order by all
"""
_SEGMENTS = """
select {by} as segment, sum(customers)::bigint as customers, sum(revenue_in_year) as revenue_in_year
from segment_sizes where {by} is not null group by all order by revenue_in_year desc nulls last, customers desc
"""
_ROI = """
select initiative, line, benefit, cost, net_benefit, roi_percent, payback_months, confidence, method, n_measured, is_small_n, caveat
from cem_roi order by initiative
"""
_MOVES = ("new", "reactivation", "expansion", "contraction", "churn", "fx")
_LOST = ("contraction", "churn")
_TOLD_MONTHS = (0, 1, 2, 3, 4, 5, 6, 9, 12, 18, 24, 36)  # a phone has no room for more; the table holds every month
_BY = {"rfm_segment": "RFM segment", "life_cycle_stage": "Stage of life", "persona": "Persona"}


def _page(basis: Basis) -> None:
    st.subheader("Monthly recurring revenue", anchor=False)
    _bridge(basis)
    st.subheader("Who stays, by the month they began", anchor=False)
    _cohorts(basis)
    st.subheader("Customers by when and how often they buy", anchor=False)
    _cells(basis)
    st.subheader("Segments", anchor=False)
    _segments(basis)
    st.subheader("What initiatives brought", anchor=False)
    _initiatives(basis)


def _bridge(basis: Basis) -> None:
    months = ask(_BRIDGE)
    if months.empty:
        st.info("Nobody pays by the month yet.")
        return
    amounts = [column for column in months if column.endswith("_mrr")]
    months[amounts] = (months[amounts] / basis.scale).round(2)
    over = months["is_complete"].astype(bool).to_numpy()
    newest = int(over.nonzero()[0][-1]) if over.any() else len(months) - 1
    month = st.selectbox(
        "Month", list(months["month"])[::-1], index=len(months) - 1 - newest, format_func=words.month, key="bridge_month"
    )
    row = months[months["month"] == month].iloc[0]
    steps = [(name, float(row[f"{name}_mrr"]) * (-1 if name in _LOST else 1), False) for name in _MOVES]
    left, right = st.columns(2)
    with left:
        st.markdown(f"**What made {words.month(month)} of the month before**")
        figure = charts.waterfall(
            [("opening", float(row["opening_mrr"]), True), *steps, ("closing", float(row["closing_mrr"]), True)],
            unit=basis.currency,
        )
        charts.draw(figure, key="bridge", alt=f"From opening to closing MRR in {words.month(month)}")
    with right:
        st.markdown("**MRR at the end of each month**")
        shown = months.assign(value=months["closing_mrr"], period_start=months["month"])
        charts.draw(
            charts.trend(shown, unit=basis.currency, name="closing MRR", height=360), key="mrr", alt="Closing MRR month by month"
        )
    columns: dict[str, Any] = {
        "month": cells.month(),
        **{column: cells.money(words.label(column.removesuffix("_mrr")).capitalize(), basis) for column in amounts},
        "is_complete": cells.flag("Month is over"),
    }
    table(months.iloc[::-1], "mrr_bridge", columns, alt=f"MRR bridge by month, {basis.currency}", folded=True)


def _cohorts(basis: Basis) -> None:
    found = ask(_COHORTS)
    if found.empty:
        st.caption("No month in which customers began to pay is over yet.")
        return
    kinds = {"paying_percent": "Customers", "mrr_percent": "MRR"}
    kind = st.segmented_control(
        "Still there, percent of their first month",
        list(kinds),
        format_func=kinds.__getitem__,
        default="paying_percent",
        required=True,
        key="kind",
    )
    told = found[found["months_since"].isin(_TOLD_MONTHS)]
    grid = told.pivot_table(index="cohort_month", columns="months_since", values=kind, aggfunc="first")
    text = [[f"{value:.0f}" if words.is_known(value) else "" for value in row] for row in grid.to_numpy()]
    size = found.drop_duplicates("cohort_month").set_index("cohort_month")["customers"]
    grid.index = [f"{began:%b %Y} ({size[began]:,})" for began in grid.index]
    figure = charts.heat(
        grid, unit="percent", across="months since they began", down="began (customers)", text=text, height=140 + 24 * len(grid)
    )
    charts.draw(figure, key="cohorts", alt=f"Percent of each month's new {kinds[kind]} still there in each later month")
    columns: dict[str, Any] = {
        "cohort_month": cells.month("Began"),
        "months_since": "Months since",
        "customers": "Customers",
        "paying": "Still pay",
        "paying_percent": cells.percent("Still pay"),
        "mrr_percent": cells.percent("MRR"),
    }
    table(found, "mrr_cohorts", columns, alt="Cohorts by month", folded=True)


def _cells(basis: Basis) -> None:
    found = ask(_CELLS)
    if found.empty:
        st.caption("Nobody has bought yet.")
        return
    scores = range(1, 6)
    counts = found.pivot_table(index="recency_score", columns="frequency_score", values="customers").reindex(
        index=scores[::-1], columns=scores
    )
    worth = found.pivot_table(index="recency_score", columns="frequency_score", values="revenue_in_year").reindex(
        index=scores[::-1], columns=scores
    )
    left, right = st.columns(2)
    for place, grid, unit, key in (
        (left, counts, "customers", "cells"),
        (right, worth / basis.scale, basis.currency, "cells_worth"),
    ):
        text = [[f"{value:,.0f}" if words.is_known(value) else "" for value in row] for row in grid.to_numpy()]
        with place:
            st.markdown(f"**{unit.capitalize() if unit == 'customers' else f'Revenue in a year, {unit}'}**")
            figure = charts.heat(
                grid, unit=unit, across="frequency, 5 most often", down="recency, 5 newest", text=text, height=320
            )
            charts.draw(figure, key=key, alt=f"{unit} by recency and frequency score")


def _segments(basis: Basis) -> None:
    by = st.segmented_control(
        "By", list(_BY), format_func=_BY.__getitem__, default="rfm_segment", required=True, key="segments_by"
    )
    found = ask(_SEGMENTS.format(by=by))
    found = found.assign(revenue_in_year=found["revenue_in_year"] / basis.scale, segment=found["segment"].map(words.label))
    columns: dict[str, Any] = {
        "segment": _BY[by],
        "customers": cells.count("Customers"),
        "revenue_in_year": cells.money("Revenue in a year", basis),
    }
    table(
        found.round(2), f"segments_{by}", columns, alt=f"Customers and revenue by {_BY[by]}", empty="Nobody is in a segment yet."
    )


def _initiatives(basis: Basis) -> None:
    found = ask(_ROI)
    for column in ("benefit", "cost", "net_benefit"):
        found[column] = found[column] / basis.scale
    columns: dict[str, Any] = {
        "initiative": "Initiative",
        "benefit": cells.money("Benefit", basis),
        "cost": cells.money("Cost", basis),
        "roi_percent": cells.number("ROI, %", 0),
        "payback_months": cells.count("Payback, months"),
        "confidence": "Confidence",
        "n_measured": "n",
        "is_small_n": cells.flag("Few"),
        "caveat": cells.text("Mind"),
    }
    table(found.round(2), "cem_roi", columns, alt="What initiatives brought", empty="No initiative is told.")


if __name__ == "__main__":
    show("Value", "Recurring revenue, who stays, who is worth what.", _page)
