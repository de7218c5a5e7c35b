"""What people answer: NPS, satisfaction, ease, and how many of those asked answer at all."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.sandbox.told import Answer, Rating, Request, Told
from ingest.sandbox.truth.shape import DAY_US, Fact, Window, mean, ratio

RESPONSE_DAYS = 14


def surveys(told: Told, month: Window, now: int) -> Iterable[Fact]:
    """The month's survey KPIs."""
    answers = [answer for answer in told.answers if month.holds(answer.responded_at)]
    yield nps("nps", "standard", month, latest(answers, "nps", month))
    yield nps("nps", "all_responses", month, [answer.score for answer in answers if answer.metric == "nps"])
    satisfied = latest(answers, "csat", month)
    yield _share("csat", month, satisfied, at_least=4)
    yield mean("csat_mean", "standard", month, [100 * (score - 1) / 4 for score in satisfied])
    yield _good_bad(month, told.ratings)
    efforts = latest(answers, "ces", month)
    yield mean("ces_ease", "standard", month, [100 * (score - 1) / 6 for score in efforts])
    yield mean("ces_effort", "standard", month, [100 * (7 - score) / 6 for score in efforts])
    yield _share("ces_pct_easy", month, efforts, at_least=5)
    asked = [request for request in told.requests if month.holds(request.asked_at)]
    yield _completion(month, [request for request in asked if request.kind == "survey"])
    yield _response(month, [request for request in asked if request.kind == "case_rating"], now)


def _completion(window: Window, begun: list[Request]) -> Fact:
    return ratio("completion_rate", "standard", window, sum(request.is_complete for request in begun), len(begun), len(begun))


def _response(window: Window, asked: list[Request], now: int) -> Fact:
    """Only whoever had two weeks to answer counts."""
    mature = [request for request in asked if request.asked_at + RESPONSE_DAYS * DAY_US <= now]
    answered = sum(request.is_answered for request in mature)
    return ratio("response_rate", "case_rating", window, answered, len(mature), len(mature))


def latest(answers: list[Answer], metric: str, window: Window) -> list[int]:
    """The scores in the window, one per respondent and survey: the last one given."""
    last: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        key = (answer.respondent, answer.survey_id)
        if answer.metric != metric or not window.holds(answer.responded_at):
            continue
        if key not in last or (answer.responded_at, answer.response_id) > (last[key].responded_at, last[key].response_id):
            last[key] = answer
    return [answer.score for answer in last.values()]


def nps(kpi_id: str, variant: str, window: Window, scores: list[int]) -> Fact:
    balance = sum(score >= 9 for score in scores) - sum(score < 7 for score in scores)
    return ratio(kpi_id, variant, window, balance, len(scores), len(scores))


def _share(kpi_id: str, window: Window, scores: list[int], at_least: int) -> Fact:
    return ratio(kpi_id, "standard", window, sum(score >= at_least for score in scores), len(scores), len(scores))


def _good_bad(window: Window, ratings: list[Rating]) -> Fact:
    last: dict[int, Rating] = {}
    for rating in ratings:
        known = last.get(rating.ticket_id)
        if window.holds(rating.updated_at) and (
            known is None or (rating.updated_at, rating.rating_id) > (known.updated_at, known.rating_id)
        ):
            last[rating.ticket_id] = rating
    return ratio("csat", "good_bad", window, sum(rating.is_good for rating in last.values()), len(last), len(last))
