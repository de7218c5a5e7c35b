"""The bridge of monthly recurring revenue from the planted truth: what each month's end adds to and takes from the one before.

Sums over persons in minor units of the reporting currency. A movement is valued at the month's own rate; what the rate alone
changes is `fx`. Opening + new + reactivation + expansion - contraction - churn + fx = closing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Period
from ingest.sandbox.truth.shape import Window, active, euros, months

UNCHANGED = 1e-6
"""Minor units: a sum over several plans may differ in its last binary digit."""


@dataclass(slots=True)
class Bridge:
    """One month's sums."""

    month: date
    opening_mrr: float = 0.0
    new_mrr: float = 0.0
    reactivation_mrr: float = 0.0
    expansion_mrr: float = 0.0
    contraction_mrr: float = 0.0
    churn_mrr: float = 0.0
    fx_mrr: float = 0.0
    closing_mrr: float = 0.0


def mrr_bridge_truth(directory: Path, clock: datetime) -> pa.Table:
    """One row per month that was over at `clock`, from the billing as the vendors had told it by then."""
    found = bridges(told_by(directory, clock).periods, clock)
    schema = pa.schema([(name, pa.date32() if name == "month" else pa.float64()) for name in Bridge.__dataclass_fields__])
    return pa.Table.from_pylist([asdict(bridge) for bridge in found], schema=schema)


def bridges(periods: list[Period], clock: datetime) -> list[Bridge]:
    """The same from billing periods, wherever they come from."""
    now = round(clock.timestamp() * 1_000_000)
    first_paid: dict[str, int] = {}
    for period in periods:
        first_paid[period.person_id] = min(period.start, first_paid.get(period.person_id, period.start))
    return [_bridge(month, periods, first_paid) for month in months(clock) if month.end <= now]


def _bridge(month: Window, periods: list[Period], first_paid: dict[str, int]) -> Bridge:
    before, after = active(periods, month.start), active(periods, month.end)
    earlier = (month.day - timedelta(days=1)).replace(day=1)
    opening, carried, closing = _by_person(before, earlier), _by_person(before, month.day), _by_person(after, month.day)
    bridge = Bridge(month.day, opening_mrr=sum(opening.values()), closing_mrr=sum(closing.values()))
    bridge.fx_mrr = sum(carried.values()) - bridge.opening_mrr
    for person in opening.keys() | closing.keys():
        had, has = carried.get(person, 0.0), closing.get(person, 0.0)
        _book(bridge, had, has, is_new=first_paid[person] >= month.start)
    return bridge


def _book(bridge: Bridge, had: float, has: float, *, is_new: bool) -> None:
    """Adds one person's change to the line it belongs to; the order of the tests is the definition."""
    if not had and is_new:
        bridge.new_mrr += has
    elif not had:
        bridge.reactivation_mrr += has
    elif not has:
        bridge.churn_mrr += had
    elif has - had > UNCHANGED:
        bridge.expansion_mrr += has - had
    elif had - has > UNCHANGED:
        bridge.contraction_mrr += had - has


def _by_person(periods: list[Period], month: date) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for period in periods:
        sums[period.person_id] += 100 * euros(period.mrr_minor, "stripe", period.currency, month)
    return sums
