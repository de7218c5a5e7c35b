"""The questions call-centre software asks of one publication: whose identifier is this, who are they, what happened.

A role sees a named list of columns: what is added to a published table reaches a pseudonymised answer only when it is named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.reach import spelling
from orchestration.reach.lookup_file import Opened

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FULL, PSEUDONYMISED = "full", "pseudonymised"
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
    return _with(opened, [address], lambda kind: kind == "email", role)


def with_phone(opened: Opened, digits: str, role: str) -> list[Row]:
    return _with(opened, [digits], lambda kind: kind == "phone", role)


def with_source_id(opened: Opened, written: str, role: str) -> list[Row]:
    """Cards by a vendor's id: bare, or a whole record as source:resource:key."""
    return _with(opened, spelling.source_ids(written), lambda kind: kind not in ("email", "phone", "social_handle"), role)


def card(opened: Opened, customer_id: str, role: str) -> Row | None:
    """The customer's row of customer_360; None when there is no such customer."""
    with opened.connection.cursor() as connection:
        return _card(connection, customer_id, role)


def timeline(opened: Opened, customer_id: str, limit: int, before: Position | None, role: str) -> tuple[list[Row], str | None]:
    """Up to `limit` events, newest first, and the position of the next page where there are more."""
    with opened.connection.cursor() as connection:
        events = list(_rows(connection, "select * from touchpoints where customer_id = ?", [customer_id]))
        said = dict(
            connection.execute("select feedback_id, comment from feedback where customer_id = ?", [customer_id]).fetchall()
        )
    # sorted here: asked for an order and a limit, DuckDB reads the table twice instead of using its index
    events.sort(key=lambda event: (event["occurred_at"], event["touchpoint_id"]), reverse=True)
    if before is not None:
        mark = (before.at, before.touchpoint_id)
        events = [event for event in events if (event["occurred_at"], event["touchpoint_id"]) < mark]
    shown = events[:limit]
    last = shown[-1] if len(events) > limit else None
    following = Position(last["occurred_at"], last["touchpoint_id"]).written() if last else None
    names = _EVENT if role == FULL else _EVENT_WITHOUT_WORDS
    told = [{**event, "words": said.get(event["reference"])} for event in shown]
    return [{name: value for name, value in event.items() if name in names} for event in told], following


def _with(opened: Opened, values: Sequence[str], is_wanted: Any, role: str) -> list[Row]:
    """The kind is looked at here: DuckDB uses the index only when the value alone is asked for."""
    found: list[str] = []
    with opened.connection.cursor() as connection:
        for value in values:
            rows = connection.execute(
                "select customer_id, identifier_type from customer_identifiers where identifier_value = ?", [value]
            ).fetchall()
            found += [customer_id for customer_id, kind in rows if is_wanted(kind) and customer_id not in found]
        cards = [_card(connection, customer_id, role) for customer_id in sorted(found)[:MOST_MATCHES]]
    return [one for one in cards if one is not None]


def _card(connection: DuckDBPyConnection, customer_id: str, role: str) -> Row | None:
    found = next(_rows(connection, "select * from customer_360 where customer_id = ?", [customer_id]), None)
    if found is None or role == FULL:
        return found
    return {name: value for name, value in found.items() if name in _CARD_WITHOUT_PERSON}


def _rows(connection: DuckDBPyConnection, sql: str, values: list[Any]) -> Iterator[Row]:
    answer = connection.execute(sql, values)
    names = [column[0] for column in answer.description or []]
    return (dict(zip(names, row, strict=True)) for row in answer.fetchall())
