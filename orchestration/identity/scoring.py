"""How alike the records of every candidate pair are. Pairs are compared once and kept; their weight is told anew each run (`weights.py`).

How alike two records are (a level per comparison, Splink's way of telling) depends on the two records alone, so a kept pair
is as good as one compared today; weights also depend on how common a name is, and that changes with every record.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from orchestration.identity import features
from orchestration.identity.comparisons import COMPARISONS, VERSION, Comparison
from orchestration.identity.linkage import Edges, Ints
from orchestration.identity.weights import LEVELS, Pairs

COMPARED = "identity_state.compared_pairs"

STATE = f"""create table if not exists {COMPARED} (
    l_key ubigint, r_key ubigint, l_row ubigint, r_row ubigint, version integer,
    {", ".join(f"{comparison.name} tinyint" for comparison in COMPARISONS)}, weight bigint)"""

_KNOWN = f"""
create or replace table scratch.known_pair as
select keyed.l, keyed.r, {LEVELS}
from keyed_pair as keyed
join {COMPARED} as compared using (l_key, r_key, l_row, r_row)
where compared.version = $version
"""
_UNSEEN = """
create or replace table scratch.unseen_pair as
select l, r from scratch.pair anti join scratch.known_pair using (l, r)
"""
_COLUMNS = (
    "first_name", "last_name", "birth_date", "email", "phone", "mobile_phone", "street", "street_name", "postal_code", "city",
    "organisation", "national_id", "shared_email", "shared_phone", "name_rank",
)  # fmt: skip
"""The columns of `candidates.PERSON` that conditions read."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Who a record is (`node`) and what is compared of it (`row`), by its number; both outlive the run."""

    node: NDArray[np.uint64]
    row: NDArray[np.uint64]

    @classmethod
    def told(cls, connection: DuckDBPyConnection) -> Keys:
        found = connection.execute("select number, node_key, row_key from scratch.person").fetchnumpy()
        number = np.asarray(found["number"], dtype=np.int64)
        node, row = (np.zeros(int(number.max(initial=-1)) + 1, dtype=np.uint64) for _ in range(2))
        node[number], row[number] = found["node_key"], found["row_key"]
        return cls(node, row)

    def of(self, left: Ints, right: Ints) -> dict[str, NDArray[np.uint64]]:
        """The columns l_key, r_key, l_row, r_row of pairs of numbers."""
        return {"l_key": self.node[left], "r_key": self.node[right], "l_row": self.row[left], "r_row": self.row[right]}


def compare(connection: DuckDBPyConnection, keys: Keys | None = None) -> int:
    """Fills `scratch.known_pair` with the levels of every candidate pair; returns how many had to be compared.

    Expects `scratch.pair`. Without keys no pair is taken from the last run.
    """
    if keys is None or not _has_kept(connection):
        connection.execute(f"create or replace table scratch.known_pair as {levels('scratch.pair')}")
        return int(connection.execute("select count(*) from scratch.known_pair").fetchall()[0][0])
    pairs = connection.execute("select l, r from scratch.pair").fetchnumpy()
    left, right = (np.asarray(pairs[name], dtype=np.int64) for name in ("l", "r"))
    connection.register("keyed_pair", pa.table({"l": left, "r": right, **keys.of(left, right)}))
    connection.execute(_KNOWN, {"version": _version(connection)})
    connection.unregister("keyed_pair")
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
    cases = " ".join(f"when {level.condition} then {number}" for number, level in comparison.numbered())
    return f"cast(case when {comparison.unknown} then -1 {cases} else 0 end as tinyint)"


def _has_kept(connection: DuckDBPyConnection) -> bool:
    return bool(connection.execute(f"select 1 from {COMPARED} limit 1").fetchall())


def keep(connection: DuckDBPyConnection, keys: Keys, weighed: Sequence[tuple[Pairs, Edges]]) -> None:
    """Writes down what was compared and weighed, for the next run and for `why`; pairs that are no candidates any more are
    forgotten. Fills temp table `weighed_pair`."""
    connection.execute(f"delete from {COMPARED}")
    connection.execute("create or replace temp table weighed_pair (l bigint, r bigint, weight bigint)")
    for pairs, edges in weighed:
        told = {"l": pairs.left, "r": pairs.right, **keys.of(pairs.left, pairs.right), "weight": edges.weight, **pairs.levels}
        connection.register("weighed", pa.table(told))
        connection.execute("insert into weighed_pair select l, r, weight from weighed")
        connection.execute(
            f"insert into {COMPARED} select l_key, r_key, l_row, r_row, {_version(connection)}, {LEVELS}, weight from weighed"
        )
        connection.unregister("weighed")
