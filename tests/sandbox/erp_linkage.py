"""How a careful reader links the people of the export company and of the outlet store: readers in the shape `linkage` uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb

from tests.sandbox.linkage import _digits, records


def export_customers(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    countries = {row["id"]: row["country"] for row in records(company, "netsuite__addresses", "id", clock)}
    for row in records(company, "netsuite__customers", "id", clock):
        if row["is_person"]:
            add(
                f"netsuite/customers/{row['id']}",
                ids=[row["account_number"] and f"erp {row['account_number']}"],
                mail=row["email"],
                name=f"{row['first_name']} {row['last_name']}",
                phones=[_digits(row["phone"], countries[row["address_id"]])],
            )


def outlet_partners(company: duckdb.DuckDBPyConnection, clock: datetime, add: Callable[..., None]) -> None:
    """Organisations and addresses are partners too, but no people."""
    countries = {row["id"]: row["code"] for row in records(company, "erp_postgres__countries", "id", clock)}
    for row in records(company, "erp_postgres__partners", "id", clock):
        if not row["is_company"] and row["type"] == "contact":
            country = countries[row["country_id"]]
            add(
                f"erp_postgres/partners/{row['id']}",
                ids=[row["ref"] and f"erp {row['ref']}"],
                mail=row["email"],
                name=row["name"],
                phones=[_digits(row["phone"], country), _digits(row["mobile"], country)],
            )
