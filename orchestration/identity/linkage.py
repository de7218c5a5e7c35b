"""Clusters from evidence, on numbers alone: components where nothing contradicts, agglomeration where something might.

Nodes are 0..n-1 in the order of their names, so that ties fall the same way whatever order rows came in; weights are whole
thousandths of a bit, so that sums do not depend on their order either. What contradicts what is told by `contradictions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Conflict = Callable[[Ints, Ints, Ints], Flags]
"""(cluster of every node, left clusters, right clusters) -> which of these pairs must not become one."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of nodes with the weight of the evidence that they are one, in thousandths of a bit."""

    left: Ints
    right: Ints
    weight: Ints

    def __len__(self) -> int:
        return len(self.left)

    def where(self, chosen: Flags) -> Edges:
        return Edges(self.left[chosen], self.right[chosen], self.weight[chosen])

    def at_least(self, weight: int) -> Edges:
        """The same, but none weighs less."""
        return Edges(self.left, self.right, np.maximum(self.weight, weight))

    @classmethod
    def of(cls, left: Ints, right: Ints, weight: Ints | int) -> Edges:
        weights = np.full(len(left), weight, dtype=np.int64) if isinstance(weight, int) else weight.astype(np.int64)
        return cls(left.astype(np.int64), right.astype(np.int64), weights)

    @classmethod
    def joined(cls, *parts: Edges) -> Edges:
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("left", "right", "weight")))


def distinct(values: Ints) -> Ints:
    """The values in order, each once. Asked for counts, numpy sorts; else it hashes, which takes fifty times as long here."""
    return np.unique(values, return_counts=True)[0]


def components(n_nodes: int, left: Ints, right: Ints) -> Ints:
    """The connected component of each node, named by its smallest node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, directed=False)
    return named_by_first(np.asarray(labels, dtype=np.int64))


def named_by_first(labels: Ints) -> Ints:
    """The same clusters, each named by its smallest node."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return first.astype(np.int64)[inverse]


def agglomerate(
    labels: Ints, edges: Edges, conflict: Conflict, *, above: int, unscored: int | None = None, counted: Flags | None = None
) -> Ints:
    """Merges clusters, best pair first, while the best pair's similarity lies above `above` and does not contradict.

    labels: the clusters to begin with, named by their smallest node.
    unscored: what a pair of records nobody compared counts, in an average over all pairs of two clusters (average
        linkage); None takes the best pair of records alone (single linkage).
    counted: which nodes an average is over; the rest follow, and say nothing.

    Both similarities are reducible: a merged cluster is never more like a third than its parts were. So all pairs that are
    each other's best can merge at once, and the result is that of merging one pair at a time.
    """
    labels = labels.copy()
    size = np.maximum(np.bincount(labels[counted] if counted is not None else labels, minlength=len(labels)), 1)
    offset = 0 if unscored is None else unscored
    links = _between(labels, Edges(edges.left, edges.right, edges.weight - offset), unscored is not None)
    while len(links):
        likeness = links.weight / (size[links.left] * size[links.right]) + offset if unscored is not None else links.weight
        likely = likeness > above
        likely[likely] = ~conflict(labels, links.left[likely], links.right[likely])
        winners, losers = _best_pairs(links.left[likely], links.right[likely], likeness[likely])
        if not len(winners):
            break
        target = np.arange(len(labels))
        target[losers] = winners
        labels = target[labels]
        size[winners] += size[losers]
        alive = np.zeros(len(labels), dtype=bool)
        alive[links.left[likely]] = alive[links.right[likely]] = True
        links = links.where(alive[links.left] & alive[links.right])
        links = _between(target, links, unscored is not None)
    return labels


def likenesses(labels: Ints, edges: Edges, *, unscored: int, counted: Flags) -> tuple[Edges, NDArray[np.float64]]:
    """The pairs of clusters that edges run between, and how alike they are on average over all their records."""
    size = np.maximum(np.bincount(labels[counted], minlength=len(labels)), 1)
    links = _between(labels, Edges(edges.left, edges.right, edges.weight - unscored), True)
    return links, links.weight / (size[links.left] * size[links.right]) + unscored


def _between(labels: Ints, edges: Edges, adds: bool) -> Edges:
    """Edges between different clusters, one per pair: their sum, or the strongest."""
    left, right = labels[edges.left], labels[edges.right]
    low, high = np.minimum(left, right), np.maximum(left, right)
    outer = low != high
    low, high, weight = low[outer], high[outer], edges.weight[outer]
    between = low * len(labels) + high
    order = np.argsort(between)
    between, weight = between[order], weight[order]
    starts = np.flatnonzero(np.concatenate([[True], between[1:] != between[:-1]])) if len(between) else order
    total = (np.add if adds else np.maximum).reduceat(weight, starts) if len(starts) else weight
    return Edges(between[starts] // len(labels), between[starts] % len(labels), total)


def _best_pairs(left: Ints, right: Ints, likeness: NDArray[Any]) -> tuple[Ints, Ints]:
    """Pairs that are each other's best, as (smaller, larger); of equals the one with the smaller partner is better."""
    if not len(left):
        return left, right
    here, there = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((there, -np.concatenate([likeness, likeness]), here))
    here, there = here[order], there[order]
    first = np.ones(len(here), dtype=bool)
    first[1:] = here[1:] != here[:-1]
    favourite = np.full(int(here.max()) + 1, -1, dtype=np.int64)
    favourite[here[first]] = there[first]
    mine = here[first]
    mutual = (favourite[favourite[mine]] == mine) & (mine < favourite[mine])
    return mine[mutual], favourite[mine[mutual]]
