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
    """Pairs of clusters, with how alike they are (thousandths of a bit), and whether they contradict each other."""

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
    asked = np.where(contradicts, likeness > accept, likeness > review)
    return Questions(left[asked], right[asked], np.round(likeness[asked]).astype(np.int64), contradicts[asked])


# of each pair of clusters the two records that are most alike stand for the rest
_QUEUE = """
insert into identity_state.review_queue
with sized as (
    select member.label, any_value(xref.customer_id) as customer_id, count(*) as n_nodes, min(node.node_id) as node_id,
        count(*) filter (node.is_compared) as n_own
    from cluster_label as member
    join scratch.node as node using (number)
    join identity_state.customer_xref as xref on xref.node_id = node.node_id and xref.valid_to is null
    group by member.label
),
best as (
    select one.label as l_label, other.label as r_label, arg_max(pair.l, (pair.weight, -pair.l)) as l, arg_max(pair.r, (pair.weight, -pair.l)) as r
    from scratch.weighed_pair as pair
    join cluster_label as one on pair.l = one.number
    join cluster_label as other on pair.r = other.number
    where one.label <> other.label
    group by all
),
asked as (
    select question.*, best.l, best.r from question
    join best on (best.l_label = question.left and best.r_label = question.right)
    union all
    select question.*, best.r, best.l from question
    join best on (best.l_label = question.right and best.r_label = question.left)
),
found as (
    select a.node_id as node_l, b.node_id as node_r, l.customer_id as customer_l, r.customer_id as customer_r,
        asked.likeness / 1000.0 as match_weight, if(asked.contradicts, 'contradiction', 'uncertain') as why,
        l.n_nodes + r.n_nodes as impact_rows
    from asked
    join scratch.node as a on asked.l = a.number
    join scratch.node as b on asked.r = b.number
    join sized as l on asked.left = l.label
    join sized as r on asked.right = r.label
    qualify row_number() over (partition by asked.left, asked.right order by asked.likeness desc, a.node_id) = 1
    union all
    select node_id, null, customer_id, null, null, 'large', n_nodes from sized where n_own > $large
)
select substr(md5(node_l || '|' || coalesce(node_r, '')), 1, 10), * from found
order by impact_rows desc, match_weight desc, node_l, node_r
"""


def write(connection: DuckDBPyConnection, labels: Ints, asked: Questions) -> int:
    """Replaces the queue; returns its length. Expects customer_xref of this run."""
    connection.execute("delete from identity_state.review_queue")
    connection.register("cluster_label", pa.table({"number": np.arange(len(labels)), "label": labels}))
    connection.register(
        "question",
        pa.table({"left": asked.left, "right": asked.right, "likeness": asked.likeness, "contradicts": asked.contradicts}),
    )
    connection.execute(_QUEUE, {"large": LARGE})
    for name in ("cluster_label", "question"):
        connection.unregister(name)
    return int(connection.execute("select count(*) from identity_state.review_queue").fetchall()[0][0])
