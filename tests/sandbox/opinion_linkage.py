"""How a careful reader links recipients of surveys and authors of messages: readers in the shape `linkage` uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb

from tests.sandbox.linkage import records


def survey_recipients(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    for row in records(company, "qualtrics__responses", "id", clock):
        reference, first, last = row["external_reference"], row["recipient_first_name"], row["recipient_last_name"]
        add(
            f"qualtrics/responses/{row['id']}",
            ids=[reference and f"erp {reference}"],
            mail=row["recipient_email"],
            name=f"{first} {last}" if first and last else None,
        )


def message_authors(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    """A handle says who it is on X alone; elsewhere it may be another's."""
    for row in records(company, "sprout_social__messages", "guid", clock):
        is_ours = row["sent_by_id"] is not None
        handle = (row["from_screen_name"] or "").lstrip("@").lower()
        network = "" if row["network"] == "TWITTER" else f"{row['network']}:"
        add(f"sprout_social/messages/{row['guid']}", ids=[] if is_ours else [f"handle {network}{handle}"])
