"""What a person should look at: pairs the model is unsure of, evidence that contradicts itself, customers of too many records.

The queue is made anew with every run and holds open questions only; an answer is an override (`overrides.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity.contradictions import Contradictions
from orchestration.identity.linkage import Edges, Flags, Ints, likenesses

LARGE = 10
"""Records of its own a customer may have before somebody should look."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Pairs of nodes, each standing for two clusters: those of them that are most alike.

    likeness: of the clusters, in thousandths of a bit. contradicts: whether the clusters contradict each other.
    """

    left: Ints
    right: Ints
    likeness: Ints
    contradicts: Flags


def questions(
    labels: Ints, likely: Edges, compared: Flags, contradictions: Contradictions, *, accept: int, review: int, unscored: int
) -> Questions:
    """Clusters that stayed apart though they are as alike as `review` asks, or alike enough and contradicting."""
    links, likeness = likenesses(labels, likely, unscored=unscored, counted=compared)
    near = likeness > review
    left, right, likeness = links.left[near], links.right[near], likeness[near]
    contradicts = contradictions.between(labels, left, right)
    asked = np.where(contradicts, likeness > accept, likeness > review) & ~contradictions.told_apart(labels, left, right)
    left, right = left[asked], right[asked]
    place = _most_alike(labels, likely, left, right)
    return Questions(likely.left[place], likely.right[place], np.round(likeness[asked]).astype(np.int64), contradicts[asked])


def _most_alike(labels: Ints, likely: Edges, left: Ints, right: Ints) -> Ints:
    """For each pair of clusters the place of its heaviest edge."""
    one, other = labels[likely.left], labels[likely.right]
    between = np.minimum(one, other) * len(labels) + np.maximum(one, other)
    order = np.lexsort((np.arange(len(between)), -likely.weight, between))
    found = np.searchsorted(between[order], left * len(labels) + right)
    return np.asarray(order[found], dtype=np.int64)


_QUEUE = """
insert into identity_state.review_queue
with sized as (
    select xref.customer_id, count(*) as n_nodes, min(node.node_id) as node_id, count(*) filter (node.is_compared) as n_own
    from scratch.node as node
    join identity_state.customer_xref as xref on xref.node_id = node.node_id and xref.valid_to is null
    group by xref.customer_id
),
named as (
    select question.*, a.node_id as node_l, b.node_id as node_r, l.customer_id as customer_l, r.customer_id as customer_r
    from question
    join scratch.node as a on question.l = a.number
    join scratch.node as b on question.r = b.number
    join identity_state.customer_xref as l on l.node_id = a.node_id and l.valid_to is null
    join identity_state.customer_xref as r on r.node_id = b.node_id and r.valid_to is null
),
found as (
    select node_l, node_r, customer_l, customer_r, likeness / 1000.0 as match_weight,
        if(contradicts, 'contradiction', 'uncertain') as why, l.n_nodes + r.n_nodes as impact_rows
    from named
    join sized as l on named.customer_l = l.customer_id
    join sized as r on named.customer_r = r.customer_id
    union all
    select node_id, null, customer_id, null, null, 'large', n_nodes from sized where n_own > $large
)
select substr(md5(node_l || '|' || coalesce(node_r, '')), 1, 10), * from found
order by impact_rows desc, match_weight desc, node_l, node_r
"""


def write(connection: DuckDBPyConnection, asked: Questions) -> int:
    """Replaces the queue; returns its length. Expects customer_xref of this run."""
    connection.execute("delete from identity_state.review_queue")
    told = {"l": asked.left, "r": asked.right, "likeness": asked.likeness, "contradicts": asked.contradicts}
    connection.register("question", pa.table(told))
    connection.execute(_QUEUE, {"large": LARGE})
    connection.unregister("question")
    return int(connection.execute("select count(*) from identity_state.review_queue").fetchall()[0][0])
