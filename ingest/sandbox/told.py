"""What the vendors of the planted company can have told: facts for the KPI truth, no formulas. `telling.py` reads them.

Instants are microseconds since 1970 (UTC), so that comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered survey question; `respondent` is the person, or the response itself where nobody is named."""

    response_id: str
    survey_id: str
    respondent: str
    metric: str
    score: int
    responded_at: int


@dataclass(frozen=True, slots=True)
class Rating:
    """One given case rating."""

    rating_id: int
    ticket_id: int
    is_good: bool
    updated_at: int


@dataclass(frozen=True, slots=True)
class Case:
    """A case that was not deleted; `solved_at` only while it stands solved or closed. None: its vendor does not tell."""

    opened_at: int
    solved_at: int | None
    case_id: int = 0
    person_id: str | None = None
    first_solved_at: int | None = None
    first_reply_minutes: int | None = None
    reopens: int | None = None
    replies: int | None = None
    issue_key: str | None = None
    channel: str = ""
    customer_replies: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order over all its invoices; money in minor units of its currency as its source counts them."""

    person_id: str
    source: str
    status: str
    is_test: bool
    currency: str
    net_minor: int
    refunded_minor: int
    ordered_on: date
    ordered_at: int


@dataclass(frozen=True, slots=True)
class Period:
    """A billed period with something to pay that was not given up; `mrr_minor` is its amount per month."""

    person_id: str
    start: int
    end: int
    currency: str
    mrr_minor: float
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A subscription that began with a trial, and when that ends."""

    subscription_id: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Lead:
    """A person the CRM knows, by the oldest contact that stands, and where the oldest that says so says they came from."""

    person_id: str
    created_at: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """An original post (no repost) found by one brand's query."""

    query_id: int
    posted_at: int
    sentiment: str | None
    reach: int
    engagements: int
    network: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody who was asked for an opinion (`case_rating`) or began a questionnaire (`survey`)."""

    kind: str
    asked_at: int
    is_answered: bool
    is_complete: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of a visitor: half an hour of silence ends it. Its channel is what its first event says, else direct."""

    started_at: int
    has_cart: bool
    has_purchase: bool
    channel: str = "direct"


@dataclass(frozen=True, slots=True)
class Spend:
    """What one day of a campaign cost."""

    channel: str
    spent_on: date
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in care; until it is over nobody knows where the patient goes from it."""

    person_id: str
    admitted_at: int
    discharged_at: int | None
    is_planned: bool
    discharged_to: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything told by one instant."""

    answers: list[Answer]
    ratings: list[Rating]
    cases: list[Case]
    orders: list[Order]
    periods: list[Period]
    leads: list[Lead]
    posts: list[Post]
    requests: list[Request] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    spend: list[Spend] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    uncollectible: list[Period] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    decided: dict[str, int] = field(default_factory=dict)  # since when each person is known to permit or refuse advertising
    countries: dict[str, str] = field(default_factory=dict)  # of each person


def renamed(told: Told, known_as: Mapping[str, str]) -> Told:
    """The same facts under the names people are known by; leads come so already."""

    def by_person(facts: list[Any]) -> list[Any]:
        return [replace(fact, person_id=known_as.get(fact.person_id, fact.person_id)) for fact in facts]

    answers = [replace(answer, respondent=known_as.get(answer.respondent, answer.respondent)) for answer in told.answers]
    return replace(
        told, answers=answers, cases=by_person(told.cases), orders=by_person(told.orders), periods=by_person(told.periods),
        uncollectible=by_person(told.uncollectible), stays=by_person(told.stays),
    )  # fmt: skip
