"""The KPIs of the planted company, computed from its truth by plain Python over `told`: what the warehouse must arrive at.

Nothing here reads a vendor record, a warehouse table or a dbt model; the definitions are those of the KPI standards.
Months and days are Berlin's, half-open. Ratios are NULL without a denominator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from ingest.sandbox.planting import money
from ingest.sandbox.told import Answer, Case, Order, Period, Post, Rating, Told

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_MONTH = date(2025, 1, 1)
OWN_QUERY = 8001
DAY_US = 86_400_000_000
SCHEMA = pa.schema([
    ("kpi_id", pa.string()), ("variant", pa.string()), ("period_start", pa.date32()), ("numerator", pa.float64()),
    ("denominator", pa.float64()), ("value", pa.float64()), ("n", pa.int64()),
])  # fmt: skip


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
        return cls(called, _midnight(first), _midnight(end))

    def holds(self, instant: int) -> bool:
        return self.start <= instant < self.end


def kpi_truth(directory: Path, clock: datetime) -> pa.Table:
    """Every KPI per month as the vendors would have told it by `clock`, and the trailing NPS of the last thirty whole days.

    Months run from January 2025; the running one has only the KPIs that need no state at its end.
    """
    return pa.Table.from_pylist([asdict(fact) for fact in facts(Told.by(directory, clock), clock)], schema=SCHEMA)


def facts(told: Told, clock: datetime) -> list[Fact]:
    """The same from what was told by `clock`, wherever that comes from."""
    now = _microseconds(clock)
    found = [fact for month in months(clock) for fact in _events(told, month)]
    found += _states(told, [month for month in months(clock) if month.end <= now], now)
    found += [_nps("nps_trailing_90d", "standard", window, _latest(told.answers, "nps", window)) for window in _trailing(clock)]
    return found


def months(clock: datetime) -> list[Window]:
    """The months from the first to the one `clock` falls into."""
    today = clock.astimezone(BERLIN).date()
    found, first = [], FIRST_MONTH
    while first <= today:
        following = (first + timedelta(days=32)).replace(day=1)
        found.append(Window.of(first, following, first))
        first = following
    return found


def _trailing(clock: datetime) -> list[Window]:
    """For each of the last thirty whole days, the ninety days that end with it."""
    today = clock.astimezone(BERLIN).date()
    ends = [today - timedelta(days=back) for back in range(30)]
    return [Window.of(end - timedelta(days=90), end, end - timedelta(days=1)) for end in ends]


def _midnight(day: date) -> int:
    return _microseconds(datetime(day.year, day.month, day.day, tzinfo=BERLIN))


def _microseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


def _ratio(kpi_id: str, variant: str, window: Window, numerator: float, denominator: float, n: int, scale: float = 100) -> Fact:
    value = scale * numerator / denominator if denominator else None
    return Fact(kpi_id, variant, window.day, float(numerator), float(denominator), value, n)


def _amount(kpi_id: str, variant: str, window: Window, value: float | None, n: int) -> Fact:
    return Fact(kpi_id, variant, window.day, None, None, value, n)


def _events(told: Told, month: Window) -> Iterable[Fact]:
    """KPIs of what happened in the month."""
    answers = [answer for answer in told.answers if month.holds(answer.responded_at)]
    yield _nps("nps", "standard", month, _latest(answers, "nps", month))
    yield _nps("nps", "all_responses", month, [answer.score for answer in answers if answer.metric == "nps"])
    yield _share("csat", month, _latest(answers, "csat", month), at_least=4)
    yield _good_bad(month, told.ratings)
    efforts = _latest(answers, "ces", month)
    yield _ratio(
        "ces_ease", "standard", month, sum(100 * (score - 1) / 6 for score in efforts), len(efforts), len(efforts), scale=1
    )
    yield _share("ces_pct_easy", month, efforts, at_least=5)
    yield from _resolution(month, [case for case in told.cases if month.holds(case.solved_at)])
    yield from _order_values(
        month, [order for order in told.orders if _is_paid(order) and order.ordered_on.replace(day=1) == month.day]
    )
    yield from _social(month, [post for post in told.posts if month.holds(post.posted_at)])


def _latest(answers: list[Answer], metric: str, window: Window) -> list[int]:
    """The scores in the window, one per respondent and survey: the last one given."""
    last: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        key = (answer.respondent, answer.survey_id)
        if answer.metric != metric or not window.holds(answer.responded_at):
            continue
        if key not in last or (answer.responded_at, answer.response_id) > (last[key].responded_at, last[key].response_id):
            last[key] = answer
    return [answer.score for answer in last.values()]


def _nps(kpi_id: str, variant: str, window: Window, scores: list[int]) -> Fact:
    balance = sum(score >= 9 for score in scores) - sum(score < 7 for score in scores)
    return _ratio(kpi_id, variant, window, balance, len(scores), len(scores))


def _share(kpi_id: str, window: Window, scores: list[int], at_least: int) -> Fact:
    return _ratio(kpi_id, "standard", window, sum(score >= at_least for score in scores), len(scores), len(scores))


def _good_bad(window: Window, ratings: list[Rating]) -> Fact:
    last: dict[int, Rating] = {}
    for rating in ratings:
        known = last.get(rating.ticket_id)
        if window.holds(rating.updated_at) and (
            known is None or (rating.updated_at, rating.rating_id) > (known.updated_at, known.rating_id)
        ):
            last[rating.ticket_id] = rating
    return _ratio("csat", "good_bad", window, sum(rating.is_good for rating in last.values()), len(last), len(last))


def _resolution(window: Window, cases: list[Case]) -> Iterable[Fact]:
    minutes = np.array([(case.solved_at - case.opened_at) / 60_000_000 for case in cases])
    yield _ratio("resolution_time", "mean_minutes", window, float(minutes.sum()), len(minutes), len(minutes), scale=1)
    for variant, share in (("median_minutes", 0.5), ("p90_minutes", 0.9)):
        value = float(np.quantile(minutes, share)) if len(minutes) else None
        yield _amount("resolution_time", variant, window, value, len(minutes))


def _is_paid(order: Order) -> bool:
    return order.status == "paid" and not order.is_test


def euros(minor: float, source: str, currency: str, month: date) -> float:
    """An amount in euros at the rate of `month`; Stripe counts some currencies' minor units its own way."""
    places = money.digits("stripe_digits" if source == "stripe" else "minor_digits")[currency]
    return minor / 10.0**places * money.rates()[month, currency]


def _order_values(window: Window, orders: list[Order]) -> Iterable[Fact]:
    net = sum(euros(order.net_minor, order.source, order.currency, window.day) for order in orders)
    refunded = sum(euros(order.refunded_minor, order.source, order.currency, window.day) for order in orders)
    yield _ratio("aov", "standard", window, net, len(orders), len(orders), scale=1)
    yield _ratio("aov", "net_of_refunds", window, net - refunded, len(orders), len(orders), scale=1)


def _social(window: Window, posts: list[Post]) -> Iterable[Fact]:
    own = [post for post in posts if post.query_id == OWN_QUERY]
    reach, engagements = sum(post.reach for post in own), sum(post.engagements for post in own)
    scored = [post.sentiment for post in own if post.sentiment]
    yield _amount("mention_volume", "standard", window, float(len(own)), len(own))
    yield _amount("reach", "standard", window, float(reach), len(own))
    yield _ratio("engagement_rate", "standard", window, engagements, reach, len(own))
    yield _ratio(
        "net_sentiment", "standard", window, scored.count("positive") - scored.count("negative"), len(scored), len(scored)
    )
    yield _ratio("share_of_voice", "standard", window, len(own), len(posts), len(posts))


def _states(told: Told, complete: list[Window], now: int) -> Iterable[Fact]:
    """KPIs that compare who is a customer at instants, for months that are over."""
    orders = [order for order in told.orders if _is_paid(order)]
    became = _first_purchases(orders, told.periods)
    for month in complete:
        before, after = active(told.periods, month.start), active(told.periods, month.end)
        lost = {period.person_id for period in before} - {period.person_id for period in after}
        started = len({period.person_id for period in before})
        yield _ratio("logo_churn_rate", "standard", month, len(lost), started, started)
        yield _mrr(month, after)
        buyers = {order.person_id for order in orders if month.start - 365 * DAY_US < order.ordered_at <= month.start}
        customers = len(buyers | {period.person_id for period in before})
        yield _ratio("acquisition_rate", "standard", month, sum(map(month.holds, became.values())), customers, customers)
        yield _conversion(month, told, became, now)


def _first_purchases(orders: list[Order], periods: list[Period]) -> dict[str, int]:
    became: dict[str, int] = {}
    for person, instant in [(o.person_id, o.ordered_at) for o in orders] + [(p.person_id, p.start) for p in periods]:
        became[person] = min(instant, became.get(person, instant))
    return became


def active(periods: list[Period], instant: int) -> list[Period]:
    """The paid periods that cover `instant`."""
    return [period for period in periods if period.start <= instant < period.end]


def _mrr(month: Window, periods: list[Period]) -> Fact:
    total = sum(euros(period.mrr_minor, "stripe", period.currency, month.day) for period in periods)
    return Fact("mrr", "standard", month.day, total, None, total, len({period.person_id for period in periods}))


def _conversion(month: Window, told: Told, became: dict[str, int], now: int) -> Fact:
    """Leads of the month whose ninety days are over, and how many of them bought within those."""
    created = {lead.person_id: lead.created_at for lead in told.leads if month.holds(lead.created_at)}
    mature = {
        person: instant for person, instant in created.items()
        if became.get(person, instant) >= instant and instant + 90 * DAY_US <= now
    }  # fmt: skip
    converted = sum(person in became and became[person] <= instant + 90 * DAY_US for person, instant in mature.items())
    return _ratio("conversion_rate", "standard", month, converted, len(mature), len(mature))
