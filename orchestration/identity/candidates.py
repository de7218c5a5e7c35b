"""The records as they are compared, and which of them are worth comparing: those that share a key few others have.

Fills the scratch database: `node` with a row per record to be clustered, `person` with those that have a name and the
columns `comparisons.py` reads, `pair` with the candidate pairs. `number` counts the nodes by name, for arrays; `node_key` and
`row_key` outlive the run: who a record is, and what was compared of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

LARGEST_BLOCK = 30
"""A key that more records share brings no pairs together: it is a town full of namesakes, not a person."""

_NODE = """
create or replace table scratch.node as
with told as (
    select
        node_id,
        first_name_canonical as first_name,
        last_name_canonical as last_name,
        birth_date_clean as birth_date,
        email_clean as email,
        split_part(email_clean, '@', 1) as mailbox,
        phone_digits as phone,
        mobile_phone_digits as mobile_phone,
        street_clean as street,
        nullif(regexp_extract(street_clean, '[0-9]+'), '') as house_number,
        nullif(regexp_replace(street_clean, '[0-9]+[a-z]?$|^[0-9]+[a-z]?|[0-9]', '', 'g'), '') as street_name,
        postal_code_clean as postal_code,
        city_clean as city,
        coalesce(postal_code_clean, city_clean) as place,
        organisation_clean as organisation,
        national_id_clean as national_id,
        has_shared_email as shared_email,
        has_shared_phone as shared_phone,
        not is_reference and coalesce(first_name_canonical, last_name_canonical, birth_date_clean, email_clean, phone_digits,
            mobile_phone_digits, street_clean, national_id_clean) is not null as is_compared,
        source,
        first_seen_at
    from identity.int_identity__nodes
)
select
    row_number() over (order by node_id) - 1 as number,
    *,
    regexp_replace(mailbox, '[^0-9]', '', 'g') as mailbox_number,
    regexp_replace(email, '[^0-9]', '', 'g') as email_number,
    floor(log2(greatest(count(*) filter (is_compared) over (partition by first_name), 1)))::integer as name_rank
from told
"""
_PERSON = """
create or replace view scratch.person as
select
    * exclude (is_compared, source, first_seen_at),
    md5_number_lower(node_id) as node_key,
    md5_number_lower(concat_ws('|', coalesce(first_name, ''), coalesce(last_name, ''), coalesce(birth_date, ''), coalesce(email, ''),
        coalesce(phone, ''), coalesce(mobile_phone, ''), coalesce(street, ''), coalesce(postal_code, ''), coalesce(city, ''),
        coalesce(organisation, ''), coalesce(national_id, ''), shared_email, shared_phone, name_rank)) as row_key
from scratch.node
where is_compared
"""
_KEYS = (
    "email",
    "phone",
    "mobile_phone",
    "national_id",
    "case when mailbox_number <> '' then mailbox end",
    "last_name || '|fl|' || first_name",
    "first_name || '|fl|' || last_name",
    "first_name || '|fb|' || birth_date",
    "last_name || '|lb|' || birth_date",
    "place || '|pb|' || birth_date",
    "city || '|cb|' || birth_date",
    "first_name || '|fp|' || place",
    "last_name || '|lp|' || place || substr(first_name, 1, 1)",
    "last_name || '|ls|' || street_name",
    "first_name || '|fs|' || street_name",
    "street_name || '|sp|' || place",
    "substr(street_name, 1, 5) || '|sc|' || city",
    "first_name || '|fc|' || city",
    "last_name || '|lc|' || city",
    "street_name || '|sb|' || substr(birth_date, 1, 4)",
    "substr(first_name, 1, 3) || '|ny|' || substr(last_name, 1, 3) || substr(birth_date, 1, 4)",
    "house_number || '|hn|' || place || substr(last_name, 1, 2)",
    "city || '|cn|' || substr(first_name, 1, 3) || substr(last_name, 1, 3)",
)
# "Anna Weber" and "Weber Anna" have the same two keys; a record is not its own neighbour
_PAIRS = """
create or replace table scratch.pair as
with keyed as ({keys}),
wanted as (
    select key from keyed group by key having count(*) between 2 and {largest}
),
kept as (
    select keyed.number, keyed.key from keyed semi join wanted using (key)
)
select distinct l.number as l, r.number as r
from kept as l
join kept as r on l.key = r.key and l.number < r.number
"""


@contextmanager
def scratch(connection: DuckDBPyConnection) -> Iterator[None]:
    """A database in memory beside the warehouse: what a run works on leaves no trace in the file."""
    connection.execute("attach if not exists ':memory:' as scratch")
    try:
        yield
    finally:
        connection.execute("detach scratch")


def gather(connection: DuckDBPyConnection) -> int:
    """Reads the nodes into the scratch database; returns how many of them can be compared."""
    connection.execute(_NODE)
    connection.execute(_PERSON)
    return int(connection.execute("select count(*) from scratch.node where is_compared").fetchall()[0][0])


def pair_up(connection: DuckDBPyConnection, largest_block: int = LARGEST_BLOCK) -> int:
    """Fills `pair` with every two people that share a key; returns how many."""
    keys = " union all ".join(
        f"select number, hash({key}) as key from scratch.node where is_compared and ({key}) is not null" for key in _KEYS
    )
    connection.execute(_PAIRS.format(keys=keys, largest=largest_block))
    return int(connection.execute("select count(*) from scratch.pair").fetchall()[0][0])
