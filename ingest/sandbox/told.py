"""What the vendors had told by an instant, read from the planted truth: facts for the KPI truth, no formulas.

Every reader keeps, per record, the newest version that was visible by the clock, and drops records that were gone by then.
Instants are microseconds since 1970 (UTC), so that comparisons are exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.sandbox.company import FILE_NAME


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
    """A case that stands solved or closed."""

    opened_at: int
    solved_at: int


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


@dataclass(frozen=True, slots=True)
class Lead:
    """A person the CRM knows, by the oldest contact that stands."""

    person_id: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Post:
    """An original post (no repost) found by one brand's query."""

    query_id: int
    posted_at: int
    sentiment: str | None
    reach: int
    engagements: int


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

    @classmethod
    def by(cls, directory: Path, clock: datetime) -> Told:
        """Reads the company in `directory` as its vendors showed it at `clock`."""
        with duckdb.connect(str(directory / FILE_NAME), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            view = _View(connection, clock)
            return cls(
                answers=_answers(view), ratings=_ratings(view), cases=_cases(view), orders=_orders(view),
                periods=_periods(view), leads=_leads(view), posts=_posts(view),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _View:
    connection: duckdb.DuckDBPyConnection
    clock: datetime

    def newest(self, table: str, key: str, columns: str, *, can_vanish: bool = False) -> list[tuple[Any, ...]]:
        """The columns of the newest visible version per key of a truth table."""
        alive = "where not is_gone" if can_vanish else ""
        return self.connection.execute(
            f"""select {columns} from (
                select * from truth.{table} where visible_at <= $1
                qualify row_number() over (partition by {key} order by visible_at desc) = 1
            ) {alive} order by all""",
            [self.clock],
        ).fetchall()


def _answers(view: _View) -> list[Answer]:
    columns = "response_id, survey_id, coalesce(person_id, 'response ' || response_id), metric, score, epoch_us(responded_at)"
    return [Answer(*row) for row in view.newest("answer_versions", "response_id, metric", columns)]


def _ratings(view: _View) -> list[Rating]:
    rows = view.newest("rating_versions", "rating_id", "rating_id, ticket_id, score, epoch_us(updated_at)")
    return [Rating(rating, ticket, score == "good", at) for rating, ticket, score, at in rows if score in ("good", "bad")]


def _cases(view: _View) -> list[Case]:
    rows = view.newest("case_versions", "ticket_id", "ticket_id, status, epoch_us(opened_at), epoch_us(solved_at)")
    return [Case(opened, solved) for _, status, opened, solved in rows if status in ("solved", "closed")]


def _periods(view: _View) -> list[Period]:
    columns = "person_id, epoch_us(period_start), epoch_us(period_end), currency, mrr_minor, is_uncollectible"
    rows = view.newest("billing_versions", "invoice_id", columns)
    return [Period(*row[:5]) for row in rows if row[4] > 0 and not row[5]]


def _leads(view: _View) -> list[Lead]:
    rows = view.newest("contact_versions", "contact_id", "person_id, epoch_us(created_at), archived", can_vanish=True)
    oldest: dict[str, int] = {}
    for person, created_at, is_archived in rows:
        if not is_archived:
            oldest[person] = min(created_at, oldest.get(person, created_at))
    tested = view.connection.execute(
        "select distinct person_id from truth.test_order_versions where visible_at <= $1", [view.clock]
    )
    for (person,) in tested.fetchall():
        oldest.pop(person, None)
    return [Lead(*item) for item in sorted(oldest.items())]


def _posts(view: _View) -> list[Post]:
    columns = "query_id, epoch_us(posted_at), sentiment, reach, engagements, is_repost"
    rows = view.newest("post_versions", "resource_id, query_id", columns, can_vanish=True)
    return [Post(*row[:5]) for row in rows if not row[5]]


def _orders(view: _View) -> list[Order]:
    refunded: dict[tuple[str, str], int] = defaultdict(int)
    for source, order, amount, counts in view.newest(
        "refund_versions", "source, refund_key", "source, order_key, refund_minor, counts"
    ):
        refunded[source, order] += amount if counts else 0
    invoices: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    columns = "source, order_key, status, person_id, is_test, currency, net_minor, ordered_on, epoch_us(ordered_at)"
    for row in view.newest("invoice_versions", "source, invoice_key", columns, can_vanish=True):
        invoices[row[0], row[1]].append(row[2:])
    return [_order(key[0], rows, refunded[key]) for key, rows in invoices.items()]


def _order(source: str, invoices: list[tuple[Any, ...]], refunded: int) -> Order:
    """One order from its invoices: cancelled ones do not count unless all are."""
    counted = [row for row in invoices if row[0] != "canceled"] or invoices
    _, person, is_test, currency, _, _, _ = counted[0]
    return Order(
        person, source, _status(row[0] for row in counted), is_test, currency, net_minor=sum(row[4] for row in counted),
        refunded_minor=refunded, ordered_on=min(row[5] for row in counted), ordered_at=min(row[6] for row in counted),
    )  # fmt: skip


def _status(invoice_statuses: Iterable[str]) -> str:
    found = set(invoice_statuses)
    return found.pop() if len(found) == 1 else "open"
