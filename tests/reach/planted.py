"""A small published file with the columns of the published contracts, and the rows a test names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT

AS_OF = "2026-07-01 06:00:00+00"
CONTRACTS = CHECKOUT / "dbt_project" / "models" / "published"
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

PEOPLE: Rows = {
    "customer_360": [
        {
            "customer_id": f"C{n}",
            "full_name": f"Canary {n}",
            "first_name": "Canary",
            "last_name": str(n),
            "email": f"canary{n}@example.com",
            "phone": f"+49301234567{n}",
            "city": "Canaryville",
            "postal_code": f"9900{n}",
            "customer_type": "customer",
            "profile": "negative" if n == 1 else "advocate",
            "current_mrr": 1000.0 * n,
            "data_as_of": AS_OF,
        }
        for n in (1, 2, 3)
    ],
    "customer_identifiers": [
        {"customer_id": who, "identifier_type": kind, "identifier_value": value, "source": "hubspot", "source_record_id": "71"}
        for who, kind, value in (
            ("C1", "email", "canary1@example.com"),
            ("C2", "email", "canary2@example.com"),
            ("C2", "email", "canary3@example.com"),
            ("C3", "email", "canary3@example.com"),
            ("C1", "phone", "493012345671"),
            ("C1", "hubspot_contact_id", "71"),
            ("C1", "record", "hubspot:contacts:71"),
            ("C1", "salesforce_contact_id", "0035g000000000C"),
            ("C1", "former_customer_id", "C7"),
        )
    ],
    "touchpoints": [
        {
            "touchpoint_id": f"case_opened:zendesk_support:{n}",
            "customer_id": "C1",
            "occurred_at": f"2026-06-{10 + n // 2:02d} 09:00:00+00",
            "stage": "support",
            "channel": "email",
            "touchpoint": "asked for help",
            "outcome": "Canary was cross",
            "reference": f"zendesk_support:{n}",
        }
        for n in range(5)
    ],
    "feedback": [
        {
            "feedback_id": "zendesk_support:4",
            "customer_id": "C1",
            "kind": "message",
            "comment": "Canary here, call me on 030 1234567",
            "responded_at": "2026-06-12 09:00:00+00",
        }
    ],
}


@cache
def columns_of(table: str) -> dict[str, str]:
    """Name and type of every column of a published contract."""
    told = yaml.load((CONTRACTS / f"published__{table}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {column["name"]: column["data_type"] for column in told["models"][0]["columns"]}


def tables() -> list[str]:
    return sorted(file.stem.removeprefix("published__") for file in CONTRACTS.glob("published__*.yml"))


def plant(paths: Paths, rows: Rows, run_id: str = "first-run") -> Path:
    """Writes the published file whole and renames it over the one there, as publishing does."""
    paths.published.parent.mkdir(parents=True, exist_ok=True)
    beside = paths.published.with_suffix(".planting")
    with duckdb.connect(str(beside)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        counts = {table: _fill(connection, table, rows.get(table, ())) for table in tables()}
        connection.execute(
            "create table publication (run_id varchar, published_at timestamptz, data_as_of timestamptz, "
            "gates_passed varchar[], table_name varchar, row_count bigint, checksum varchar)"
        )
        connection.executemany(
            f"insert into publication values (?, timestamptz '{AS_OF}', timestamptz '{AS_OF}', [], ?, ?, '')",
            [(run_id, table, count) for table, count in counts.items()],
        )
    return beside.replace(paths.published)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
    columns = columns_of(table)
    connection.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    for row in rows:
        told = {"data_as_of": AS_OF, **row}
        unknown = set(told) - set(columns)
        assert not unknown, f"{table} has no {unknown}"
        connection.execute(
            f"insert into {table} ({', '.join(told)}) values ({', '.join('?' for _ in told)})", list(told.values())
        )
    return len(rows)
