"""People to be matched: a few hundred records with slips, shared mailboxes and namesakes, the same on every run."""

from __future__ import annotations

from typing import Any

import duckdb

from ingest.sandbox.noise import plant

_RECORDS = """
select
    node_id, source,
    lower(strip_accents(coalesce(given_name, split_part(full_name, ' ', 1)))) as first_name_canonical,
    lower(strip_accents(coalesce(family_name, split_part(full_name, ' ', 2)))) as last_name_canonical,
    replace(birth_date, '-', '') as birth_date_clean,
    lower(trim(email)) as email_clean,
    right(regexp_replace(phone, '[^0-9]', '', 'g'), 9) as phone_digits,
    lower(street) as street_clean,
    postal_code as postal_code_clean,
    lower(city) as city_clean,
    first_seen_at
from noise.persons
order by node_id
"""
_EDGES = """
select distinct min(node_id) over (partition by email_clean, first_name_canonical), node_id
from told
where email_clean is not null and first_name_canonical is not null
qualify min(node_id) over (partition by email_clean, first_name_canonical) <> node_id
order by all
"""


def planted(records: int) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """About so many records as identity compares them, and the edges of those that share a mailbox and a given name."""
    with duckdb.connect() as connection:
        plant(connection, records)
        connection.execute(f"create temp table told as {_RECORDS}")
        found = connection.execute("select * from told order by node_id")
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        edges = connection.execute(_EDGES).fetchall()
    return {str(row["node_id"]): {k: v for k, v in row.items() if k != "node_id"} for row in rows}, edges
