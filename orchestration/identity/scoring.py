"""How much every candidate pair speaks for one person. Pairs are compared once and kept; their weight is told anew each run.

Splink finds out how alike two records are (a level per comparison). Levels depend on the two records alone, so a kept pair
is as good as one compared today; weights also depend on how common a name is, and that changes with every record.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from duckdb import DuckDBPyConnection

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
from orchestration.identity.model import TERMS, Model, Odds, settings

_TELLTALE = {
    comparison.name: {label: Odds(2.0 ** (number - 59), 2.0**-60) for number, label in enumerate(comparison.labels())}
    for comparison in COMPARISONS
}
"""Odds whose weight is the level's number plus one: Splink hands out weights, but levels only with all they were read from."""

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
_NOTHING_KNOWN = f"""
create or replace table scratch.known_pair as
select keyed.*, {", ".join(f"null::tinyint as {comparison.name}" for comparison in COMPARISONS)}
from scratch.keyed_pair as keyed where false
"""
_KNOWN = f"""
create or replace table scratch.known_pair as
select keyed.*, {_LEVELS}
from scratch.keyed_pair as keyed
join {COMPARED} as compared using (l_key, r_key, l_row, r_row)
where compared.version = {VERSION}
"""
_UNSEEN = """
create or replace table scratch.unseen_pair as
select l as join_key_l, r as join_key_r, '0' as match_key from scratch.keyed_pair
anti join scratch.known_pair using (l, r)
order by l, r
"""


def compare(connection: DuckDBPyConnection, *, fresh: bool = False) -> int:
    """Fills `scratch.known_pair` with the levels of every candidate pair; returns how many had to be compared.

    Expects `scratch.pair`. Splink is imported only when there is a pair nobody has compared yet.
    fresh: take no pair from the last run.
    """
    connection.execute("create or replace table scratch.key_of as select number, node_key, row_key from scratch.person")
    connection.execute(_KEYED)
    connection.execute(_NOTHING_KNOWN if fresh or not _has_kept(connection) else _KNOWN)
    connection.execute(_UNSEEN)
    unseen = int(connection.execute("select count(*) from scratch.unseen_pair").fetchall()[0][0])
    if unseen:
        levels = compare_with_splink(connection, "unseen_pair")
        connection.execute(
            f"insert into scratch.known_pair select keyed.*, {_LEVELS} from scratch.keyed_pair as keyed join {levels} using (l, r)"
        )
    return unseen


def _has_kept(connection: DuckDBPyConnection) -> bool:
    asked = "select 1 from duckdb_tables() where schema_name = 'identity_state' and table_name = 'compared_pairs'"
    return bool(connection.execute(asked).fetchall())


def keep(connection: DuckDBPyConnection) -> None:
    """Writes down what was compared, for the next run and for `why`; pairs that are no candidates any more are forgotten."""
    connection.execute(f"delete from {COMPARED}")
    connection.execute(f"""
        insert into {COMPARED}
        select l_key, r_key, l_row, r_row, {VERSION}, {", ".join(f"weighed.{comparison.name}" for comparison in COMPARISONS)}, weight
        from scratch.known_pair join scratch.weighed_pair as weighed using (l, r) order by l, r""")


def compare_with_splink(connection: DuckDBPyConnection, pairs: str) -> str:
    """Splink's levels of the pairs in scratch table `pairs` (join_key_l, join_key_r, match_key); the name of their table."""
    from splink import DuckDBAPI, Linker

    with in_scratch(connection), quiet():
        database = DuckDBAPI(connection)
        linker = Linker(database.register("person", dataset_display_name="person"), settings(_TELLTALE, 0.5), log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(database.register(pairs))
        found = linker.inference.predict(warning_mode="never").physical_name
        levels = ", ".join(f"cast(mw_{name} - 1 as tinyint) as {name}" for name in _TELLTALE)
        connection.execute(f"create or replace table level_of as select number_l as l, number_r as r, {levels} from {found}")
        linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    return "scratch.level_of"


@contextmanager
def in_scratch(connection: DuckDBPyConnection) -> Iterator[None]:
    """Unqualified names mean the scratch database: Splink makes its tables where it stands."""
    before = connection.execute("select current_database(), current_schema()").fetchall()[0]
    connection.execute("use scratch")
    try:
        yield
    finally:
        connection.execute(f'use "{before[0]}"."{before[1]}"')


@contextmanager
def quiet() -> Iterator[None]:
    """Splink tells about every step; here nobody reads it."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def weigh(connection: DuckDBPyConnection, model: Model, n_records: int) -> Edges:
    """The match weight of every pair in `scratch.known_pair`, in thousandths of a bit."""
    frequencies(connection)
    parts = [
        f"{model.prior_bits(n_records):.6f}",
        _rarity(model),
        _hearsay(),
        *(_bits_of(comparison, model) for comparison in COMPARISONS),
    ]
    connection.execute(f"""
        create or replace table scratch.weighed_pair as
        select pair.l, pair.r, cast(round(1000 * least({" + ".join(parts)}, {_at_most()})) as bigint) as weight, {_LEVELS}
        from scratch.known_pair as pair
        join scratch.frequency as a on pair.l = a.number
        join scratch.frequency as b on pair.r = b.number
        order by pair.l, pair.r""")
    found = connection.execute("select l, r, weight from scratch.weighed_pair order by l, r").fetchnumpy()
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
    columns = ", ".join(
        f"log2(count(*) over (partition by {term}) / nullif(count({term}) over (), 0)) as {term}, {term} is null as no_{term}"
        for term in TERMS
    )
    connection.execute(f"""
        create or replace table scratch.frequency as
        select number, {", ".join(f"case when not no_{term} then {term} end as {term}" for term in TERMS)}
        from (select number, {columns} from scratch.person)""")


def _bits_of(comparison: Comparison, model: Model) -> str:
    cases = " ".join(f"when {number} then {weight:.6f}" for number, weight in enumerate(model.bits(comparison)))
    return f"case {comparison.name} {cases} else 0 end"


def _hearsay() -> str:
    """Names belong to regions and families: names in one town have to say more than they do on average before they join."""
    others = " and ".join(f"{comparison.name} <= 0" for comparison in COMPARISONS if comparison is not NAME_AND_HOME)
    numbers = ", ".join(str(number) for number, label in enumerate(NAME_AND_HOME.labels()) if label in NAMES_IN_A_PLACE)
    is_town = f"(a.place is null or b.place is null or greatest(a.place, b.place) > {math.log2(TOWN)})"
    return f"case when {others} and {is_town} and {NAME_AND_HOME.name} in ({numbers}) then -{HEARSAY_BITS} else 0 end"


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
