"""What every family of KPI truth shares: facts, windows of local days, and amounts in the reporting currency."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.sandbox.planting import money
from ingest.sandbox.told import Order, Period

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_MONTH = date(2025, 1, 1)
DAY_US = 86_400_000_000
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One KPI in one period."""

    kpi_id: str
    variant: str
    period_start: date
    numerator: float | None
    denominator: float | None
    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of local days; `start` and `end` are UTC microseconds, half-open. `day` is what the period is called by."""

    day: date
    start: int
    end: int

    @classmethod
    def of(cls, first: date, end: date, called: date) -> Window:
        return cls(called, midnight(first), midnight(end))

    def holds(self, instant: int) -> bool:
        return self.start <= instant < self.end


def months(clock: datetime) -> list[Window]:
    """The months from the first to the one `clock` falls into."""
    today = clock.astimezone(BERLIN).date()
    found, first = [], FIRST_MONTH
    while first <= today:
        following = (first + timedelta(days=32)).replace(day=1)
        found.append(Window.of(first, following, first))
        first = following
    return found


def midnight(day: date) -> int:
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=BERLIN))


def microseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


def ratio(kpi_id: str, variant: str, window: Window, numerator: float, denominator: float, n: int, scale: float = 100) -> Fact:
    value = scale * numerator / denominator if denominator else None
    return Fact(kpi_id, variant, window.day, float(numerator), float(denominator), value, n)


def amount(kpi_id: str, variant: str, window: Window, value: float | None, n: int) -> Fact:
    return Fact(kpi_id, variant, window.day, None, None, value, n)


def euros(minor: float, source: str, currency: str, month: date) -> float:
    """An amount in euros at the rate of `month`; Stripe counts some currencies' minor units its own way."""
    places = money.digits("stripe_digits" if source == "stripe" else "minor_digits")[currency]
    return minor / 10.0**places * money.rates()[month, currency]


def day_of(instant: int) -> date:
    """The local day an instant (UTC microseconds) falls on."""
    return datetime.fromtimestamp(instant / 1_000_000, BERLIN).date()


def mean(kpi_id: str, variant: str, window: Window, values: list[float]) -> Fact:
    """The mean of `values` with their sum above and their number below the line."""
    return ratio(kpi_id, variant, window, sum(values), len(values), len(values), scale=1)


def active(periods: list[Period], instant: int) -> list[Period]:
    """The paid periods that cover `instant`."""
    return [period for period in periods if period.start <= instant < period.end]


def is_paid(order: Order) -> bool:
    return order.status == "paid" and not order.is_test


@cache
def settings(seed: str) -> list[dict[str, str]]:
    """The rows of a seed of the KPI settings, which the warehouse reads too."""
    path = Path(__file__).parents[3] / "dbt_project" / "seeds" / "kpi" / f"{seed}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def margin(revenue_kind: str, day: date) -> float:
    """Gross margin as a share of revenue that holds on `day`."""
    rows = [(row["valid_from"], row["margin"]) for row in settings("gross_margins") if row["revenue_kind"] == revenue_kind]
    return float(max(row for row in rows if date.fromisoformat(row[0]) <= day)[1])
