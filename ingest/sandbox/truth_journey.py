"""What the journey, the profiles, the closed loop and the segments must show of the planted company, counted by plain Python.

Facts come from `told` and the truth tables; nothing here reads a vendor record, a warehouse table or a dbt model. KPIs are in
`truth`. Weeks begin on Monday, months and days are Berlin's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from ingest.sandbox.company import FILE_NAME
from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Answer, Order, Period, Rating
from ingest.sandbox.truth.shape import BERLIN, DAY_US, active, months

OUTAGE_WEEK = date(2026, 3, 9)
CAMPAIGN_MONTH = date(2026, 5, 1)
RELATION_SURVEY = "410000001"
"""The survey that asks nothing but whether they would recommend us, so that its answer alone decides at its instant."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer to whether a person would recommend us, and the profile it puts them in the instant it is given."""

    person_id: str
    at: datetime
    profile: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads of the campaign and how many of those who were watched for thirty days bought within them."""

    people: int
    watched: int
    bought_in_30_days: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """When somebody bought last, in whole days before the clock, and how often in the 365 days before it."""

    recency_days: int
    purchases_in_year: int


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything told by one instant. Mappings are by week, by month or by person."""

    spoken: list[Spoken]
    recovered: list[tuple[Spoken, Spoken]]
    cases_opened: Mapping[date, int]
    bad_ratings: Mapping[date, int]
    campaign: Cohort
    lapsed_and_won_back: Mapping[date, tuple[int, int]]
    buyers: Mapping[str, Buyer]


def journey_truth(directory: Path, clock: datetime) -> Journey:
    """What the vendors of the company in `directory` had told by `clock`."""
    told, now = told_by(directory, clock), round(clock.timestamp() * 1_000_000)
    orders = [order for order in told.orders if order.status == "paid" and not order.is_test]
    with duckdb.connect(str(directory / FILE_NAME), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        opened = _rows(connection, _OPENED, clock)
        in_campaign = {
            row[0] for row in connection.execute("select person_id from truth.people where met_in_campaign").fetchall()
        }
    first_bought = _first_bought(orders, told.periods)
    # sales knew a few of their organisations before
    leads = {
        lead.person_id: lead.created_at
        for lead in told.leads
        if lead.person_id in in_campaign and month_of(lead.created_at) == CAMPAIGN_MONTH
    }
    return Journey(
        spoken=spoken(told.answers),
        recovered=recovered(spoken(told.answers)),
        cases_opened=Counter(week_of(at) for (at,) in opened),
        bad_ratings=bad_ratings(told.ratings),
        campaign=cohort(leads, first_bought, now),
        lapsed_and_won_back=lapsed_and_won_back(told.periods, clock),
        buyers=buyers(orders, told.periods, now),
    )


_OPENED = """
select epoch_us(opened_at) from (
    select * from truth.case_versions where visible_at <= $1
    qualify row_number() over (partition by ticket_id order by visible_at desc) = 1
) where status <> 'deleted'
"""


def _rows(connection: duckdb.DuckDBPyConnection, query: str, clock: datetime) -> list[tuple[Any, ...]]:
    return connection.execute(query, [clock]).fetchall()


def instant(microseconds: int) -> datetime:
    """The instant, in UTC."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC) + timedelta(microseconds=microseconds % 1_000_000)


def week_of(microseconds: int) -> date:
    """The Monday of its week."""
    day = instant(microseconds).astimezone(BERLIN).date()
    return day - timedelta(days=day.weekday())


def month_of(microseconds: int) -> date:
    """The first day of its month."""
    return instant(microseconds).astimezone(BERLIN).date().replace(day=1)


def spoken(answers: Iterable[Answer]) -> list[Spoken]:
    """The answers to the relation survey that say yes or no, by time; passive ones decide nothing by themselves."""
    told = [
        Spoken(answer.respondent, instant(answer.responded_at), "advocate" if answer.score >= 9 else "negative")
        for answer in answers
        if answer.survey_id == RELATION_SURVEY and not answer.respondent.startswith("response ") and not 7 <= answer.score < 9
    ]
    return sorted(told, key=lambda said: (said.person_id, said.at))


def recovered(said: list[Spoken]) -> list[tuple[Spoken, Spoken]]:
    """Each no that the same person's next yes or no turned into a yes."""
    return [
        (no, yes) for no, yes in pairwise(said)
        if no.person_id == yes.person_id and (no.profile, yes.profile) == ("negative", "advocate")
    ]  # fmt: skip


def bad_ratings(ratings: Iterable[Rating]) -> Mapping[date, int]:
    """Bad ratings by month; of a case's ratings each counts that stands, a second thought in place is one."""
    return Counter(month_of(rating.updated_at) for rating in ratings if not rating.is_good)


def cohort(leads: Mapping[str, int], first_bought: Mapping[str, int], now: int) -> Cohort:
    """The leads that had not bought before."""
    met = {person: at for person, at in leads.items() if first_bought.get(person, at + 1) > at}
    watched = {person: at for person, at in met.items() if at + 30 * DAY_US <= now}
    bought = sum(person in first_bought and first_bought[person] <= at + 30 * DAY_US for person, at in watched.items())
    return Cohort(len(met), len(watched), bought)


def _first_bought(orders: list[Order], periods: list[Period]) -> Mapping[str, int]:
    first: dict[str, int] = {}
    for person, at in [(o.person_id, o.ordered_at) for o in orders] + [(p.person_id, p.start) for p in periods]:
        first[person] = min(at, first.get(person, at))
    return first


def lapsed_and_won_back(periods: list[Period], clock: datetime) -> Mapping[date, tuple[int, int]]:
    """By month that is over: who had paid before and paid nothing as it began, and how many of them paid at its end."""
    now = round(clock.timestamp() * 1_000_000)
    found = {}
    for month in months(clock):
        if month.end <= now:
            before = {period.person_id for period in active(periods, month.start)}
            lapsed = {period.person_id for period in periods if period.start < month.start} - before
            found[month.day] = (len(lapsed), len(lapsed & {period.person_id for period in active(periods, month.end)}))
    return found


def buyers(orders: list[Order], periods: list[Period], now: int) -> Mapping[str, Buyer]:
    """Everybody who bought by `now`: an order is a purchase, and so is each period a subscription is paid for."""
    bought: dict[str, list[int]] = defaultdict(list)
    for person, at in [(o.person_id, o.ordered_at) for o in orders] + [(p.person_id, p.start) for p in periods]:
        if at <= now:
            bought[person].append(at)
    return {
        person: Buyer((now - max(times)) // DAY_US, sum(at > now - 365 * DAY_US for at in times))
        for person, times in bought.items()
    }
