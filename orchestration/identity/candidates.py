"""The records as they are compared, and which of them are worth comparing: those that share a key few others have.

Fills the scratch database: `node` with a row per record to be clustered, `person` with those that have a name and the
columns `comparisons.py` reads, `pair` with the candidate pairs. `number` counts the nodes by name, for arrays; `node_key` and
`row_key` outlive the run: who a record is, and what was compared of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity.linkage import Edges, Ints, components

LARGEST_BLOCK = 30
"""A key that more records share brings no pairs together: it is a town full of namesakes, not a person."""

# numbers and ranks are found on narrow tables: a window over whole rows moves every column
_NODE = """
create or replace table scratch.node as
with told as materialized (
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
),
numbered as (select node_id, row_number() over (order by node_id) - 1 as number from told),
called as (
    select first_name, floor(log2(greatest(count(*) filter (is_compared), 1)))::integer as name_rank from told group by first_name
)
select
    numbered.number,
    told.*,
    regexp_replace(mailbox, '[^0-9]+', '', 'g') as mailbox_number,
    regexp_replace(email, '[^0-9]+', '', 'g') as email_number,
    called.name_rank
from told
join numbered using (node_id)
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


FEWEST, CROWD = 3, 300_000
"""By chance alone ever more records share a key the more there are. A key that is no person's own is enough for a comparison
among `CROWD` / n records, if there are n, but always among `FEWEST`; where more share it, a second key has to be shared."""
_ANY = 1000
_NAMESAKES = 12
"""Records of one name: sharing nothing else they are likely enough one person only where the name is this rare."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What two records may share: columns of `_CODED`, all known. `alone`: among how many records that is enough, where it is
    another number than for most keys (`CROWD`)."""

    shares: tuple[str, ...]
    alone: int = 0


_KEYS = (
    _Key(("mail",), _ANY),
    _Key(("phone",), _ANY),
    _Key(("mobile_phone",), _ANY),
    _Key(("national_id",), _ANY),
    # "Anna Weber" and "Weber Anna" are one name
    _Key(("least(first_name, last_name)", "greatest(first_name, last_name)"), _NAMESAKES),
    _Key(("first_name", "birth_date"), _ANY),
    _Key(("last_name", "birth_date"), _ANY),
    _Key(("place", "birth_date"), _ANY),
    _Key(("city", "birth_date"), _ANY),
    _Key(("street_name", "birth_date"), _ANY),
    _Key(("street_name", "place", "birth_year"), _ANY),
    _Key(("first_name", "place")),
    _Key(("last_name", "place", "first_left")),
    _Key(("last_name", "street_name")),
    _Key(("first_name", "street_name")),
    _Key(("street_name", "place")),
    _Key(("street_start", "city")),
    _Key(("first_name", "city")),
    _Key(("last_name", "city")),
    _Key(("street_name", "birth_year")),
    _Key(("first_start", "last_start", "birth_year")),
    _Key(("house_number", "place", "last_two")),
    _Key(("city", "first_start", "last_start")),
)
# every text is hashed once, and what follows works on numbers
_HASHED = {
    "mail": "if(mailbox_number <> '', mailbox, email)",
    "last_two": "left(last_name, 2)",
    "first_start": "left(first_name, 3)",
    "last_start": "left(last_name, 3)",
    "birth_year": "left(birth_date, 4)",
    "street_start": "left(street_name, 5)",
} | {
    name: name
    for name in (
        "phone", "mobile_phone", "national_id", "first_name", "last_name", "birth_date", "place", "city", "street_name", "house_number"
    )
}  # fmt: skip
_LETTERS = {
    f"{side}_{end}": f"coalesce(ascii({end}({side}_name, 1)) % 256, 0)::utinyint"
    for side in ("first", "last")
    for end in ("left", "right")
}
_CODED = f"""
create or replace table scratch.coded as
select
    number,
    settled.label,
    {", ".join(f"{value} as {name}" for name, value in _LETTERS.items())},
    {", ".join(f"if(({value}) is null, null, hash({value})) as {name}" for name, value in _HASHED.items())}
from scratch.node
left join settled using (number)
where is_compared
"""


# A slip touches one end of a name: two names that differ at both ends are two names, unless they stand in each other's place.
def _alike(one: str, other: str) -> str:
    left, right = f"l.{one}_left = r.{other}_left", f"l.{one}_right = r.{other}_right"
    return f"(l.{one}_left = 0 or r.{other}_left = 0 or {left} or {right})"


_SAME_ENDS = (
    f"({_alike('first', 'first')} and {_alike('last', 'last')}) or ({_alike('first', 'last')} and {_alike('last', 'first')})"
)
_PAIRS = f"""
create or replace table scratch.pair as
with keyed as ({{keys}}),
wanted as (
    select key, count(*) as size from keyed group by key having count(*) between 2 and {{largest}}
),
kept as (
    select keyed.* exclude (alone), keyed.alone >= wanted.size as alone from keyed join wanted using (key)
)
select l.number as l, r.number as r
from kept as l
join kept as r on l.key = r.key and l.number < r.number
where coalesce(l.label <> r.label, true) and (l.alone or ({_SAME_ENDS}))
group by l.number, r.number
having bool_or(l.alone) or count(*) > 1
"""
_WHOLE = """
create or replace table scratch.pair as
with member as (
    select hanging.* from hanging
    semi join scratch.person using (number)
    qualify count(*) over (partition by hanging."group") between 2 and {largest}
),
whole as (
    select l.number as l, r.number as r
    from member as l
    join member as r on l."group" = r."group" and l.number < r.number
    where l.label <> r.label
)
from whole anti join scratch.pair using (l, r)
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


def pair_up(connection: DuckDBPyConnection, settled: Ints) -> int:
    """Fills `pair` with every two people who share enough to be worth comparing; returns how many.

    settled: the cluster of each node so far; two records of one cluster have nothing left to ask.
    """
    return _pair_up(connection, settled, LARGEST_BLOCK)


def pair_up_all(connection: DuckDBPyConnection, largest_block: int) -> int:
    """Fills `pair` with every two people who share any key that no more than `largest_block` share; returns how many."""
    return _pair_up(connection, np.zeros(0, dtype=np.int64), largest_block, alone=_ANY)


def pair_up_whole(connection: DuckDBPyConnection, settled: Ints, likely: Edges, above: int) -> int:
    """Replaces `pair` with what is missing between clusters that a pair of more than `above` holds to be one; returns how many.

    Whether they are is told by all their records. Clusters that hang together to more than a block are left as they are.
    """
    near = likely.weight > above
    groups = components(len(settled), settled[likely.left[near]], settled[likely.right[near]])[settled]
    connection.register("hanging", pa.table({"number": np.arange(len(settled)), "label": settled, "group": groups}))
    connection.execute(_WHOLE.format(largest=LARGEST_BLOCK))
    connection.unregister("hanging")
    return int(connection.execute("select count(*) from scratch.pair").fetchall()[0][0])


def _pair_up(connection: DuckDBPyConnection, settled: Ints, largest_block: int, alone: int = 0) -> int:
    connection.register("settled", pa.table({"number": np.arange(len(settled)), "label": settled}))
    connection.execute(_CODED)
    connection.unregister("settled")
    few = max(FEWEST, alone, CROWD // max(len(settled), 1))
    keys = " union all ".join(_keyed(kind, key, min(max(key.alone, few), _ANY)) for kind, key in enumerate(_KEYS))
    connection.execute(_PAIRS.format(keys=keys, largest=largest_block))
    connection.execute("drop table scratch.coded")
    return int(connection.execute("select count(*) from scratch.pair").fetchall()[0][0])


def _keyed(kind: int, key: _Key, alone: int) -> str:
    """Whoever knows all that makes the key, with the key."""
    known = " and ".join(f"({value}) is not null" for value in key.shares if value != "first_left")
    return f"""
        select number, label, {", ".join(_LETTERS)}, {alone}::usmallint as alone, hash({kind}, {", ".join(key.shares)}) as key
        from scratch.coded where {known}"""
