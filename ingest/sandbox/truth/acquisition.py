"""Where customers come from: acquisition, conversion of leads and trials, what a new customer costs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ingest.sandbox.told import Lead, Order, Period, Told
from ingest.sandbox.truth.shape import DAY_US, Fact, Window, active, euros, is_paid, ratio, settings

TRIAL_DAYS = 7


def referrals(told: Told, month: Window) -> Fact:
    """Leads of the month who were referred, of those whose source is known."""
    known = [lead for lead in told.leads if lead.source and month.holds(lead.created_at)]
    referred = sum(_kind(lead) == "referral" for lead in known)
    return ratio("referral_rate", "standard", month, referred, len(known), len(known))


def acquisition(told: Told, complete: list[Window], now: int) -> Iterable[Fact]:
    """KPIs of months that are over."""
    became = _first_purchases(told)
    kinds = {lead.person_id: _kind(lead) for lead in told.leads}
    yield from conversions(told, complete, now)
    for month in complete:
        new = _new(became, month)
        yield _trials(month, told, now)
        yield from _costs(month, told, len(new), sum(kinds.get(person) == "paid" for person in new))


def conversions(told: Told, complete: list[Window], now: int) -> Iterable[Fact]:
    """Who is won, of the customers there are and of the leads there were."""
    orders = [order for order in told.orders if is_paid(order)]
    became = _first_purchases(told)
    for month in complete:
        customers = len(customers_at(told, orders, month.start))
        yield ratio("acquisition_rate", "standard", month, len(_new(became, month)), customers, customers)
        yield _conversion(month, told, became, now)


def customers_at(told: Told, paid: list[Order], instant: int) -> set[str]:
    """Whoever pays for a subscription then, or placed one of the `paid` orders in the 365 days before."""
    buyers = {order.person_id for order in paid if instant - 365 * DAY_US < order.ordered_at <= instant}
    return buyers | {period.person_id for period in active(told.periods, instant)}


def _new(became: dict[str, int], month: Window) -> list[str]:
    return [person for person, instant in became.items() if month.holds(instant)]


def _kind(lead: Lead) -> str | None:
    return {row["acquisition_source"]: row["source_kind"] for row in settings("acquisition_sources")}.get(lead.source or "")


def _first_purchases(told: Told) -> dict[str, int]:
    became: dict[str, int] = {}
    bought = [(order.person_id, order.ordered_at) for order in told.orders if is_paid(order)]
    for person, instant in bought + [(period.person_id, period.start) for period in told.periods]:
        became[person] = min(instant, became.get(person, instant))
    return became


def _conversion(month: Window, told: Told, became: dict[str, int], now: int) -> Fact:
    """Leads of the month whose ninety days are over, and how many of them bought within those."""
    created = {lead.person_id: lead.created_at for lead in told.leads if month.holds(lead.created_at)}
    mature = {
        person: instant for person, instant in created.items()
        if became.get(person, instant) >= instant and instant + 90 * DAY_US <= now
    }  # fmt: skip
    converted = sum(person in became and became[person] <= instant + 90 * DAY_US for person, instant in mature.items())
    return ratio("conversion_rate", "standard", month, converted, len(mature), len(mature))


def _trials(month: Window, told: Told, now: int) -> Fact:
    """Trials that ended in the month, a week ago at least, and how many of them were paid for within that week."""
    paid: dict[str, list[Period]] = {}
    for period in told.periods:
        paid.setdefault(period.subscription_id, []).append(period)
    ended = [trial for trial in told.trials if month.holds(trial.ends_at) and trial.ends_at + TRIAL_DAYS * DAY_US <= now]
    kept = [
        trial for trial in ended
        if any(0 <= period.start - trial.ends_at <= TRIAL_DAYS * DAY_US for period in paid.get(trial.subscription_id, []))
    ]  # fmt: skip
    return ratio("trial_conversion_rate", "standard", month, len(kept), len(ended), len(ended))


def media_spend(told: Told, month: Window) -> float:
    """What the month's advertising cost, without the channels that keep customers, in the reporting currency."""
    apart = {row["channel"] for row in settings("channel_cost_kinds") if row["cost_kind"] != "media"}
    spent = [day for day in told.spend if day.spent_on.replace(day=1) == month.day and day.channel not in apart]
    return sum(euros(day.amount_minor, "", day.currency, month.day) for day in spent)


def _costs(month: Window, told: Told, new: int, new_paid: int) -> Iterable[Fact]:
    media = media_spend(told, month)
    other = sum(
        euros(float(row["amount_minor"]), "", row["currency_code"], month.day)
        for row in settings("acquisition_costs") if date.fromisoformat(row["cost_month"]) == month.day
    )  # fmt: skip
    yield Fact("acquisition_spend", "media", month.day, media, None, media, new)
    yield Fact("acquisition_spend", "loaded", month.day, media + other, None, media + other, new)
    yield ratio("cac", "paid", month, media, new_paid, new_paid, scale=1)
    yield ratio("cac", "loaded", month, media + other, new_paid, new_paid, scale=1)
    yield ratio("cac", "blended", month, media + other, new, new, scale=1)
