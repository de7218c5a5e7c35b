"""Scorecard: every KPI against its target, how sure it is, whether it moved, and in which segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cells, charts, words
from app.data import Basis, ask
from app.shell import show
from app.tables import table

if TYPE_CHECKING:
    import pandas as pd

_TARGETS = """
select
    t.kpi_id, t.variant, c.name, c.formula, t.owner, t.aim, t.unit, t.direction, t.deadline, t.status, t.attainment, t.time_passed,
    t.measured_month, t.value, t.n, t.interval_low, t.interval_high, p.change, p.p_value, p.is_significant_change, p.is_small_n
from kpi_targets as t
join kpi_catalog as c using (kpi_id, variant)
left join kpi_period as p
    on p.kpi_id = t.kpi_id and p.variant = t.variant and p.period_start = t.measured_month and p.segment_type = 'all'
order by case t.status when 'missed' then 1 when 'behind' then 2 when 'on pace' then 3 when 'met' then 4 else 5 end, c.name
"""
_NEWEST = """
select
    c.name, p.period_start, p.value, p.unit, p.change, p.interval_low, p.interval_high, p.n, p.is_significant_change, p.is_small_n,
    p.p_value, p.q_value, p.numerator, p.denominator, p.direction, p.kpi_id, p.variant, c.formula, c.owner
from kpi_period as p
join kpi_catalog as c using (kpi_id, variant)
where p.segment_type = 'all' and p.is_complete and p.value is not null
qualify row_number() over (partition by p.kpi_id, p.variant order by p.period_start desc) = 1
order by c.name
"""
_SERIES = """
select * from kpi_period where kpi_id = ? and variant = ? and segment_type = ? order by segment, period_start
"""
_SPARKS = """
select kpi_id, variant, value from kpi_period
where segment_type = 'all' and is_complete and value is not null order by kpi_id, variant, period_start
"""
_RESTATED = """
select restated_at, period_start, segment_type, segment, published_value, value, change, published_n, n, cause, causes
from kpi_restatements where kpi_id = ? and variant = ? order by restated_at desc, period_start desc, segment_type, segment limit 200
"""
_ACROSS = 4
_MOOD = {"missed": "red", "behind": "red", "met": "green"}  # red and green as the theme draws them: vermilion and blue
_CUTS = {"all": "Whole", "country_code": "By country", "channel": "By channel", "source": "By source"}


def _page(basis: Basis) -> None:
    targets, newest = ask(_TARGETS), ask(_NEWEST)
    if newest.empty:
        st.info("No KPI has a complete month yet; the first appears when a month of data is over.")
        return
    _cards(targets, basis)
    st.subheader("One KPI over time", anchor=False)
    _one(_choose(newest, targets), targets, basis)
    st.subheader("All KPIs, newest complete month", anchor=False)
    _all(newest, basis)


def _cards(targets: pd.DataFrame, basis: Basis) -> None:
    if targets.empty:
        st.caption("No targets are set; `dbt_project/seeds/kpi/kpi_targets.csv` holds them.")
        return
    told = targets["status"].value_counts()
    st.markdown(", ".join(f"**{told[status]}** {status}" for status in told.index) + f" of {len(targets)} targets")
    sparks = {key: list(part["value"])[-12:] for key, part in ask(_SPARKS).groupby(["kpi_id", "variant"])}
    rows = targets.to_dict("records")
    for start in range(0, len(rows), _ACROSS):
        for column, target in zip(st.columns(_ACROSS), rows[start : start + _ACROSS], strict=False):
            with column:
                _card(target, sparks.get((target["kpi_id"], target["variant"]), []), basis)


def _card(target: dict[Any, Any], spark: list[float], basis: Basis) -> None:
    unit, is_sure = str(target["unit"]), target["is_significant_change"] is True or target["is_significant_change"] == 1
    moved = words.difference(target["change"], unit, basis)
    wanted = {"higher_better": "normal", "lower_better": "inverse"}.get(str(target["direction"]), "off")
    with st.container(border=True, height="stretch"):
        st.metric(
            words.plain(target["name"]),
            words.figure(target["value"], unit, basis),
            moved and f"{moved}, {'beyond chance' if is_sure else 'within chance'}",
            delta_color=wanted if is_sure else "off",  # type: ignore[arg-type]
            help=words.plain(target["formula"]),
            chart_data=spark or None,
        )
        aim = words.figure(target["aim"], unit, basis)
        st.markdown(f":{_MOOD.get(target['status'], 'gray')}-badge[{target['status']}] target {aim}")
        st.caption(f"until {target['deadline']:%b %Y}  \n{_sureness(target, basis)}")


def _sureness(row: dict[Any, Any], basis: Basis) -> str:
    """Month, interval and how many it rests on."""
    if not words.is_known(row["measured_month"]):
        return "not measured yet"
    unit, told = str(row["unit"]), [f"{row['measured_month']:%b %Y}"]
    if words.is_known(row["interval_low"]):
        told.append(words.between(row["interval_low"], row["interval_high"], unit, basis))
    told.append(f"n\u00a0=\u00a0{words.count(row['n'])}")
    return " · ".join(told) + (" (few)" if row["is_small_n"] is True else "")


def _choose(newest: pd.DataFrame, targets: pd.DataFrame) -> dict[Any, Any]:
    """The KPI to look at; the first with a target unless somebody chose another."""
    rows = {f"{row['kpi_id']}.{row['variant']}": row for row in newest.to_dict("records")}
    aimed = [f"{row['kpi_id']}.{row['variant']}" for row in targets.to_dict("records")]
    first = next((name for name in ("nps.standard", *aimed) if name in rows), next(iter(rows)))
    chosen = st.selectbox(
        "KPI",
        list(rows),
        index=list(rows).index(first),
        format_func=lambda name: str(rows[name]["name"]),
        key="kpi",
        bind="query-params",
    )
    return dict(rows[chosen])


def _one(kpi: dict[Any, Any], targets: pd.DataFrame, basis: Basis) -> None:
    unit = str(kpi["unit"])
    st.caption(f"{words.plain(kpi['formula'])} · owner: {words.plain(kpi['owner'])}")
    goal = targets[(targets["kpi_id"] == kpi["kpi_id"]) & (targets["variant"] == kpi["variant"])]
    _attainment(goal, unit, basis)
    cut = st.segmented_control("Shown", list(_CUTS), format_func=_CUTS.__getitem__, default="all", required=True, key="cut")
    series = ask(_SERIES, kpi["kpi_id"], kpi["variant"], cut)
    said = words.unit(unit, basis)
    if series.empty or series["value"].isna().all():
        st.caption(f"{words.plain(kpi['name'])} is not told {_CUTS[cut].lower()}.")
    elif cut == "all":
        aim = float(goal["aim"].iloc[0]) if len(goal) else None
        charts.draw(
            charts.trend(series, unit=said, target=aim, name=str(kpi["name"])),
            key="trend",
            alt=f"{kpi['name']} month by month with its 95 % interval" + ("" if aim is None else f" and its target of {aim}"),
        )
    else:
        largest = series.groupby("segment")["n"].sum().sort_values(ascending=False).index[:7]
        shown = series[series["segment"].isin(largest)]
        charts.draw(
            charts.groups(shown, "period_start", "segment", "value", unit=said),
            key="cut-trend",
            alt=f"{kpi['name']} {_CUTS[cut]}",
        )
    table(
        series.sort_values("period_start", ascending=False),
        f"{kpi['kpi_id']}_{cut}",
        _columns(said, cut),
        alt=f"Figures of {kpi['name']}",
    )
    st.markdown("**Months published with another figure before**")
    table(
        ask(_RESTATED, kpi["kpi_id"], kpi["variant"]),
        f"restatements_{kpi['kpi_id']}",
        cells.restated(),
        alt="Months whose published figure changed later",
        zone=basis.time_zone,
        empty="No month of this KPI was published with another figure before.",
    )


def _attainment(goal: pd.DataFrame, unit: str, basis: Basis) -> None:
    """How far it is on the way to its target, as a bar and in words."""
    if goal.empty or not words.is_known(goal["attainment"].iloc[0]):
        return
    row = goal.iloc[0]
    done = min(max(float(row["attainment"]) / 100, 0.0), 1.0)
    st.progress(
        done,
        f"{row['status']}: {row['attainment']:,.0f} % of the way to {words.figure(row['aim'], unit, basis)}, "
        f"{row['time_passed']:,.0f} % of the time passed",
    )


def _columns(unit: str, cut: str) -> dict[str, Any]:
    return {
        "period_start": cells.month(),
        **({} if cut == "all" else {"segment": "Segment"}),
        "value": cells.number(f"Value, {unit}", 2),
        "change": cells.number("Change", 2, signed=True),
        "is_significant_change": cells.flag("Beyond chance"),
        "interval_low": cells.number("Interval from", 2),
        "interval_high": cells.number("to", 2),
        "n": cells.count("n"),
        "is_complete": cells.flag("Month is over"),
    }


def _all(newest: pd.DataFrame, basis: Basis) -> None:
    table(
        newest.assign(unit=newest["unit"].map(lambda unit: words.unit(unit, basis))),
        "kpis",
        {
            "name": "KPI",
            "value": cells.number("Value", 2),
            "unit": "Unit",
            "change": cells.number("Change", 2, signed=True),
            "is_significant_change": cells.flag("Beyond chance"),
            "interval_low": cells.number("Interval from", 2),
            "interval_high": cells.number("to", 2),
            "n": cells.count("n"),
            "period_start": cells.month(),
        },
        alt="Every KPI in its newest complete month",
    )


if __name__ == "__main__":
    show("Scorecard", "Every KPI against its target, with how sure it is and whether it moved.", _page)
