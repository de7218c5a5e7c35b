"""What the warehouse knows, as arrays: the edges dbt found, what people decided, and what records say that may contradict.

Expects `scratch.node` (see `candidates.py`). Nothing personal leaves the database: values become numbers there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity.comparisons import OTHER_FIRST_NAME
from orchestration.identity.contradictions import Attribute, Contradictions
from orchestration.identity.features import one_slip
from orchestration.identity.linkage import Edges, Flags, Ints
from orchestration.identity.model import Model

TRUST = {
    "same_external_id": 30_000,
    "same_national_id": 25_000,
    "same_email": 20_000,
    "same_handle": 15_000,
    "same_phone_and_name": 15_000,
}
"""Which deterministic edge is believed first where they contradict, in thousandths of a bit."""


@dataclass(frozen=True, slots=True)
class _Said:
    """An attribute a person has one of: the columns that make a value, and when two values may be one (of `a` and `b`)."""

    name: str
    columns: tuple[str, ...]
    resembles: str
    trusted: str
    comparison: str
    differs: tuple[str, ...] = ("differs",)


_GIVEN_NAME = (
    "least(length(a.first_name), length(b.first_name)) = 1 and a.first_name[1] = b.first_name[1] "
    "or starts_with(a.first_name, b.first_name) or starts_with(b.first_name, a.first_name) "
    "or jaro_winkler_similarity(a.first_name, b.first_name) >= 0.75 "
    f"or {one_slip('a.first_name', 'b.first_name')} "
    "or (jaro_winkler_similarity(a.first_name, b.last_name) >= 0.85 and jaro_winkler_similarity(a.last_name, b.first_name) >= 0.85)"
)
_BIRTH_DATE = (
    f"{one_slip('a.birth_date', 'b.birth_date')} or a.birth_date[5:8] = b.birth_date[5:8] "
    "or a.birth_date[1:6] = b.birth_date[1:6] "
    "or (a.birth_date[1:4] = b.birth_date[1:4] and a.birth_date[5:6] = b.birth_date[7:8] and a.birth_date[7:8] = b.birth_date[5:6])"
)
RELIABLE = 0.03
"""An attribute forbids a link only where the model has learned that records of one person differ in it more seldom than this."""

SAID = (
    _Said("given name", ("first_name", "last_name"), _GIVEN_NAME, "true", "name_and_home", OTHER_FIRST_NAME),
    _Said("birth date", ("birth_date",), _BIRTH_DATE, "coalesce(trusts_birth_date, true)", "birth_date"),
    _Said(
        "national id",
        ("national_id",),
        "damerau_levenshtein(a.national_id, b.national_id) <= 2",
        "coalesce(trusts_national_id, true)",
        "national_id",
    ),
)


def told(connection: DuckDBPyConnection) -> Edges:
    """The deterministic edges between nodes that are there."""
    cases = " ".join(f"when '{rule}' then {trust}" for rule, trust in TRUST.items())
    found = connection.execute(f"""
        select l.number as l, r.number as r, max(case edge.rule {cases} else 10000 end) as weight
        from identity.int_identity__edges as edge
        join scratch.node as l on edge.node_l = l.node_id
        join scratch.node as r on edge.node_r = r.node_id
        where l.number <> r.number
        group by all order by l.number, r.number""").fetchnumpy()
    return Edges.of(*(_ints(found[name]) for name in ("l", "r", "weight")))


def compared(connection: DuckDBPyConnection) -> Flags:
    """Of each node, whether the model can say anything about it."""
    found = connection.execute("select is_compared from scratch.node order by number").fetchnumpy()
    return np.asarray(found["is_compared"], dtype=np.bool_)


def contradictions(connection: DuckDBPyConnection, model: Model, never: tuple[Ints, Ints]) -> Contradictions:
    """What forbids two records to be one person. `never`: pairs of nodes people have told apart."""
    connection.execute(_SOURCES if _has_source_rules(connection) else _NO_SOURCES)
    reliable = [said for said in SAID if _differ(model, said) < RELIABLE]
    return Contradictions([_attribute(connection, said) for said in reliable], _exclusive(connection), never)


def _differ(model: Model, said: _Said) -> float:
    """How often records of one person have nothing in common in an attribute."""
    return sum(model.levels[said.comparison][label].m for label in said.differs)


_NO_SOURCES = """
create or replace table scratch.source_rule as
select null::varchar as source, null::boolean as keeps_nobody_twice, null::boolean as trusts_birth_date, null::boolean as trusts_national_id
where false"""
_SOURCES = "create or replace table scratch.source_rule as select * from reference.identity_sources"


def _has_source_rules(connection: DuckDBPyConnection) -> bool:
    asked = "select 1 from duckdb_tables() where schema_name = 'reference' and table_name = 'identity_sources'"
    return bool(connection.execute(asked).fetchall())


def _exclusive(connection: DuckDBPyConnection) -> Ints:
    found = connection.execute("""
        with bits as (
            select source, 1::bigint << (row_number() over (order by source) - 1) as bit
            from scratch.source_rule where keeps_nobody_twice
        )
        select coalesce(bit, 0) as bit from scratch.node left join bits using (source) order by number""").fetchnumpy()
    return _ints(found["bit"])


def _attribute(connection: DuckDBPyConnection, said: _Said) -> Attribute:
    """Numbers the values; two nodes with the same values share a number."""
    table = f"scratch.said_{said.columns[0]}"
    listed = ", ".join(said.columns)
    where = f"{said.columns[0]} is not null and length({said.columns[0]}) > 0 and is_compared and {said.trusted}"
    source = "scratch.node left join scratch.source_rule using (source)"
    connection.execute(
        f"create or replace table {table} as select row_number() over (order by {listed}) - 1 as code, * "
        f"from (select distinct {listed} from {source} where {where})"
    )
    same = " and ".join(f"node.{column} is not distinct from value.{column}" for column in said.columns)
    found = connection.execute(
        f"select number, code from (select * from {source} where {where}) as node join {table} as value on {same} order by number"
    ).fetchnumpy()

    def resembles(one: Ints, other: Ints) -> Flags:
        connection.register("asked", pa.table({"place": np.arange(len(one)), "one": one, "other": other}))
        alike = connection.execute(
            f"select coalesce({said.resembles}, false) as alike from asked "
            f"join {table} as a on asked.one = a.code join {table} as b on asked.other = b.code order by place"
        ).fetchnumpy()
        connection.unregister("asked")
        return np.asarray(alike["alike"], dtype=np.bool_)

    return Attribute(said.name, _ints(found["number"]), _ints(found["code"]), resembles)


def _ints(values: object) -> Ints:
    return np.asarray(values, dtype=np.int64)
