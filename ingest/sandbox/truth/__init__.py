"""The KPIs of the planted company, computed from its truth by plain Python over `told`: what the warehouse must arrive at.

Nothing here reads a vendor record, a warehouse table or a dbt model; the definitions are those of the KPI standards, one module
per family. Months and days are Berlin's, half-open. Ratios are NULL without a denominator.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Told
from ingest.sandbox.truth.acquisition import acquisition, referrals
from ingest.sandbox.truth.care import care
from ingest.sandbox.truth.consent import consent
from ingest.sandbox.truth.customers import customers
from ingest.sandbox.truth.orders import orders
from ingest.sandbox.truth.shape import BERLIN, Fact, Window, microseconds, months
from ingest.sandbox.truth.social import social
from ingest.sandbox.truth.support import support
from ingest.sandbox.truth.surveys import latest, nps, surveys

__all__ = ["Fact", "facts", "kpi_truth"]

SCHEMA = pa.schema([
    ("kpi_id", pa.string()), ("variant", pa.string()), ("period_start", pa.date32()), ("numerator", pa.float64()),
    ("denominator", pa.float64()), ("value", pa.float64()), ("n", pa.int64()),
])  # fmt: skip


def kpi_truth(directory: Path, clock: datetime) -> pa.Table:
    """Every KPI per month as the vendors would have told it by `clock`, and the trailing NPS of the last thirty whole days.

    Months run from January 2025; the running one has only the KPIs that need no state at its end.
    """
    return pa.Table.from_pylist([asdict(fact) for fact in facts(told_by(directory, clock), clock)], schema=SCHEMA)


def facts(told: Told, clock: datetime) -> list[Fact]:
    """The same from what was told by `clock`, wherever that comes from."""
    now = microseconds(clock)
    found: list[Fact] = []
    for month in months(clock):
        found += surveys(told, month, now)
        found += support(told, month, now)
        found += orders(told, month)
        found += social(month, [post for post in told.posts if month.holds(post.posted_at)])
        found.append(referrals(told, month))
    complete = [month for month in months(clock) if month.end <= now]
    found += customers(told, complete, clock)
    found += acquisition(told, complete, now)
    found += care(told, complete, now)
    found += consent(told, complete)
    found += [nps("nps_trailing_90d", "standard", window, latest(told.answers, "nps", window)) for window in _trailing(clock)]
    return found


def _trailing(clock: datetime) -> list[Window]:
    """For each of the last thirty whole days, the ninety days that end with it."""
    today = clock.astimezone(BERLIN).date()
    ends = [today - timedelta(days=back) for back in range(30)]
    return [Window.of(end - timedelta(days=90), end, end - timedelta(days=1)) for end in ends]
