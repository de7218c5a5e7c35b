"""Who is on a list and why, from what is published, and the one gate of consent every list passes.

An entry holds no name and no address: the task stands on the vendor's own record of the person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ingest.core.errors import UnknownName

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SERVICE, MARKETING = "service", "marketing"

# closing the loop on somebody's own complaint is service; an offer to somebody who may leave is marketing
PURPOSE = {"contact_today": SERVICE, "at_risk": MARKETING}
_ASKED = {
    "contact_today": "select customer_id, reason_code, reason, reference, channel, value_at_risk from contact_today order by rank",
    "at_risk": """
        select
            customer_id,
            case when life_cycle_stage = 'leaving' then 'leaving' else 'negative' end as reason_code,
            case when life_cycle_stage = 'leaving' then 'is about to leave' else 'was negative last' end as reason,
            coalesce(profile_reason_code, '') as reference,
            preferred_channel as channel,
            coalesce(current_mrr, 0) * 12 as value_at_risk
        from customer_360
        where customer_type = 'customer' and is_churned is not true and is_test is not true
            and (life_cycle_stage = 'leaving' or profile = 'negative')
        order by value_at_risk desc, customer_id
    """,
}
# a record of the person's own first; of several the one known longest is the vendor's survivor, whose ids rise
_VENDOR_IDS = """
    select identifier_type, customer_id, min_by(identifier_value, (length(identifier_value), identifier_value))
    from customer_identifiers where identifier_type in ('hubspot_contact_id', 'salesforce_contact_id', 'salesforce_lead_id')
    group by all
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer to contact for one reason. value_at_risk: minor units of the reporting currency, a year's worth."""

    list_name: str
    customer_id: str
    reason_code: str
    reason: str
    reference: str
    channel: str | None
    value_at_risk: float
    vendor_ids: Mapping[str, str]

    @property
    def key(self) -> str:
        """The same for the same customer, list, reason and occasion, in every run: what makes sending twice harmless."""
        told = "|".join((self.list_name, self.customer_id, self.reason_code, self.reference))
        return f"cx-{hashlib.sha256(told.encode()).hexdigest()[:32]}"

    def as_dict(self) -> dict[str, Any]:
        return {"key": self.key, **{name: value for name, value in asdict(self).items() if name != "vendor_ids"}}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list after the gate; `held_back` counts whom it holds back."""

    entries: tuple[Entry, ...]
    held_back: int


def read_list(connection: DuckDBPyConnection, name: str) -> Listed:
    """The entries of a list that may be contacted for its purpose."""
    if name not in _ASKED:
        raise UnknownName(f"there is no list {name}", f"Lists: {', '.join(_ASKED)}.")
    vendor_ids: dict[str, dict[str, str]] = {}
    for kind, customer_id, value in connection.execute(_VENDOR_IDS).fetchall():
        vendor_ids.setdefault(customer_id, {})[kind] = value
    rows = connection.execute(_ASKED[name]).fetchall()
    entries = [
        Entry(name, customer_id, code, reason, reference, channel, worth, vendor_ids.get(customer_id, {}))
        for customer_id, code, reason, reference, channel, worth in rows
    ]
    allowed = may_contact(connection, PURPOSE[name])
    kept = tuple(entry for entry in entries if allowed.get(entry.customer_id, PURPOSE[name] == SERVICE))
    return Listed(kept, len(entries) - len(kept))


def may_contact(connection: DuckDBPyConnection, purpose: str) -> dict[str, bool]:
    """The gate of consent: whether each customer may be contacted for a purpose.

    With a published table `consent` marketing needs a granted answer and service only that none was refused; without one
    the opt-out of the customer's records decides on marketing. Who is not named may be contacted for service alone.
    """
    tables = {str(row[0]) for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if "consent" in tables:
        allowed = "answer = 'granted'" if purpose == MARKETING else "answer is distinct from 'refused'"
        asked = f"select customer_id, bool_and({allowed}) from consent where purpose = ? group by customer_id"
        return dict(connection.execute(asked, [purpose]).fetchall())
    allowed = "is_opted_out is not true" if purpose == MARKETING else "true"
    return dict(connection.execute(f"select customer_id, {allowed} from customer_360").fetchall())
