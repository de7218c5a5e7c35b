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
    """Pairs of nodes, each standing for two clusters: those of them that are most alike. And clusters of too many records.

    likeness: of the clusters, in thousandths of a bit. contradicts: whether the clusters contradict each other. impact: the
    records of both. large, large_impact: the first node of each cluster that is too large, and how many records it has.
    """

    left: Ints
    right: Ints
    likeness: Ints
    contradicts: Flags
    impact: Ints
    large: Ints
    large_impact: Ints

    def table(self) -> pa.Table:
        """One row per question: l, r (none for a large cluster), match_weight in bits, why, impact_rows."""
        why = np.where(self.contradicts, "contradiction", "uncertain").tolist()
        nothing = [None] * len(self.large)
        return pa.table(
            {
                "l": np.concatenate([self.left, self.large]),
                "r": pa.array([*self.right.tolist(), *nothing], pa.int64()),
                "match_weight": pa.array([*(self.likeness / 1000).tolist(), *nothing], pa.float64()),
                "why": pa.array([*why, *["large"] * len(self.large)], pa.string()),
                "impact_rows": np.concatenate([self.impact, self.large_impact]),
            }
        )


def questions(
    labels: Ints, likely: Edges, compared: Flags, contradictions: Contradictions, *, accept: int, review: int, unscored: int
) -> Questions:
    """Clusters that stayed apart though they are as alike as `review` asks, or alike enough and contradicting; and large ones.

    labels: the cluster of each node, named by its smallest node. compared: the nodes that are records of their own.
    """
    links, likeness = likenesses(labels, likely, unscored=unscored, counted=compared)
    near = likeness > review
    left, right, likeness = links.left[near], links.right[near], likeness[near]
    contradicts = contradictions.between(labels, left, right)
    asked = np.where(contradicts, likeness > accept, likeness > review) & ~contradictions.told_apart(labels, left, right)
    left, right = left[asked], right[asked]
    place = _most_alike(labels, likely, left, right)
    size, own = (np.bincount(nodes, minlength=len(labels)) for nodes in (labels, labels[compared]))
    large = np.flatnonzero(own > LARGE)
    return Questions(
        likely.left[place], likely.right[place], np.round(likeness[asked]).astype(np.int64), contradicts[asked],
        size[left] + size[right], large, size[large],
    )  # fmt: skip


def _most_alike(labels: Ints, likely: Edges, left: Ints, right: Ints) -> Ints:
    """For each pair of clusters the place of its heaviest edge."""
    one, other = labels[likely.left], labels[likely.right]
    between, asked = np.minimum(one, other) * len(labels) + np.maximum(one, other), left * len(labels) + right
    place = np.flatnonzero(np.isin(between, asked))
    place = place[np.lexsort((-likely.weight[place], between[place]))]
    return np.asarray(place[np.searchsorted(between[place], asked)], dtype=np.int64)


_QUEUE = """
insert into identity_state.review_queue
select
    substr(md5(a.node_id || '|' || coalesce(b.node_id, '')), 1, 10),
    a.node_id as node_l, b.node_id as node_r, a.id, b.id, match_weight, why, impact_rows
from question
join new_member as a on question.l = a.number
left join new_member as b on question.r = b.number
order by impact_rows desc, match_weight desc, node_l, node_r
"""


def write(connection: DuckDBPyConnection, asked: Questions) -> int:
    """Replaces the queue; returns its length. Expects the customers as `stable_ids` leaves them."""
    connection.execute("delete from identity_state.review_queue")
    connection.register("question", asked.table())
    connection.execute(_QUEUE)
    connection.unregister("question")
    return int(connection.execute("select count(*) from identity_state.review_queue").fetchall()[0][0])
