"""Claims about the KPI truth's later families, on facts small enough to count by hand: support, revenue kept, acquisition, visits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingest.sandbox.planting import money
from ingest.sandbox.told import Case, Lead, Request, Spend, Stay, Told, Trial, Visit, renamed
from ingest.sandbox.truth.shape import midnight
from ingest.sandbox.truth.support import business_minutes
from tests.sandbox.test_truth import JUNE, MAY, NOTHING, answer, fact, order, period, us

HOUR = 3_600_000_000


def case(opened: int, solved: int | None, who: str = "p", **told: object) -> Case:
    values = {"reopens": 0, "replies": 1, **told}
    return Case(opened, solved, case_id=opened, person_id=who, **values)  # type: ignore[arg-type]


def test_business_minutes_skip_nights_weekends_and_holidays_and_keep_the_wall_clock() -> None:
    friday = midnight(date(2026, 3, 27))
    assert business_minutes(friday + 17 * HOUR, midnight(date(2026, 3, 30)) + 9 * HOUR) == 60 + 240 + 60
    labour_day = midnight(date(2026, 5, 1))
    assert business_minutes(labour_day + 9 * HOUR, labour_day + 17 * HOUR) is None


def test_each_moment_counts_by_the_schedule_then_in_force() -> None:
    """The last Tuesday of 2025 closes at five; by the schedule of 2026 it would have been open an hour longer at either end."""
    opened, solved = midnight(date(2025, 12, 30)), midnight(date(2026, 1, 2)) + 9 * HOUR
    assert business_minutes(opened, solved) == 480 + 480 + 60
    assert business_minutes(opened, solved, last_only=True) == 600 + 600 + 60


def test_who_asks_again_within_a_week_on_the_issue_was_not_helped_at_once() -> None:
    first = case(us("2026-05-04"), us("2026-05-05"), issue_key="invoice")
    other_issue = case(us("2026-05-06"), us("2026-05-06", 13), issue_key="delivery")
    again = case(us("2026-05-11"), None, issue_key="invoice")
    assert fact("first_contact_resolution/standard", cases=[first, other_issue]).value == 100
    assert fact("first_contact_resolution/standard", cases=[first, other_issue, again]).value == 50
    outage = case(us("2026-05-20"), us("2026-05-21"), "q", issue_key="outage", reopens=1)
    assert fact("first_contact_resolution/net", cases=[first, outage]).value == 100
    assert fact("first_contact_resolution/one_touch", cases=[first, outage]).value == 100


def test_a_case_without_a_reply_has_no_reply_time() -> None:
    answered = case(us("2026-05-04"), None, first_reply_minutes=10)
    waiting = case(us("2026-05-05"), None, replies=0)
    assert fact("first_response_time/mean_minutes", cases=[answered, waiting]).value == 10
    assert fact("unreplied_rate/standard", cases=[answered, waiting]).value == 50


def test_ratings_count_when_the_customer_had_two_weeks() -> None:
    asked = [Request("case_rating", us("2026-05-04"), True, True), Request("case_rating", us("2026-05-05"), False, False)]
    fresh = Request("case_rating", us("2026-06-25"), True, True)
    assert fact("response_rate/case_rating", requests=[*asked, fresh]).value == 50
    assert fact("response_rate/case_rating", date(2026, 6, 1), requests=[fresh]).value is None


def test_revenue_kept_is_measured_on_those_who_paid_a_year_ago_at_todays_rates() -> None:
    periods = [
        period("a", "2025-05-15", "2025-06-15", 10_000, "USD"), period("a", "2026-05-15", "2026-06-15", 15_000, "USD"),
        period("b", "2025-05-15", "2025-06-15", 10_000), period("b", "2026-05-15", "2026-06-15", 4_000),
        period("c", "2025-05-15", "2025-06-15", 10_000), period("new", "2026-05-15", "2026-06-15", 90_000),
    ]  # fmt: skip
    dollar = money.rates()[MAY, "USD"]
    assert fact("revenue_retention/nrr", periods=periods).value == pytest.approx(100 * (150 * dollar + 40) / (100 * dollar + 200))
    assert fact("revenue_retention/grr", periods=periods).value == pytest.approx(100 * (100 * dollar + 40) / (100 * dollar + 200))


def test_one_month_has_several_churns() -> None:
    stays = [period(f"c{n}", "2026-04-15", "2026-06-15") for n in range(9)]
    lost = period("x", "2026-04-15", "2026-05-20")
    passing = period("y", "2026-05-05", "2026-05-15")
    told = [*stays, lost, passing]
    unpaid = [period("x", "2026-05-20", "2026-06-20")]
    assert fact("logo_churn_rate/standard", periods=told).value == 10
    assert fact("retention_rate/standard", periods=told).value == 90
    assert fact("logo_churn_rate/involuntary", periods=told, uncollectible=unpaid).value == 10
    assert fact("logo_churn_rate/stripe_30d", periods=told).value == pytest.approx(200 / 11)
    assert fact("logo_churn_rate/sum_of_daily_rates", periods=told).value == pytest.approx(100 / 11 + 10)


def test_a_customer_costs_what_brought_them() -> None:
    told = {
        "orders": [order(1, person_id="a"), order(1, person_id="b")],
        "leads": [Lead("a", us("2026-05-01"), "paid_social"), Lead("b", us("2026-05-01"), "referrals")],
        "spend": [Spend("paid_social", date(2026, 5, 3), "EUR", 30_000), Spend("email", date(2026, 5, 3), "EUR", 99_000)],
    }
    assert fact("cac/paid", **told).value == 300
    other = 4200 + 650 * money.rates()[MAY, "USD"]
    assert fact("cac/blended", **told).value == pytest.approx((300 + other) / 2)
    assert fact("referral_rate/standard", **told).value == 50


def test_trials_visits_and_carts() -> None:
    trials = [Trial("kept", us("2026-05-10")), Trial("dropped", us("2026-05-10"))]
    paid = period("a", "2026-05-10", "2026-06-10")
    kept = type(paid)(paid.person_id, paid.start, paid.end, paid.currency, paid.mrr_minor, "kept")
    assert fact("trial_conversion_rate/standard", trials=trials, periods=[kept]).value == 50
    visits = [Visit(us("2026-05-10"), True, True), Visit(us("2026-05-11"), True, False), Visit(us("2026-05-12"), False, False)]
    assert fact("session_conversion_rate/standard", visits=visits).value == pytest.approx(100 / 3)
    assert fact("cart_abandonment_rate/standard", visits=visits).value == 50


def test_who_has_to_come_back() -> None:
    """Back unplanned on day 30, and left against advice; back as planned; back on day 31; a discharge not thirty days old."""
    stays = [
        Stay("a", us("2026-05-01"), us("2026-05-02"), True, "home"), Stay("a", us("2026-06-01"), us("2026-06-02"), False, "aadvice"),
        Stay("b", us("2026-05-01"), us("2026-05-02"), False, "home"), Stay("b", us("2026-05-04"), None, True),
        Stay("c", us("2026-04-30"), us("2026-05-01"), False, "aadvice"), Stay("c", us("2026-06-01"), None, False),
    ]  # fmt: skip
    standard, crude = (fact(f"readmission_rate/{variant}", stays=stays) for variant in ("standard", "crude"))
    assert (standard.numerator, standard.denominator) == (1, 2)
    assert (crude.numerator, crude.denominator) == (2, 3)
    assert fact("readmission_rate/crude", JUNE, stays=stays).value is None


def test_of_whom_it_is_known_whether_they_may_be_written_to() -> None:
    told: dict[str, Any] = {
        "orders": [order(1_000, person_id=who) for who in ("early", "late", "silent")],
        "decided": {"early": us("2026-05-31"), "late": us("2026-06-01"), "nobody's customer": us("2026-05-01")},
    }
    assert fact("consent_coverage/marketing", **told).value == pytest.approx(100 / 3)
    assert fact("consent_coverage/service", **told).value == 100


def test_whoever_is_taken_for_somebody_else_speaks_as_that_one() -> None:
    told = Told(**{**NOTHING, "answers": [answer(9, "a"), answer(3, "b", "2026-05-11")], "orders": [order(1, person_id="b")]})
    one = renamed(told, {"b": "a"})
    assert [said.respondent for said in one.answers] == ["a", "a"] and one.orders[0].person_id == "a"
    assert [told.orders[0].person_id, told.answers[1].respondent] == ["b", "b"]
