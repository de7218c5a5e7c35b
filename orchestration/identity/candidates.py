"""The records as they are compared.

Fills the scratch database: `node` with a row per record to be clustered, `person` with those that have a name and the
columns `comparisons.py` reads. `number` counts the nodes by name, for arrays; `node_key` and
`row_key` outlive the run: who a record is, and what was compared of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

_TOLD = """
create or replace table scratch.told as
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
"""
# numbers and ranks are found on narrow tables: a window over whole rows moves every column, a join by name compares texts
_NODE = """
create or replace table scratch.node as
with numbered as (select rowid as place_in_table, row_number() over (order by node_id) - 1 as number from scratch.told),
called as (
    select first_name, floor(log2(greatest(count(*) filter (is_compared), 1)))::integer as name_rank
    from scratch.told group by first_name
)
select numbered.number, told.*, called.name_rank
from scratch.told as told
join numbered on told.rowid = numbered.place_in_table
join called on told.first_name is not distinct from called.first_name
"""
_PERSON = """
create or replace view scratch.person as
select
    * exclude (is_compared, source, first_seen_at),
    md5_number_lower(node_id) as node_key,
    hash(first_name, last_name, birth_date, email, phone, mobile_phone, street, postal_code, city, organisation, national_id,
        shared_email, shared_phone, name_rank) as row_key
from scratch.node
where is_compared
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
    for statement in (_TOLD, _NODE, "drop table scratch.told"):
        connection.execute(statement)
    connection.execute(_PERSON)
    return int(connection.execute("select count(*) from scratch.node where is_compared").fetchall()[0][0])
