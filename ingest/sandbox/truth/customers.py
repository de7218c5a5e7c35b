"""Who stays and what they are worth: churn, retention, recurring revenue kept, customer lifetime value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ingest.sandbox.told import Period, Told
from ingest.sandbox.truth.movements import Bridge, bridges
from ingest.sandbox.truth.orders import CONSTANT_MONTH
from ingest.sandbox.truth.shape import DAY_US, Fact, Window, active, amount, day_of, euros, is_paid, margin, midnight, ratio

MONTH_US = 365.25 / 12 * DAY_US
ASSUMED_CHURN = 0.0167


def customers(told: Told, complete: list[Window], clock: datetime) -> Iterable[Fact]:
    """KPIs that compare who is a customer at instants, for months that are over."""
    moved = {bridge.month: bridge for bridge in bridges(told.periods, clock)}
    for place, month in enumerate(complete):
        before, after = _people(told.periods, month.start), _people(told.periods, month.end)
        yield from _churn(month, told, before, after)
        yield from _mrr(month, told, before, after)
        yield from _mrr_churn(month, moved[month.day], len(before))
        yield from _kept(month, told, complete[place - 11].start if place >= 11 else None)
        yield _historic_value(month, told)
        yield _transactional_value(month, told)


def _people(periods: list[Period], instant: int) -> set[str]:
    return {period.person_id for period in active(periods, instant)}


def _churn(month: Window, told: Told, before: set[str], after: set[str]) -> Iterable[Fact]:
    lost, started = before - after, len(before)
    yield ratio("logo_churn_rate", "standard", month, len(lost), started, started)
    yield ratio("retention_rate", "standard", month, len(before & after), started, started)
    unpaid = {period.person_id for period in told.uncollectible if period.start <= month.end and period.end > month.start}
    yield ratio("logo_churn_rate", "involuntary", month, len(lost & unpaid), started, started)
    recent = {period.person_id for period in told.periods if period.start <= month.end and period.end > month.end - 30 * DAY_US}
    yield ratio("logo_churn_rate", "stripe_30d", month, len(recent - after), len(recent), len(recent))
    rates, day = [], month.day
    while midnight(day) < month.end:
        here, next_day = _people(told.periods, midnight(day)), day + timedelta(days=1)
        if here:
            rates.append(len(here - _people(told.periods, midnight(next_day))) / len(here))
        day = next_day
    yield amount("logo_churn_rate", "sum_of_daily_rates", month, 100 * sum(rates) if rates else None, started)


def _mrr(month: Window, told: Told, before: set[str], after: set[str]) -> Iterable[Fact]:
    periods = active(told.periods, month.end)
    total = sum(euros(period.mrr_minor, "stripe", period.currency, month.day) for period in periods)
    constant = sum(euros(period.mrr_minor, "stripe", period.currency, CONSTANT_MONTH) for period in periods)
    yield Fact("mrr", "standard", month.day, total, None, total, len(after))
    yield Fact("mrr", "constant_currency", month.day, constant, None, constant, len(after))
    yield ratio("arpa", "standard", month, total, len(after), len(after), scale=1)
    if not before or not after:
        yield ratio("clv_formula", "standard", month, 0, 0, 0)
        return
    churn = len(before - after) / len(before) or ASSUMED_CHURN
    yield ratio(
        "clv_formula", "standard", month, total / len(after) * margin("subscriptions", month.day), churn, len(after), scale=1
    )


def _mrr_churn(month: Window, moved: Bridge, started: int) -> Iterable[Fact]:
    opening = (moved.opening_mrr + moved.fx_mrr) / 100
    gone = (moved.churn_mrr + moved.contraction_mrr) / 100
    won = (moved.expansion_mrr + moved.reactivation_mrr) / 100
    yield ratio("mrr_churn_rate", "gross", month, gone, opening, started)
    yield ratio("mrr_churn_rate", "net", month, gone - won, opening, started)


def _kept(month: Window, told: Told, a_year_ago: int | None) -> Iterable[Fact]:
    """What those who paid a year ago pay now, both at today's rates; new customers stay out."""
    then = _worth(told.periods, a_year_ago, month.day) if a_year_ago is not None else {}
    now = _worth(told.periods, month.end, month.day)
    total, n = sum(then.values()), len(then)
    yield ratio("revenue_retention", "nrr", month, sum(now.get(person, 0) for person in then), total, n)
    yield ratio("revenue_retention", "grr", month, sum(min(now.get(person, 0), had) for person, had in then.items()), total, n)


def _worth(periods: list[Period], instant: int, rates_of: date) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for period in active(periods, instant):
        sums[period.person_id] += euros(period.mrr_minor, "stripe", period.currency, rates_of)
    return sums


def _historic_value(month: Window, told: Told) -> Fact:
    """Margin to date per customer: orders less refunds, and the part of each paid period that has passed."""
    following = (month.day + timedelta(days=32)).replace(day=1)
    people, total = set(), 0.0
    for order in told.orders:
        if is_paid(order) and order.ordered_on < following:
            people.add(order.person_id)
            net = euros(order.net_minor - order.refunded_minor, order.source, order.currency, order.ordered_on.replace(day=1))
            total += net * margin("orders", order.ordered_on)
    for period in told.periods:
        if period.start < month.end:
            people.add(period.person_id)
            began = day_of(period.start)
            passed = (min(period.end, month.end) - period.start) / MONTH_US
            total += (
                euros(period.mrr_minor, "stripe", period.currency, began.replace(day=1)) * passed * margin("subscriptions", began)
            )
    return ratio("clv_historic", "standard", month, total, len(people), len(people), scale=1)


def _transactional_value(month: Window, told: Told) -> Fact:
    """Order value x orders per buyer x margin / share of last year's buyers who did not come back."""
    month_of = {month.day.year * 12 + month.day.month - back: back for back in range(24)}
    recent: list[tuple[str, float]] = []
    earlier = set()
    for order in told.orders:
        back = month_of.get(order.ordered_on.year * 12 + order.ordered_on.month)
        if is_paid(order) and back is not None and back < 12:
            recent.append(
                (order.person_id, euros(order.net_minor, order.source, order.currency, order.ordered_on.replace(day=1)))
            )
        elif is_paid(order) and back is not None:
            earlier.add(order.person_id)
    buyers = {person for person, _ in recent}
    gone = len(earlier - buyers) / len(earlier) if earlier else 0
    if not buyers or not gone:
        return ratio("clv_formula", "transactional", month, 0, 0, 0)
    yearly = sum(net for _, net in recent) / len(buyers) * margin("orders", month.day)
    return ratio("clv_formula", "transactional", month, yearly, gone, len(buyers), scale=1)
