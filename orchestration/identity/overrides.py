"""What people decided: these two records are one person, these two are not. It counts for more than any rule or model.

Decisions that belong to the project stand in dbt's seed identity_overrides; those made by a command stand in
identity_state.identity_overrides, in the warehouse beside the ledger they change. Of two decisions on one pair the newer
counts. A decision names records, not customers: customers come and go, and the decision stays with the records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from duckdb import DuckDBPyConnection

from orchestration.identity.linkage import Edges, Ints
from orchestration.identity.state import has_table

ALWAYS, NEVER = "always_merge", "never_merge"
Pair = tuple[str, str]

# every decision in force, one per pair of records
_IN_FORCE = """
create or replace temp table override_in_force as
with decided as (
    select kind, node_l, node_r, author, created_at, override_id from identity_state.identity_overrides where revoked_at is null
    {seed}
)
select
    least(node_l, node_r) as node_l,
    greatest(node_l, node_r) as node_r,
    arg_max(kind, (created_at, override_id)) as kind,
    arg_max(author, (created_at, override_id)) as author,
    max(created_at) as created_at
from decided
where node_l <> node_r
group by least(node_l, node_r), greatest(node_l, node_r)
"""
_SEED = "union all select kind, node_l, node_r, author, decided_on::timestamptz, -1 from reference.identity_overrides"
_NUMBERED = """
select l.number as l, r.number as r
from override_in_force as decided
join scratch.node as l on decided.node_l = l.node_id
join scratch.node as r on decided.node_r = r.node_id
where decided.kind = ?
order by decided.created_at desc, l, r
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """Pairs of node numbers: joined by people, and told apart by people."""

    always: Edges
    never: tuple[Ints, Ints]


def decided(connection: DuckDBPyConnection) -> Decided:
    """The decisions in force about records that are there. Expects `scratch.node` and the state tables."""
    connection.execute(_IN_FORCE.format(seed=_SEED if has_table(connection, "reference", "identity_overrides") else ""))
    never = _numbers(connection, NEVER)
    always = _without_contradiction(_numbers(connection, ALWAYS), never)
    return Decided(Edges.of(*always, 0), never)


def _numbers(connection: DuckDBPyConnection, kind: str) -> tuple[Ints, Ints]:
    found = connection.execute(_NUMBERED, [kind]).fetchnumpy()
    return np.asarray(found["l"], dtype=np.int64), np.asarray(found["r"], dtype=np.int64)


def _without_contradiction(always: tuple[Ints, Ints], never: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Joins, newest first, without those that would bring two records together that somebody told apart."""
    group: dict[int, set[int]] = {}
    apart = {frozenset(pair) for pair in zip(never[0].tolist(), never[1].tolist(), strict=True)}
    kept = []
    for place, (left, right) in enumerate(zip(always[0].tolist(), always[1].tolist(), strict=True)):
        one, other = group.setdefault(left, {left}), group.setdefault(right, {right})
        if one is other or not any(frozenset((a, b)) in apart for a in one for b in other):
            kept.append(place)
            one |= other
            group.update(dict.fromkeys(one, one))
    return always[0][kept], always[1][kept]


def write(connection: DuckDBPyConnection, kind: str, pairs: Iterable[Pair], author: str, reason: str, at: datetime) -> int:
    """Records a decision about every pair and revokes older ones about the same pairs; returns how many pairs."""
    rows = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    connection.begin()
    try:
        for left, right in rows:
            connection.execute(
                """update identity_state.identity_overrides set revoked_at = $at
                where revoked_at is null and least(node_l, node_r) = $l and greatest(node_l, node_r) = $r""",
                {"at": at, "l": left, "r": right},
            )
            connection.execute(
                """insert into identity_state.identity_overrides
                select coalesce(max(override_id), 0) + 1, $kind, $l, $r, $author, $reason, $at, null
                from identity_state.identity_overrides""",
                {"kind": kind, "l": left, "r": right, "author": author, "reason": reason, "at": at},
            )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return len(rows)


def revoke(connection: DuckDBPyConnection, kind: str, left: list[str], right: list[str], at: datetime) -> None:
    """Takes back what commands decided of this kind between any record of one list and any of the other."""
    connection.execute(
        """update identity_state.identity_overrides set revoked_at = $at
        where revoked_at is null and kind = $kind
            and ((node_l in $left and node_r in $right) or (node_l in $right and node_r in $left))""",
        {"at": at, "kind": kind, "left": left, "right": right},
    )


def in_seed(connection: DuckDBPyConnection, kind: str, left: list[str], right: list[str]) -> Pair | None:
    """A decision of this kind that the project's seed holds between the two lists of records."""
    if not has_table(connection, "reference", "identity_overrides"):
        return None
    found = connection.execute(
        """select node_l, node_r from reference.identity_overrides
        where kind = $kind and ((node_l in $left and node_r in $right) or (node_l in $right and node_r in $left))
        order by all limit 1""",
        {"kind": kind, "left": left, "right": right},
    ).fetchall()
    return (str(found[0][0]), str(found[0][1])) if found else None
