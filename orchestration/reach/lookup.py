"""The questions call-centre software asks of one publication: whose identifier is this, who are they, what happened.

A role sees a named list of columns: what is added to a published table reaches a pseudonymised answer only when it is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from orchestration.reach import spelling
from orchestration.reach.lookup_file import Opened

FULL, PSEUDONYMISED = "full", "pseudonymised"
_FORMER = "former_customer_id"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MATCHES = 25  # what more people share names nobody

# names, addresses to write or call, where somebody lives and what an account is called stay out
_CARD_NAMES = (
    "customer_id account_id country_code customer_type acquisition_source profile profile_reason_code churn_basis first_touch_channel "
    "life_cycle_stage rfm_segment rfm_cell persona preferred_channel contact_reason_code order_count net_revenue_reporting "
    "refunded_reporting current_mrr active_subscriptions case_count open_case_count touchpoint_count channel_count latest_nps_score "
    "latest_csat_score latest_ces_score days_since_last_order days_since_last_touchpoint source_count record_count is_test is_opted_out "
    "is_churned first_touch_at lead_created_at became_customer_at first_seen_at last_seen_at first_ordered_at last_ordered_at "
    "paid_until_at churned_at latest_nps_at latest_csat_at latest_ces_at last_case_opened_at first_touchpoint_at last_touchpoint_at "
    "last_inbound_at profile_since_at data_as_of"
)
_CARD_WITHOUT_PERSON = frozenset(_CARD_NAMES.split())
# what somebody said, and how a vendor's agent put the outcome, are free text
_EVENT_NAMES = "touchpoint_id occurred_at stage channel touchpoint source direction sentiment effort reference"
_EVENT_WITHOUT_WORDS = frozenset(_EVENT_NAMES.split())
_EVENT = _EVENT_WITHOUT_WORDS | {"outcome", "words"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a timeline goes on: events before this instant, and at it those whose id comes before `touchpoint_id`."""

    at: datetime
    touchpoint_id: str = ""

    @classmethod
    def read(cls, written: str) -> Position:
        """From an ISO 8601 instant (UTC where it names no zone), with ~ and an id behind it; ValueError otherwise."""
        instant, _, touchpoint_id = written.partition("~")
        at = datetime.fromisoformat(instant.strip().replace(" ", "+"))
        return cls(at if at.tzinfo else at.replace(tzinfo=UTC), touchpoint_id)

    def written(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()}~{self.touchpoint_id}".replace("+00:00", "Z")


def with_email(opened: Opened, address: str, role: str) -> list[Row]:
    """Cards of everybody who uses a normalised address: a family's has several."""
    return _with(opened, [address], "kind = 'email'", role)


def with_phone(opened: Opened, digits: str, role: str) -> list[Row]:
    return _with(opened, [digits], "kind = 'phone'", role)


def with_source_id(opened: Opened, written: str, role: str) -> list[Row]:
    """Cards by a vendor's id: bare, or a whole record as source:resource:key."""
    return _with(opened, spelling.source_ids(written), f"kind not in ('email', 'phone', 'social_handle', '{_FORMER}')", role)


def card(opened: Opened, customer_id: str, role: str) -> Row | None:
    """The customer's row of customer_360; None when there is no such customer.

    An id that was merged into another is answered with the survivor's card, and says so in `merged_into`.
    """
    found = _card(opened, customer_id, role)
    if found is not None:
        return found
    survivor = _survivor(opened, customer_id)
    found = _card(opened, survivor, role) if survivor else None
    return {**found, "merged_into": survivor} if found else None


def timeline(opened: Opened, customer_id: str, limit: int, before: Position | None, role: str) -> Row | None:
    """Up to `limit` events, newest first, and `next_before`, the position of the next page where there are more.

    Of the survivor where the id was merged, as for `card`; None when there is no such customer.
    """
    survivor = None
    events = list(islice(_events(opened, customer_id, before), limit + 1))
    if not events and not _is_customer(opened, customer_id):
        survivor = _survivor(opened, customer_id)
        if survivor is None:
            return None
        events = list(islice(_events(opened, survivor, before), limit + 1))
    shown = events[:limit]
    following = Position(shown[-1]["occurred_at"], shown[-1]["touchpoint_id"]).written() if len(events) > limit else None
    names = _EVENT if role == FULL else _EVENT_WITHOUT_WORDS
    told = [{name: value for name, value in event.items() if name in names} for event in shown]
    merged = {"merged_into": survivor} if survivor else {}
    return {"customer_id": survivor or customer_id, "events": told, "next_before": following, **merged}


def _events(opened: Opened, customer_id: str, before: Position | None) -> Iterator[Row]:
    """Newest first, those before a position; reads no more than is taken."""
    columns = [*opened.columns["touchpoints"], ("words", "VARCHAR")]
    texts = opened.connection.execute("select events from timelines where customer_id = ? order by page", [customer_id])
    for (text,) in texts:
        for values in orjson.loads(text):
            event = _row(columns, values)
            if before is None or (event["occurred_at"], event["touchpoint_id"]) < (before.at, before.touchpoint_id):
                yield event


def _with(opened: Opened, values: Sequence[str], is_wanted: str, role: str) -> list[Row]:
    """is_wanted: SQL, which kinds of identifier are meant."""
    asked = f"select customer_id from identifiers where value = ? and {is_wanted} limit {MOST_MATCHES + 1}"
    found = {customer_id for value in values for (customer_id,) in opened.connection.execute(asked, [value])}
    cards = (_card(opened, customer_id, role) for customer_id in sorted(found)[:MOST_MATCHES])
    return [one for one in cards if one is not None]


def _card(opened: Opened, customer_id: str, role: str) -> Row | None:
    text = opened.connection.execute("select card from customers where customer_id = ?", [customer_id]).fetchone()
    if text is None:
        return None
    told = _row(opened.columns["customer_360"], orjson.loads(text[0]))
    return told if role == FULL else {name: value for name, value in told.items() if name in _CARD_WITHOUT_PERSON}


def _is_customer(opened: Opened, customer_id: str) -> bool:
    return bool(opened.connection.execute("select 1 from customers where customer_id = ?", [customer_id]).fetchall())


def _survivor(opened: Opened, customer_id: str) -> str | None:
    """The customer an id was merged into."""
    asked = f"select customer_id from identifiers where value = ? and kind = '{_FORMER}'"
    found = opened.connection.execute(asked, [customer_id]).fetchone()
    return str(found[0]) if found else None


def _row(columns: Iterable[tuple[str, str]], values: Iterable[Any]) -> Row:
    """What a text's values mean: instants stand in it as microseconds since 1970, UTC."""
    return {
        name: _EPOCH + timedelta(microseconds=value) if value is not None and kind.startswith("TIMESTAMP") else value
        for (name, kind), value in zip(columns, values, strict=True)
    }
