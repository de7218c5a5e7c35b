"""Claims about the KPI truth: the definitions on facts small enough to count by hand, and what the clock may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.sandbox.company import START, build
from ingest.sandbox.planting import money
from ingest.sandbox.told import Answer, Case, Lead, Order, Period, Post, Rating, Told
from ingest.sandbox.truth import Fact, facts, kpi_truth
from ingest.sandbox.truth.movements import bridges, mrr_bridge_truth

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
NOTHING: dict[str, list[Any]] = {name: [] for name in ("answers", "ratings", "cases", "orders", "periods", "leads", "posts")}


def us(day: str, hour: int = 12) -> int:
    return round(datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").timestamp() * 1_000_000)


def fact(kpi: str, month: date = MAY, clock: datetime = START, **told: list[Any]) -> Fact:
    """The one fact `kpi` (`id/variant`) of a month, from the facts given and no others."""
    found = [f for f in facts(Told(**{**NOTHING, **told}), clock) if f"{f.kpi_id}/{f.variant}" == kpi and f.period_start == month]
    assert len(found) == 1
    return found[0]


def answer(score: int, who: str, day: str = "2026-05-10", metric: str = "nps", survey: str = "s") -> Answer:
    return Answer(f"{who} {day} {score}", survey, who, metric, score, us(day))


def order(
    minor: int, currency: str = "EUR", source: str = "business_central", refunded: int = 0, day: str = "2026-05-10", **values: Any
) -> Order:
    shape = {"person_id": "p", "status": "paid", "is_test": False, **values}
    return Order(
        source=source,
        currency=currency,
        net_minor=minor,
        refunded_minor=refunded,
        ordered_on=date.fromisoformat(day),
        ordered_at=us(day),
        **shape,
    )


def period(who: str, start: str, end: str, mrr: float = 1000, currency: str = "EUR") -> Period:
    return Period(who, us(start), us(end), currency, mrr)


def test_promoters_less_detractors_are_the_nps_and_passives_only_count() -> None:
    scores = [answer(10, "a"), answer(9, "b"), answer(8, "c"), answer(7, "d"), answer(6, "e")]
    found = fact("nps/standard", answers=scores)
    assert (found.numerator, found.denominator, found.value) == (1, 5, 20)


def test_one_person_has_one_vote_per_survey_the_last() -> None:
    scores = [answer(0, "a", "2026-05-03"), answer(10, "a", "2026-05-20"), answer(9, "b")]
    assert fact("nps/standard", answers=scores).value == 100
    assert fact("nps/all_responses", answers=scores).n == 3


def test_no_answers_give_no_nps() -> None:
    found = fact("nps/standard")
    assert (found.value, found.n) == (None, 0)


def test_a_month_is_berlins() -> None:
    late = Answer("r", "s", "a", "nps", 10, us("2026-05-31", 23))
    assert fact("nps/standard", MAY, answers=[late]).n == 0
    assert fact("nps/standard", JUNE, answers=[late]).n == 1


def test_trailing_nps_reaches_back_ninety_days_and_no_further() -> None:
    last_day = date(2026, 6, 30)
    scores = [answer(10, "in", "2026-04-02"), answer(0, "out", "2026-04-01")]
    assert fact("nps_trailing_90d/standard", last_day, answers=scores).value == 100


def test_csat_counts_fours_and_fives() -> None:
    found = fact("csat/standard", answers=[answer(score, str(score), metric="csat") for score in range(1, 6)])
    assert found.value == 40


def test_effort_is_the_mean_on_a_scale_to_a_hundred() -> None:
    scores = [answer(1, "a", metric="ces"), answer(7, "b", metric="ces"), answer(5, "c", metric="ces")]
    assert fact("ces_ease/standard", answers=scores).value == pytest.approx((0 + 100 + 100 * 4 / 6) / 3)
    assert fact("ces_pct_easy/standard", answers=scores).value == pytest.approx(200 / 3)


def test_the_last_rating_of_a_case_counts() -> None:
    ratings = [Rating(1, 1, False, us("2026-05-02")), Rating(2, 1, True, us("2026-05-03")), Rating(3, 2, False, us("2026-05-03"))]
    assert fact("csat/good_bad", ratings=ratings).value == 50


def test_resolution_time_is_elapsed_minutes_of_cases_solved_in_the_month() -> None:
    cases = [Case(us("2026-04-30", 10), us("2026-05-01", 10)), Case(us("2026-05-04", 10), us("2026-05-04", 12))]
    assert fact("resolution_time/mean_minutes", cases=cases).value == (1440 + 120) / 2
    assert fact("resolution_time/median_minutes", cases=cases).value == 780
    assert fact("resolution_time/p90_minutes", cases=cases).value == pytest.approx(120 + 0.9 * 1320)


def test_who_leaves_and_returns_or_joins_and_leaves_within_the_month_is_not_lost() -> None:
    stays = [period(f"c{n}", "2026-04-15", "2026-06-15") for n in range(90)]
    lost = [period(f"x{n}", "2026-04-15", "2026-05-15") for n in range(10)]
    back = [period("x0", "2026-05-20", "2026-06-20"), period("new", "2026-05-02", "2026-05-20")]
    found = fact("logo_churn_rate/standard", periods=stays + lost + back)
    assert (found.numerator, found.denominator) == (9, 100)


def test_mrr_converts_at_the_months_rate_and_knows_that_yen_have_no_cents() -> None:
    both = [period("a", "2026-05-15", "2026-06-15", 1990), period("b", "2026-05-15", "2026-06-15", 3184, "JPY")]
    found = fact("mrr/standard", periods=both)
    assert found.value == pytest.approx(19.90 + 3184 * money.rates()[MAY, "JPY"])
    assert found.n == 2


def test_order_value_leaves_out_tests_and_the_unpaid_and_subtracts_refunds_on_request() -> None:
    orders = [order(10_000), order(5_000, refunded=1_000), order(99_900, is_test=True), order(99_900, status="open")]
    assert fact("aov/standard", orders=orders).value == 75
    assert fact("aov/net_of_refunds", orders=orders).value == 70


def test_order_value_counts_minor_units_as_each_source_does() -> None:
    yen = money.rates()[MAY, "JPY"]
    assert fact("aov/standard", orders=[order(5_000, "JPY"), order(5_000, "JPY", "stripe")]).value == pytest.approx(5_000 * yen)


def test_new_customers_are_measured_against_buyers_of_a_year_and_subscribers() -> None:
    known = [order(1, person_id="bought", day="2025-06-10"), order(1, person_id="long ago", day="2025-04-10")]
    new = order(1, person_id="new", day="2026-05-05")
    found = fact("acquisition_rate/standard", orders=[*known, new], periods=[period("subscribed", "2026-04-15", "2026-05-15")])
    assert (found.numerator, found.denominator) == (1, 2)


def test_a_lead_converts_within_ninety_days_and_counts_when_they_are_over() -> None:
    february = date(2026, 2, 1)
    leads = [
        Lead("fast", us("2026-02-02")),
        Lead("slow", us("2026-02-02")),
        Lead("never", us("2026-02-02")),
        Lead("was customer", us("2026-02-20")),
    ]
    orders = [
        order(1, person_id="fast", day="2026-05-01"), order(1, person_id="slow", day="2026-05-20"), order(1, person_id="was customer", day="2026-02-10")
    ]  # fmt: skip
    found = fact("conversion_rate/standard", february, leads=leads, orders=orders)
    assert (found.numerator, found.denominator) == (1, 3)
    early = datetime(2026, 4, 1, 6, tzinfo=UTC)
    assert fact("conversion_rate/standard", february, early, leads=leads, orders=orders).value is None


def test_net_sentiment_keeps_neutral_posts_in_the_denominator_and_unscored_ones_out() -> None:
    tones = ["positive"] * 80 + ["negative"] * 20 + ["neutral"] * 100 + [None] * 7
    posts = [Post(8001, us("2026-05-05"), tone, 100, 3) for tone in tones] + [Post(8002, us("2026-05-05"), "positive", 5, 1)]
    assert fact("net_sentiment/standard", posts=posts).value == 30
    assert fact("mention_volume/standard", posts=posts).value == 207
    assert fact("engagement_rate/standard", posts=posts).value == pytest.approx(3)
    assert fact("share_of_voice/standard", posts=posts).value == pytest.approx(100 * 207 / 208)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("truth")
    build(place, customers=400, seed=7)
    yield place


def rows(directory: Path, clock: datetime) -> dict[tuple[str, str, date], dict[str, Any]]:
    return {(row["kpi_id"], row["variant"], row["period_start"]): row for row in kpi_truth(directory, clock).to_pylist()}


def test_every_kpi_stands_once_for_every_complete_month(directory: Path) -> None:
    found = rows(directory, START)
    kinds = {key[:2] for key in found if key[0] != "nps_trailing_90d"}
    monthly = [key for key in found if key[0] != "nps_trailing_90d" and key[2] < date(2026, 7, 1)]
    assert len(kinds) == 75
    assert len(monthly) == 18 * len(kinds)
    assert kpi_truth(directory, START).num_rows == len(found)
    assert sum(key[0] == "nps_trailing_90d" for key in found) == 30


def test_a_later_clock_restates_the_past_and_an_earlier_one_knows_less(directory: Path) -> None:
    before, after = rows(directory, START), rows(directory, START + timedelta(days=7))
    june = date(2026, 6, 1)
    assert all(after[key] == row for key, row in before.items() if key[2].year == 2025)
    restated = {key[0] for key, row in before.items() if key[2] <= june and key in after and after[key] != row}
    assert {"mention_volume", "aov"} <= restated
    spring = rows(directory, datetime(2026, 4, 1, 6, tzinfo=UTC))
    assert max(key[2] for key in spring if key[0] == "mrr") == date(2026, 3, 1)


def test_the_bridge_books_each_change_once_and_closes() -> None:
    periods = [
        *(period("stays", "2026-03-15", "2026-06-15", 1000, "USD") for _ in range(2)),
        period("leaves", "2026-04-15", "2026-05-15"), period("joins", "2026-05-15", "2026-06-15"),
        period("returns", "2026-02-15", "2026-03-15"), period("returns", "2026-05-15", "2026-06-15"),
        period("grows", "2026-04-15", "2026-05-15", 1000), period("grows", "2026-05-15", "2026-06-15", 2500),
        period("shrinks", "2026-04-15", "2026-05-15", 2500), period("shrinks", "2026-05-15", "2026-06-15", 1000),
    ]  # fmt: skip
    may = next(bridge for bridge in bridges(periods, START) if bridge.month == MAY)
    moved = (may.new_mrr, may.reactivation_mrr, may.expansion_mrr, may.contraction_mrr, may.churn_mrr)
    assert moved == (1000, 1000, 1500, 1500, 1000)
    assert may.fx_mrr == pytest.approx(2000 * (money.rates()[MAY, "USD"] - money.rates()[date(2026, 4, 1), "USD"]))
    assert may.closing_mrr == pytest.approx(may.opening_mrr + sum(moved[:3]) - sum(moved[3:]) + may.fx_mrr)


def test_the_bridge_ends_where_the_mrr_stands(directory: Path) -> None:
    found = rows(directory, START)
    for bridge in mrr_bridge_truth(directory, START).to_pylist():
        assert bridge["closing_mrr"] == pytest.approx(100 * found["mrr", "standard", bridge["month"]]["value"])
