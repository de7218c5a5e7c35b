"""Why records are one customer: every edge between them with its rule or its score, and what became of the customer's id.

Told from what the last resolution kept. Names records and kinds of fields, never what stands in them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from orchestration.identity.comparisons import COMPARISONS
from orchestration.identity.decisions import survivor
from orchestration.identity.model import Model, load
from orchestration.identity.state import has_table


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the customer, since when it is one and how it came."""

    node_id: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for two records being one person. bits: the model's match weight; a rule or a decision has none."""

    node_l: str
    node_r: str
    by: str
    told: str
    bits: float | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the ledger."""

    occurred_at: datetime
    event: str
    customer_id: str
    other_id: str | None
    n_nodes: int
    evidence: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A customer explained. `customer_id` is the survivor where the one asked for was merged."""

    customer_id: str
    records: list[Record]
    evidence: list[Evidence]
    events: list[Event]
    questions: list[str]
    household_id: str | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_RECORDS = """
select node_id, valid_from, reason from identity_state.customer_xref
where customer_id = ? and valid_to is null order by valid_from, node_id
"""
_DECISIONS = """
select node_l, node_r, 'decision of ' || author, kind || ': ' || reason from ({}) as decided
where node_l in $nodes and node_r in $nodes order by all
"""
_MADE = "select node_l, node_r, author, kind, reason from identity_state.identity_overrides where revoked_at is null"
_IN_SEED = " union all select node_l, node_r, author, kind, reason from reference.identity_overrides"
_RULES = """
select distinct node_l, node_r, 'rule', rule from identity.int_identity__edges
where node_l in $nodes and node_r in $nodes order by all
"""
_MODEL = f"""
with node as (select unnest($nodes) as node_id)
select l.node_id, r.node_id, {", ".join(comparison.name for comparison in COMPARISONS)}, weight / 1000.0
from identity_state.compared_pairs as pair
join node as l on pair.l_key = md5_number_lower(l.node_id)
join node as r on pair.r_key = md5_number_lower(r.node_id)
order by weight desc, 1, 2
"""
_EVENTS = """
select occurred_at, event, customer_id, other_id, n_nodes, evidence, decided_by from identity_state.customer_events
where customer_id = $id or other_id = $id order by recorded_at, occurred_at, event, customer_id, other_id
"""


def why(connection: DuckDBPyConnection, customer_id: str, directory: Path | None = None) -> Story:
    """Everything known about why this customer is one. `directory`: where the model of one's own data would lie."""
    now = survivor(connection, customer_id)
    records = [Record(*row) for row in connection.execute(_RECORDS, [now]).fetchall()]
    nodes = {"nodes": [record.node_id for record in records]}
    decisions = _DECISIONS.format(_MADE + (_IN_SEED if has_table(connection, "reference", "identity_overrides") else ""))
    told = [
        Evidence(left, right, by, told, None)
        for sql in (decisions, _RULES)
        for left, right, by, told in connection.execute(sql, nodes).fetchall()
    ]
    model = load(directory)
    scored = [_scored(row, model) for row in connection.execute(_MODEL, nodes).fetchall()]
    events = [Event(*row) for row in connection.execute(_EVENTS, {"id": now}).fetchall()]
    asked = "select pair_id from identity_state.review_queue where ? in (customer_l, customer_r) order by 1"
    questions = [str(pair) for (pair,) in connection.execute(asked, [now]).fetchall()]
    home = connection.execute("select household_id from identity_state.household_members where customer_id = ?", [now]).fetchall()
    return Story(now, records, [*told, *scored], events, questions, str(home[0][0]) if home else None)


def _scored(row: tuple[Any, ...], model: Model) -> Evidence:
    """A pair the model weighed, with what each field says; frequency of names and the chance of any two make up the rest."""
    left, right, *levels, bits = row
    fields = [
        f"{comparison.labels()[level]} ({model.bits(comparison)[level]:+.1f})"
        for comparison, level in zip(COMPARISONS, levels, strict=True)
        if level >= 0
    ]
    return Evidence(left, right, "model", "; ".join(fields), float(bits))
