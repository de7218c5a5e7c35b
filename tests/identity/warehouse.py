"""A warehouse that holds nothing but the identity models, filled by hand, one day after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from orchestration.identity.resolve import resolve

DAY_ONE = datetime(2026, 7, 1, 6, tzinfo=UTC)
Edge = tuple[str, str]
Records = Iterable[str] | Mapping[str, Mapping[str, Any]]

COLUMNS = {
    "node_id": "varchar", "source": "varchar", "first_name_canonical": "varchar", "last_name_canonical": "varchar",
    "birth_date_clean": "varchar", "email_clean": "varchar", "phone_digits": "varchar", "mobile_phone_digits": "varchar",
    "street_clean": "varchar", "postal_code_clean": "varchar", "city_clean": "varchar", "organisation_clean": "varchar",
    "national_id_clean": "varchar", "has_shared_email": "boolean", "has_shared_phone": "boolean", "is_reference": "boolean",
    "first_seen_at": "timestamptz",
}  # fmt: skip


class Warehouse:
    """What dbt would have made of these records and edges, and what the resolver makes of that."""

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self.connection = connection or duckdb.connect()
        self.connection.execute(
            "set TimeZone = 'UTC'; create schema if not exists identity; create schema if not exists reference"
        )
        self.day = 0

    def run(self, nodes: Records, edges: Iterable[Edge] = (), rule: str = "same_email") -> dict[str, int]:
        """Resolves these records on the next day; a record's first letter says when it was first seen."""
        return self.land(nodes, edges, rule).again()

    def land(self, nodes: Records, edges: Iterable[Edge] = (), rule: str = "same_email") -> Warehouse:
        """What dbt leaves of these records."""
        told = nodes if isinstance(nodes, Mapping) else {node: {} for node in nodes}
        self._fill("int_identity__nodes", COLUMNS, [_record(node, known) for node, known in told.items()])
        columns = {"node_l": "varchar", "node_r": "varchar", "rule": "varchar"}
        self._fill("int_identity__edges", columns, [(left, right, rule) for left, right in edges])
        return self

    def again(self) -> dict[str, int]:
        """Resolves what is there on the next day."""
        self.day += 1
        return resolve(self.connection, DAY_ONE + timedelta(days=self.day))

    def _fill(self, table: str, columns: Mapping[str, str], rows: list[tuple[Any, ...]]) -> None:
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.connection.execute(f"create or replace table identity.{table} ({listed})")
        if rows:
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(f"insert into identity.{table} values ({marks})", rows)

    def customers(self) -> dict[str, str]:
        """The customer of each record now."""
        return dict(self.rows("select node_id, customer_id from identity_state.customer_xref where valid_to is null"))

    def groups(self) -> set[frozenset[str]]:
        """Which records are one customer."""
        return groups(self.customers())

    def events(self) -> list[tuple[str, str, str | None, int]]:
        """What happened on the last day."""
        return self.rows("""
            select event, customer_id, other_id, n_nodes from identity_state.customer_events
            where occurred_at = (select max(occurred_at) from identity_state.customer_events) order by all""")

    def state(self) -> list[list[tuple[object, ...]]]:
        """Everything the ledger holds, but when it was written down."""
        tables = ("customer_xref", "customer_registry", "customer_events")
        return [
            self.rows(f"select columns(c -> c not in ('recorded_at', 'superseded_at')) from identity_state.{table} order by all")
            for table in tables
        ]

    def rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


def _record(node: str, known: Mapping[str, Any]) -> tuple[Any, ...]:
    usual = {
        "node_id": node,
        "source": "crm",
        "has_shared_email": False,
        "has_shared_phone": False,
        "is_reference": False,
        "first_seen_at": DAY_ONE - timedelta(days=100) + timedelta(minutes=ord(node[0])),
    }
    return tuple({**usual, **known}.get(column) for column in COLUMNS)


def groups(labels: Mapping[str, str]) -> set[frozenset[str]]:
    """The sets of keys that share a value."""
    return {frozenset(node for node, label in labels.items() if label == wanted) for wanted in labels.values()}
