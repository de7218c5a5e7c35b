"""What a person decides about customers, as decisions about their records: join two, take one apart, answer a question.

Nothing moves here. The next build reads the decisions (`overrides.py`), and every fact follows its record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from ingest.core.errors import CxError, UnknownName
from orchestration.identity import overrides, state
from orchestration.identity.overrides import ALWAYS, NEVER

MOST_PAIRS = 10_000
NEXT = "`cx build` makes it so and lists the KPI rows that moved."


@dataclass(frozen=True, slots=True)
class By:
    """Who decides, and why."""

    author: str
    reason: str


def merge(connection: DuckDBPyConnection, one: str, other: str, by: By) -> int:
    """Joins two customers (or records) for good; returns how many pairs of records were decided."""
    left, right = members(connection, one), members(connection, other)
    if set(left) & set(right):
        raise CxError(f"{one} and {other} are one customer already", "`cx why` shows the evidence.")
    return _decide(connection, ALWAYS, left, right, by, _star(left, right))


def unmerge(connection: DuckDBPyConnection, customer_id: str, records: list[str], by: By) -> int:
    """Takes records out of a customer for good; returns how many pairs of records were decided.

    records: which; none for those that came with the merge to be undone: the customer's own if it was merged away, else
    those of the customer merged into it last.
    """
    leaving = set(records) or set(_came_with_a_merge(connection, customer_id))
    everyone = members(connection, min(leaving))
    strangers = leaving - set(everyone)
    if strangers:
        raise UnknownName(f"{min(strangers)} is no record of that customer", f"`cx why {customer_id}` lists them.")
    staying = [node for node in everyone if node not in leaving]
    if not staying:
        raise CxError(f"nothing would be left of {customer_id}", "Name some of its records, not all.")
    gone = [node for node in everyone if node in leaving]
    return _decide(connection, NEVER, gone, staying, by, [(one, other) for one in gone for other in staying])


def answer(connection: DuckDBPyConnection, pair_id: str, same: bool, by: By) -> int:
    """Answers a question of the review queue; returns how many pairs of records were decided."""
    found = connection.execute("select node_l, node_r from identity_state.review_queue where pair_id = ?", [pair_id]).fetchall()
    if not found:
        raise UnknownName(f"there is no open question {pair_id}", "`cx review` lists them.")
    left, right = found[0]
    if right is None:
        raise CxError("this question is about one large customer", "`cx why` shows it, `cx unmerge` takes records out of it.")
    one, other = members(connection, left), members(connection, right)
    kind, pairs = (ALWAYS, _star(one, other)) if same else (NEVER, [(left, right)])
    decided = _decide(connection, kind, one, other, by, pairs)
    connection.execute("delete from identity_state.review_queue where pair_id = ?", [pair_id])
    return decided


def survivor(connection: DuckDBPyConnection, customer_id: str) -> str:
    """The customer that has the records of this one now. UnknownName when there never was one."""
    asked = "select coalesce(merged_into, customer_id) from identity_state.customer_registry where customer_id = ?"
    found = connection.execute(asked, [customer_id]).fetchall()
    if not found:
        raise UnknownName(
            f"there is no customer {customer_id}",
            "The table customer_360 lists their ids; a record is named source:resource:key.",
        )
    return str(found[0][0])


def members(connection: DuckDBPyConnection, name: str) -> list[str]:
    """The records of a customer, or of the customer a record belongs to: its own first, the oldest first."""
    asked = "select customer_id from identity_state.customer_xref where node_id = ? and valid_to is null"
    found = connection.execute(asked, [name]).fetchall()
    customer_id = str(found[0][0]) if found else survivor(connection, name)
    rows = connection.execute(
        """select xref.node_id from identity_state.customer_xref as xref
        left join identity.int_identity__nodes as node using (node_id)
        where xref.customer_id = ? and xref.valid_to is null
        order by coalesce(node.is_reference, true), xref.node_id <> ?, node.first_seen_at, xref.node_id""",
        [customer_id, name],
    ).fetchall()
    if not rows:
        raise CxError(f"{name} has no records any more", "`cx why` tells what became of it.")
    return [str(node) for (node,) in rows]


def _came_with_a_merge(connection: DuckDBPyConnection, customer_id: str) -> list[str]:
    """The records that the last merge of this customer brought together with others."""
    survivor(connection, customer_id)
    lost = connection.execute(
        """select customer_id, occurred_at from identity_state.customer_events
        where event = 'merged' and $id in (customer_id, other_id) order by customer_id = $id desc, recorded_at desc limit 1""",
        {"id": customer_id},
    ).fetchall()
    found = connection.execute(
        """select distinct former.node_id from identity_state.customer_xref as former
        join identity_state.customer_xref as now on now.node_id = former.node_id and now.valid_to is null
        where former.customer_id = $id and former.valid_to = $at and now.customer_id <> $id order by 1""",
        {"id": lost[0][0], "at": lost[0][1]} if lost else {"id": None, "at": None},
    ).fetchall()
    if not found:
        raise CxError(
            f"{customer_id} was not merged with another customer",
            f"Name the records to take out: `cx why {customer_id}` lists them.",
        )
    return [str(node) for (node,) in found]


def _star(left: list[str], right: list[str]) -> list[overrides.Pair]:
    """Every record joined to the first of the other side, so that none is left behind where the evidence is thin."""
    return [(left[0], node) for node in right] + [(node, right[0]) for node in left[1:]]


def _decide(
    connection: DuckDBPyConnection, kind: str, left: list[str], right: list[str], by: By, pairs: list[overrides.Pair]
) -> int:
    if len(pairs) > MOST_PAIRS:
        raise CxError(f"that would decide {len(pairs):,} pairs of records", "Name fewer records.")
    other = NEVER if kind == ALWAYS else ALWAYS
    against = overrides.in_seed(connection, other, left, right)
    if against and kind == ALWAYS:
        raise CxError(f"the seed identity_overrides says {NEVER} of {against[0]} and {against[1]}", "Change the seed.")
    state.prepare(connection)
    at = datetime.now(UTC)
    overrides.revoke(connection, other, left, right, at)
    return overrides.write(connection, kind, pairs, by.author, by.reason, at)
