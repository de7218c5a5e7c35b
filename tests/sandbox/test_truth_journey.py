"""Claims about the truth of journeys: the definitions on facts small enough to count by hand, and the stories of the company."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingest.sandbox.company import START, build
from ingest.sandbox.told import Answer, Order, Period, Rating
from ingest.sandbox.truth_journey import (
    OUTAGE_WEEK,
    RELATION_SURVEY,
    Buyer,
    Cohort,
    bad_ratings,
    buyers,
    cohort,
    journey_truth,
    lapsed_and_won_back,
    recovered,
    spoken,
    week_of,
)


def us(day: str, hour: int = 12) -> int:
    return round(datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").timestamp() * 1_000_000)


def answer(who: str, day: str, score: int, survey: str = RELATION_SURVEY) -> Answer:
    return Answer(f"{who} {day}", survey, who, "nps", score, us(day))


def period(who: str, start: str, end: str) -> Period:
    return Period(who, us(start), us(end), "EUR", 100)


def test_a_week_begins_on_monday_in_berlin() -> None:
    assert week_of(us("2026-03-15", 22)) == date(2026, 3, 9)
    assert week_of(us("2026-03-15", 23)) == date(2026, 3, 16)


def test_yes_and_no_decide_and_passive_or_nameless_answers_do_not() -> None:
    told = [
        answer("a", "2026-05-02", 10),
        answer("a", "2026-05-01", 6),
        answer("b", "2026-05-01", 8),
        answer("response 7", "2026-05-01", 0),
    ]
    assert [(said.at.day, said.profile) for said in spoken([*told, answer("a", "2026-05-03", 0, survey="other")])] == [
        (1, "negative"),
        (2, "advocate"),
    ]


def test_a_recovery_is_a_no_and_the_same_persons_next_yes() -> None:
    said = spoken([
        answer("a", "2026-05-01", 2), answer("a", "2026-05-02", 3), answer("a", "2026-06-01", 9),
        answer("b", "2026-05-01", 2), answer("c", "2026-06-01", 10),
    ])  # fmt: skip
    assert [(no.person_id, no.at.day, yes.at.month) for no, yes in recovered(said)] == [("a", 2, 6)]


def test_bad_ratings_are_counted_in_the_month_they_stand_in() -> None:
    ratings = [
        Rating(1, 1, False, us("2026-05-31", 23)),
        Rating(2, 1, True, us("2026-05-01")),
        Rating(3, 2, False, us("2026-05-01")),
    ]
    assert bad_ratings(ratings) == {date(2026, 6, 1): 1, date(2026, 5, 1): 1}


def test_a_lead_of_the_campaign_counts_unless_it_had_bought_and_is_watched_for_thirty_days() -> None:
    leads = {"fast": us("2026-05-01"), "slow": us("2026-05-01"), "knew us": us("2026-05-01"), "late": us("2026-05-31")}
    first_bought = {"fast": us("2026-05-31"), "slow": us("2026-06-01"), "knew us": us("2026-04-30")}
    assert cohort(leads, first_bought, us("2026-06-10")) == Cohort(people=3, watched=2, bought_in_30_days=1)


def test_who_pays_again_had_paid_before_and_paid_nothing_as_the_month_began() -> None:
    periods = [
        period("back", "2026-03-10", "2026-04-10"), period("back", "2026-05-20", "2026-06-20"),
        period("gone", "2026-03-10", "2026-04-10"), period("new", "2026-05-05", "2026-06-05"),
        period("stays", "2026-03-10", "2026-07-10"), period("fleeting", "2026-03-02", "2026-03-20"),
    ]  # fmt: skip
    assert lapsed_and_won_back(periods, datetime(2026, 6, 15, tzinfo=UTC))[date(2026, 5, 1)] == (3, 1)


def test_periods_and_orders_are_purchases_and_recency_counts_whole_days() -> None:
    order = Order("a", "s", "paid", False, "EUR", 1, 0, date(2025, 5, 1), us("2025-05-01"))
    now = us("2026-06-10", 11)
    assert buyers([order], [period("a", "2026-05-10", "2026-06-10"), period("later", "2026-06-11", "2026-07-11")], now) == {
        "a": Buyer(recency_days=30, purchases_in_year=1)
    }


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a company that no test changes."""
    directory = tmp_path_factory.mktemp("stories")
    build(directory, customers=800, seed=7)
    return directory


@pytest.mark.parametrize("later", [0, 10])
def test_the_company_has_its_stories(planted: Path, later: int) -> None:
    truth = journey_truth(planted, START + timedelta(days=later))
    assert max(truth.cases_opened, key=lambda week: truth.cases_opened[week]) == OUTAGE_WEEK
    assert len(truth.recovered) > 5 and truth.campaign.bought_in_30_days > 5
    assert sum(won_back for _, won_back in truth.lapsed_and_won_back.values()) > 0
