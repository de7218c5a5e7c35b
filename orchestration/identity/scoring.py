"""How much every candidate pair speaks for one person. Pairs are compared once and kept; their weight is told anew each run.

How alike two records are (a level per comparison, Splink's way of telling) depends on the two records alone, so a kept pair
is as good as one compared today; weights also depend on how common a name is, and that changes with every record.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
from duckdb import DuckDBPyConnection

from orchestration.identity import features
from orchestration.identity.comparisons import (
    COMPARISONS,
    NAME_AND_HOME,
    NAMES_IN_A_PLACE,
    ORGANISATION,
    PHONE,
    VERSION,
    Comparison,
)
from orchestration.identity.linkage import Edges
from orchestration.identity.model import TERMS, Model

HEARSAY_BITS = 4.0
TOWN = 0.01
"""A place where more of all records live is a town, and no address."""

COMPARED = "identity_state.compared_pairs"
_LEVELS = ", ".join(comparison.name for comparison in COMPARISONS)

STATE = f"""create table if not exists {COMPARED} (
    l_key ubigint, r_key ubigint, l_row ubigint, r_row ubigint, version integer,
    {", ".join(f"{comparison.name} tinyint" for comparison in COMPARISONS)}, weight bigint)"""

_KEYED = """
create or replace table scratch.keyed_pair as
select pair.l, pair.r, a.node_key as l_key, b.node_key as r_key, a.row_key as l_row, b.row_key as r_row
from scratch.pair
join scratch.key_of as a on pair.l = a.number
join scratch.key_of as b on pair.r = b.number
"""
_KNOWN = f"""
create or replace table scratch.known_pair as
select keyed.l, keyed.r, {_LEVELS}
from scratch.keyed_pair as keyed
join {COMPARED} as compared using (l_key, r_key, l_row, r_row)
where compared.version = $version
"""
_UNSEEN = """
create or replace table scratch.unseen_pair as
select l, r from scratch.pair anti join scratch.known_pair using (l, r)
"""
_COLUMNS = (
    "first_name", "last_name", "birth_date", "email", "mailbox", "email_number", "phone", "mobile_phone",
    "street", "house_number", "street_name", "postal_code", "city", "place", "organisation", "national_id", "shared_email", "shared_phone",
    "name_rank",
)  # fmt: skip
"""The columns of `candidates.PERSON` that conditions read."""


def compare(connection: DuckDBPyConnection, *, fresh: bool = False) -> int:
    """Fills `scratch.known_pair` with the levels of every candidate pair; returns how many had to be compared.

    Expects `scratch.pair`. fresh: take no pair from the last run.
    """
    if fresh or not _has_kept(connection):
        connection.execute(f"create or replace table scratch.known_pair as {levels('scratch.pair')}")
        return int(connection.execute("select count(*) from scratch.known_pair").fetchall()[0][0])
    connection.execute(_KEYED)
    connection.execute(_KNOWN, {"version": _version(connection)})
    connection.execute(_UNSEEN)
    connection.execute(f"insert into scratch.known_pair {levels('scratch.unseen_pair')}")
    return int(connection.execute("select count(*) from scratch.unseen_pair").fetchall()[0][0])


def _version(connection: DuckDBPyConnection) -> int:
    """Of the comparisons and of the engine: what its hashes and similarities say is its own affair."""
    engine = str(connection.execute("select version()").fetchall()[0][0])
    return VERSION * 10_000_000 + zlib.crc32(engine.encode()) % 10_000_000


def levels(pairs: str) -> str:
    """A query for the columns of table `pairs` (of them l and r, numbers of records) and the level of each comparison.

    A level counts down to 0, which is `differs`; -1 where nothing can be said.
    """
    sides = ", ".join(f"{side}.{column} as {column}_{name}" for column in _COLUMNS for side, name in (("a", "l"), ("b", "r")))
    told = ", ".join(f"{_level_of(comparison)} as {comparison.name}" for comparison in COMPARISONS)
    joined = f"""(
        select pair as told, {sides} from {pairs} as pair
        join scratch.person as a on pair.l = a.number
        join scratch.person as b on pair.r = b.number)"""
    return f"select unnest(told), {told} from {features.found(joined)}"


def _level_of(comparison: Comparison) -> str:
    numbered = zip(range(len(comparison.levels), 0, -1), comparison.levels, strict=True)
    cases = " ".join(f"when {level.condition} then {number}" for number, level in numbered)
    return f"cast(case when {comparison.unknown} then -1 {cases} else 0 end as tinyint)"


def _has_kept(connection: DuckDBPyConnection) -> bool:
    return bool(connection.execute(f"select 1 from {COMPARED} limit 1").fetchall())


def keep(connection: DuckDBPyConnection) -> None:
    """Writes down what was compared, for the next run and for `why`; pairs that are no candidates any more are forgotten."""
    connection.execute(f"delete from {COMPARED}")
    connection.execute(f"""
        insert into {COMPARED}
        select a.node_key, b.node_key, a.row_key, b.row_key, {_version(connection)}, {_LEVELS}, weight
        from scratch.weighed_pair as pair
        join scratch.key_of as a on pair.l = a.number
        join scratch.key_of as b on pair.r = b.number""")


def begin(connection: DuckDBPyConnection) -> None:
    """Makes what `compare`, `weigh` and `keep` need, once per run."""
    frequencies(connection)
    connection.execute("create or replace table scratch.key_of as select number, node_key, row_key from scratch.person")
    levels_of = ", ".join(f"{comparison.name} tinyint" for comparison in COMPARISONS)
    connection.execute(f"create or replace table scratch.weighed_pair (l bigint, r bigint, weight bigint, {levels_of})")


def weigh(connection: DuckDBPyConnection, model: Model, n_records: int) -> Edges:
    """The match weight of every pair in `scratch.known_pair`, in thousandths of a bit; adds them to `scratch.weighed_pair`."""
    parts = [
        f"{model.prior_bits(n_records):.6f}",
        _rarity(model),
        _hearsay(),
        f"case when {_is_own()} then {model.own_bits(n_records):.6f} else 0 end",
        *(_bits_of(comparison, model) for comparison in COMPARISONS),
    ]
    connection.execute(f"""
        create or replace table scratch.newly_weighed as
        select pair.l, pair.r, cast(round(1000 * least({" + ".join(parts)}, {_at_most()})) as bigint) as weight, {_LEVELS}
        from scratch.known_pair as pair
        join scratch.frequency as a on pair.l = a.number
        join scratch.frequency as b on pair.r = b.number""")
    found = connection.execute("select l, r, weight from scratch.newly_weighed order by l, r").fetchnumpy()
    connection.execute("insert into scratch.weighed_pair from scratch.newly_weighed")
    return Edges.of(*(np.asarray(found[name]) for name in ("l", "r", "weight")))


def rarities(connection: DuckDBPyConnection, model: Model, pairs: str, columns: str) -> str:
    """A query for `columns` of every pair in table `pairs` and for what the frequency of its values adds, in hundredths of a bit."""
    frequencies(connection)
    return f"""
        select {columns}, round({_rarity(model)}, 2) as rarity
        from {pairs} as pair
        join scratch.frequency as a on pair.l = a.number
        join scratch.frequency as b on pair.r = b.number"""


def frequencies(connection: DuckDBPyConnection) -> None:
    """Fills `scratch.frequency`: for each record the share of records that hold the same value, in bits."""
    counted = ", ".join(
        f"held_{term} as (select {term}, log2(count(*) / sum(count(*)) over ()) as bits "
        f"from scratch.person where {term} is not null group by {term})"
        for term in TERMS
    )
    joined = " ".join(f"left join held_{term} using ({term})" for term in TERMS)
    connection.execute(f"""
        create or replace table scratch.frequency as
        with {counted}
        select number, {", ".join(f"held_{term}.bits as {term}" for term in TERMS)}
        from scratch.person {joined}""")


def _bits_of(comparison: Comparison, model: Model) -> str:
    cases = " ".join(f"when {number} then {weight:.6f}" for number, weight in enumerate(model.bits(comparison)))
    return f"case {comparison.name} {cases} else 0 end"


def _hearsay() -> str:
    """Names belong to regions and families: names in one town have to say more than they do on average before they join."""
    others = " and ".join(f"{comparison.name} <= 0" for comparison in COMPARISONS if comparison is not NAME_AND_HOME)
    numbers = ", ".join(str(number) for number, label in enumerate(NAME_AND_HOME.labels()) if label in NAMES_IN_A_PLACE)
    is_town = f"(a.place is null or b.place is null or greatest(a.place, b.place) > {math.log2(TOWN)})"
    return f"case when {others} and {is_town} and {NAME_AND_HOME.name} in ({numbers}) then -{HEARSAY_BITS} else 0 end"


def _is_own() -> str:
    """Whether any level agrees in something that is a person's own."""
    found = []
    for comparison in COMPARISONS:
        numbered = zip(range(len(comparison.levels), 0, -1), comparison.levels, strict=True)
        own = ", ".join(str(number) for number, level in numbered if level.is_own)
        found += [f"{comparison.name} in ({own})"] if own else []
    return f"({' or '.join(found)})"


def _at_most() -> str:
    """Where a side has no name, a line or an employer says whom they know, not who they are: too little to join two records."""
    silent = " and ".join(f"{comparison.name} <= 0" for comparison in COMPARISONS if comparison not in (PHONE, ORGANISATION))
    return f"case when {silent} and {NAME_AND_HOME.name} < 0 then 0 else 1000 end"


def _rarity(model: Model) -> str:
    """Values that agree speak louder the fewer hold them: what that moves, against what the level weighs on average."""
    cases = ["0"]
    for comparison in COMPARISONS:
        for number, level in zip(range(len(comparison.levels), 0, -1), comparison.levels, strict=True):
            if level.rarer:
                common = sum(math.log2(model.common[term]) for term in level.rarer)
                shares = "".join(f" - coalesce(greatest(a.{term}, b.{term}), 0)" for term in level.rarer)
                moved = f"greatest(least({common:.6f}{shares}, {level.most}), -20)"
                cases.append(f"case when {comparison.name} = {number} then {moved} else 0 end")
    return " + ".join(cases)
