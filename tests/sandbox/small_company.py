"""A company small enough to read: each vendor has the few records the claims beside this file need, written by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest.core.landed_types import SQL_TYPES
from ingest.registry import SOURCES
from ingest.sandbox.servers.state import START, State

COMPANY = "a1b2c3d4-0000-4000-8000-000000000001"
LATER = START + timedelta(days=1)
PAST = START - timedelta(days=10)

Rows = dict[str, list[dict[str, Any]]]


def at(days: float = 0, **parts: float) -> datetime:
    return PAST + timedelta(days=days, **parts)


def contact(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(seconds=number)
    return {
        "id": str(number),
        "email": f"p{number}@example.com",
        "created_at": stamp,
        "updated_at": stamp,
        "archived": False,
        **values,
    }


def ticket(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "id": number,
        "subject": "Where is my parcel?",
        "description": "It is late.",
        "status": "open",
        "channel": "email",
        "requester_id": 9,
        "tags": '["late"]',
        "generated_timestamp": int(stamp.timestamp()),
        "metric_replies": 2,
        "created_at": stamp,
        "updated_at": stamp,
        **values,
    }


def mention(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "resource_id": f"m{number:05}",
        "query_id": 8001,
        "query_name": "Aurora Home",
        "author": "someone",
        "sentiment": "positive",
        "posted_at": stamp,
        "added_at": stamp,
        "updated_at": stamp,
        **values,
    }


def response(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"{number:012}",
        "survey_id": "410000001",
        "response_status": "completed",
        "email": "p1@example.com",
        "pages": '[{"id":"510000001","questions":[]}]',
        "created_at": at(),
        "modified_at": at(minutes=number),
        **values,
    }


def bc_customer(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "company_id": COMPANY,
        "number": f"C{number}",
        "display_name": f"P {number}",
        "last_modified_at": at(seconds=number),
        **values,
    }


def charge(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"ch_{number:05}",
        "amount": 1990,
        "currency": "eur",
        "status": "succeeded",
        "created_at": at(minutes=number),
        **values,
    }


def event(number: int, kind: str, object_id: str, created: datetime, object_type: str) -> dict[str, Any]:
    return {"id": f"evt_{number}", "type": kind, "object_id": object_id, "object_type": object_type, "created_at": created}


def small_company() -> Rows:
    """A small company: each vendor has the few records its claims below need."""
    return {
        "hubspot__contacts": [
            *(contact(n) for n in range(1, 251)),
            contact(9_999, archived=True, archived_at=at(1)),
            contact(10_000, _is_gone=True),
            contact(251, first_name="Old", _visible_at=at()),
            contact(251, first_name="New", updated_at=LATER, _visible_at=LATER),
        ],
        "hubspot__contact_companies": [
            {"from_id": "1", "to_ids": '[{"toObjectId":77,"associationTypes":[]}]'},
            {"from_id": "2", "to_ids": "[]"},
        ],
        "hubspot__deals": [
            {"id": "5", "amount": 1500, "is_closed_won": True, "created_at": at(), "updated_at": at(), "archived": False}
        ],
        "business_central__companies": [{"id": COMPANY, "name": "AURORA", "display_name": "Aurora Home"}],
        "business_central__customers": [bc_customer(n) for n in range(1, 8)],
        "business_central__sales_invoices": [
            {
                "id": "inv-1",
                "company_id": COMPANY,
                "number": "I1",
                "last_modified_at": at(),
                "lines": '[{"sequence":10000}]',
                "total_amount_including_tax": 10.5,
            }
        ],
        "stripe__charges": [*(charge(n) for n in range(1, 251)), charge(999, _is_gone=True)],
        "stripe__customers": [
            {"id": "cus_1", "name": "Before", "created_at": at(-60), "crm_contact_id": "1", "_visible_at": at(-60)},
            {"id": "cus_1", "name": "After", "created_at": at(-60), "crm_contact_id": "1", "_visible_at": at(2)},
            {"id": "cus_1", "name": "After", "created_at": at(-60), "_visible_at": at(4), "_is_gone": True},
        ],
        "stripe__subscriptions": [
            {"id": "sub_1", "status": "active", "items": '{"object":"list","data":[]}', "created_at": at(), "started_at": at()},
            {
                "id": "sub_2",
                "status": "canceled",
                "items": '{"object":"list","data":[]}',
                "created_at": at(),
                "canceled_at": at(1),
            },
        ],
        "stripe__events": [
            event(1, "customer.created", "cus_1", at(-60), "customer"),
            event(2, "customer.updated", "cus_1", at(1), "customer"),
            event(3, "customer.updated", "cus_1", at(2), "customer"),
            event(4, "customer.deleted", "cus_1", at(4), "customer"),
            event(5, "charge.succeeded", "ch_00001", at(minutes=1), "charge"),
        ],
        "surveymonkey__surveys": [
            {"id": "410000001", "title": "NPS", "created_at": at(), "modified_at": at(), "question_count": 2}
        ],
        "surveymonkey__survey_details": [{"id": "410000001", "title": "NPS", "pages": "[]", "modified_at": at()}],
        "surveymonkey__responses": [response(n) for n in range(1, 151)],
        "zendesk_support__users": [{"id": 9, "name": "P", "active": True, "created_at": at(), "updated_at": at()}],
        "zendesk_support__tickets": [
            *(ticket(n) for n in range(1, 8)),
            ticket(8, status="deleted"),
            ticket(9, generated_timestamp=int(START.timestamp()) - 30, updated_at=at()),
        ],
        "zendesk_support__satisfaction_ratings": [
            {"id": n, "ticket_id": n, "score": "good", "created_at": at(), "updated_at": at(n)} for n in range(1, 6)
        ],
        "brandwatch__projects": [{"id": 7001, "name": "Aurora Home", "timezone": "Europe/Berlin"}],
        "brandwatch__queries": [{"id": 8001, "project_id": 7001, "name": "Aurora Home", "created_at": at(), "modified_at": at()}],
        "brandwatch__mentions": [*(mention(n) for n in range(1, 8)), mention(8, posted_at=at(-300), added_at=at(5))],
    }


def write_company(directory: Path, rows: Rows, sources: tuple[str, ...] = ()) -> None:
    """A company file with the declared columns of every resource and the given versions (visible from the start, unless told), of which `sources` are served."""
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(directory / "company.duckdb") as db:
        db.execute("CREATE SCHEMA vendor; SET TimeZone = 'UTC'")
        db.begin()
        for source in SOURCES.values():
            for resource in source.resources:
                _write_table(db, f"{source.name}__{resource.name}", {c.name: SQL_TYPES[c.kind] for c in resource.columns}, rows)
        db.commit()
    State(customers=1, seed=7, sources=sources).write(directory)


def _write_table(db: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Rows) -> None:
    columns = {**columns, "_visible_at": "TIMESTAMPTZ", "_is_gone": "BOOLEAN"}
    db.execute(f"CREATE TABLE vendor.{table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    versions = [{"_visible_at": at(-90), "_is_gone": False, **row} for row in rows.get(table, [])]
    if versions:
        marks = ", ".join("?" for _ in columns)
        db.executemany(f"INSERT INTO vendor.{table} VALUES ({marks})", [[row.get(n) for n in columns] for row in versions])
