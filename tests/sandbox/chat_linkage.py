"""How a careful reader links the people of the messenger and of the live chat: readers in the shape `linkage` uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb

from tests.sandbox.linkage import _digits, records


def messenger_contacts(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "intercom__contacts", "id", clock):
        add(
            f"intercom/contacts/{row['id']}",
            ids=[row["external_id"] and f"erp {row['external_id']}"],
            mail=row["email"],
            name=row["name"],
            phones=[_digits(row["phone"], row["country_code"])],
        )


def chat_visitors(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    """A visitor is a browser with all its chats; made-up names and silence say nothing."""
    requesters = {row["id"]: row["requester_id"] for row in records(company, "zendesk_support__tickets", "id", clock)}
    visitors: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in records(company, "zendesk_chat__chats", "id", clock):
        visitors[row["visitor_id"]].append(row)
    for visitor, chats in visitors.items():
        told = [row for row in chats if row["visitor_email"]]
        tickets = [f"requester {requesters[row['zendesk_ticket_id']]}" for row in chats if row["zendesk_ticket_id"]]
        if told or tickets:
            last = max(told, key=lambda row: row["started_at"]) if told else {}
            add(
                f"zendesk_chat/visitors/{visitor}",
                ids=tickets,
                mail=last.get("visitor_email"),
                name=last.get("visitor_name"),
                phones=[_digits(last.get("visitor_phone"), "DE")],
            )
