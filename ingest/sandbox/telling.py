"""Reads from the planted truth what the vendors had told by an instant.

Every reader keeps, per record, the newest version that was visible by the clock, and drops records that were gone by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from ingest.sandbox.company import FILE_NAME, START
from ingest.sandbox.told import Answer, Case, Lead, Order, Period, Post, Rating, Request, Spend, Stay, Told, Trial, Visit, renamed

SESSION_SILENCE_US = 30 * 60_000_000
_BERLIN = ZoneInfo("Europe/Berlin")


def told_by(directory: Path, clock: datetime, known_as: Mapping[str, str] | None = None) -> Told:
    """The company in `directory` as its vendors showed it at `clock`.

    `known_as` names people by other people's ids: whoever is taken for somebody else tells, buys and asks as that one.
    """
    with duckdb.connect(str(directory / FILE_NAME), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        view = _View(connection, clock, known_as or {})
        told = Told(
            answers=_answers(view), ratings=_ratings(view), cases=_cases(view), orders=_orders(view), periods=_periods(view),
            leads=_leads(view), posts=_posts(view), requests=_requests(view), visits=_visits(view),
            spend=[*_agency_spend(view), *_campaign_spend(view)], trials=_trials(view), uncollectible=_uncollectible(view),
            stays=_stays(view), decided=_decided(view), countries=dict(connection.execute("select person_id, country from truth.people").fetchall()),
        )  # fmt: skip
    return renamed(told, known_as) if known_as else told


@dataclass(frozen=True, slots=True)
class _View:
    connection: duckdb.DuckDBPyConnection
    clock: datetime
    known_as: Mapping[str, str]

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
    columns = """status, epoch_us(opened_at), epoch_us(solved_at), ticket_id, person_id, epoch_us(first_solved_at),
        first_reply_minutes, reopens, replies, issue_key, channel, customer_replies"""
    nameless = view.connection.execute(
        "select ticket_id from truth.chat_namings where named_at is null or named_at > $1", [view.clock]
    )
    unknown = {row[0] for row in nameless.fetchall()}
    return [
        Case(opened, solved if status in ("solved", "closed") else None, case, None if case in unknown else person, *rest)
        for status, opened, solved, case, person, *rest in view.newest("case_versions", "ticket_id", columns)
        if status != "deleted"
    ]  # fmt: skip


_PERIOD = (
    "person_id, epoch_us(period_start), epoch_us(period_end), currency, mrr_minor, subscription_id, is_uncollectible, is_given_up"
)


def _periods(view: _View) -> list[Period]:
    rows = view.newest("billing_versions", "invoice_id", _PERIOD)
    return [Period(*row[:6]) for row in rows if row[4] > 0 and not row[6]]


def _uncollectible(view: _View) -> list[Period]:
    return [Period(*row[:6]) for row in view.newest("billing_versions", "invoice_id", _PERIOD) if row[4] > 0 and row[7]]


def _trials(view: _View) -> list[Trial]:
    columns = "subscription_id, epoch_us(trial_end_at)"
    return [Trial(*row) for row in view.newest("trial_versions", "subscription_id", columns, can_vanish=True)]


def _leads(view: _View) -> list[Lead]:
    columns = "epoch_us(created_at), person_id, lead_source, archived"
    oldest: dict[str, tuple[int, str | None]] = {}
    for created_at, person, source, is_archived in sorted(
        view.newest("contact_versions", "contact_id", columns, can_vanish=True), key=lambda row: row[0]
    ):
        person = view.known_as.get(person, person)
        if not is_archived:
            first, known = oldest.get(person, (created_at, None))
            oldest[person] = (first, known or source)
    tested = view.connection.execute(
        "select distinct person_id from truth.test_order_versions where visible_at <= $1", [view.clock]
    )
    for (person,) in tested.fetchall():
        oldest.pop(view.known_as.get(person, person), None)
    return [Lead(person, *known) for person, known in sorted(oldest.items())]


def _stays(view: _View) -> list[Stay]:
    columns = "person_id, epoch_us(admitted_at), epoch_us(discharged_at), is_planned, discharged_to"
    return [Stay(*row) for row in view.newest("stay_versions", "stay_id", columns)]


def _decided(view: _View) -> dict[str, int]:
    """The first word of each person: a sign-up, or an objection as old as the last change of the record that tells it.

    A record keeps telling what it told on the last morning it was there to be read.
    """
    words = view.connection.execute(
        """with versions as (
            select *, lead(visible_at) over (partition by record_id order by visible_at) as replaced_at from truth.objection_versions
        ), mornings as (
            select unnest(generate_series($2::timestamptz, $1::timestamptz, interval 1 day)) as morning
        ), read as (
            select versions.* from versions join mornings on visible_at <= morning and coalesce(replaced_at > morning, true)
            where not is_gone
            qualify row_number() over (partition by record_id order by visible_at desc) = 1
        )
        select person_id, epoch_us(told_at) from read where objects
        union all
        select person_id, epoch_us(happened_at) from (
            select * from truth.web_event_versions where visible_at <= $1
            qualify row_number() over (partition by event_key, file_name order by visible_at desc) = 1
        ) where kind = 'sign_up' and person_id is not null and not is_gone""",
        [view.clock, START],
    )
    decided: dict[str, int] = {}
    for person, at in words.fetchall():
        known = view.known_as.get(person, person)
        decided[known] = min(at, decided.get(known, at))
    return decided


def _requests(view: _View) -> list[Request]:
    columns = "kind, epoch_us(asked_at), is_answered, is_complete, source"
    return [Request(*row) for row in view.newest("request_versions", "request_id", columns, can_vanish=True)]


def _visits(view: _View) -> list[Visit]:
    """Sessions rebuilt from what the files tell by now; a session a machine took part in is none, nor are events without a cookie."""
    columns = "visitor, epoch_us(happened_at), event_key, kind, is_bot, source"
    events = {row[:3]: row[3:] for row in view.newest("web_event_versions", "event_key, file_name", columns, can_vanish=True)}
    sessions: list[list[_WebEvent]] = []
    for (visitor, at, _), rest in sorted(
        (event for event in events.items() if event[0][0] != "ga4:"), key=lambda event: event[0]
    ):
        known = sessions[-1][-1] if sessions else None
        if known is None or known.visitor != visitor or at - known.at > SESSION_SILENCE_US:
            sessions.append([])
        sessions[-1].append(_WebEvent(visitor, at, *rest))
    return [_visit(session) for session in sessions if not any(event.is_bot for event in session)]


class _WebEvent(NamedTuple):
    visitor: str
    at: int
    kind: str
    is_bot: bool
    source: str | None


def _visit(events: list[_WebEvent]) -> Visit:
    kinds = {event.kind for event in events}
    return Visit(events[0].at, "cart" in kinds, "purchase" in kinds, events[0].source or "direct")


def _agency_spend(view: _View) -> list[Spend]:
    columns = "channel, spent_on, currency, amount_minor"
    return [Spend(*row) for row in view.newest("spend_versions", "source, campaign_id, spent_on", columns, can_vanish=True)]


def _campaign_spend(view: _View) -> Iterable[Spend]:
    """A campaign's one sum in even daily parts, to the cent, up to the day it was read: each morning from the start on."""
    columns = "lower(replace(channel, ' ', '_')), start_on, end_on, currency, cost_minor, visible_at, is_deleted"
    for channel, first, last, currency, cost, visible_at, is_deleted in view.newest(
        "campaign_cost_versions", "campaign_id", columns
    ):
        last = max(first, min(last, _morning_after(visible_at)))
        days = (last - first).days + 1
        for day in range(days if cost and cost > 0 and not is_deleted else 0):
            part = cost * (day + 1) // days - cost * day // days
            yield Spend(channel, first + timedelta(days=day), currency, part)


def _morning_after(visible_at: datetime) -> date:
    """The local day of the first daily run that could see what became visible then."""
    mornings = max(0, -((START - visible_at.astimezone(UTC)) // timedelta(days=1)))
    return (START + timedelta(days=mornings)).astimezone(_BERLIN).date()


def _posts(view: _View) -> list[Post]:
    columns = "query_id, epoch_us(posted_at), sentiment, reach, engagements, network, is_repost"
    rows = view.newest("post_versions", "resource_id, query_id", columns, can_vanish=True)
    return [Post(*row[:6]) for row in rows if not row[6]]


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
