"""What two records of one person cannot both say: two birth dates, two national ids, two given names, two accounts of a source.

A contradiction is tolerant: both sides have to know the attribute, and no value of one side may resemble a value of the
other. Which values resemble each other is decided in SQL (`RESEMBLES`), on distinct pairs of values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.linkage import Flags, Ints, distinct

Places = NDArray[np.intp]
Resemblance = Callable[[Ints, Ints], Flags]
"""(codes, codes) of different values -> which pairs may be one value, mistyped or shortened."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Who says what: the code of a value for every node that knows one, and which codes resemble each other."""

    name: str
    nodes: Ints
    codes: Ints
    resembles: Resemblance


@dataclass(frozen=True)
class Contradictions:
    """All that forbids two clusters to become one.

    exclusive: a bit for every source that keeps no person twice, set on the nodes of that source.
    never: pairs of nodes that people have told apart.
    """

    attributes: Sequence[Attribute]
    exclusive: Ints
    never: tuple[Ints, Ints]

    def between(self, labels: Ints, left: Ints, right: Ints) -> Flags:
        """Which pairs of clusters contradict each other."""
        found = self.told_apart(labels, left, right) | self._twice_in_a_source(labels, left, right)
        for attribute in self.attributes:
            found |= _disagrees(attribute, labels, left, right)
        return found

    def within(self, labels: Ints) -> Ints:
        """The clusters that hold a contradiction, or might: any two values in them that do not resemble each other."""
        apart, other = (labels[nodes] for nodes in self.never)
        found = [apart[apart == other], self._doubled(labels)]
        found += [_torn(attribute, labels) for attribute in self.attributes]
        return distinct(np.concatenate(found))

    def told_apart(self, labels: Ints, left: Ints, right: Ints) -> Flags:
        """Which pairs of clusters people have told apart."""
        one, other = (labels[nodes] for nodes in self.never)
        forbidden = np.minimum(one, other) * len(labels) + np.maximum(one, other)
        told: Flags = np.isin(np.minimum(left, right) * len(labels) + np.maximum(left, right), forbidden)
        return told

    def _twice_in_a_source(self, labels: Ints, left: Ints, right: Ints) -> Flags:
        if not self.exclusive.any():
            return np.zeros(len(left), dtype=bool)
        mask = np.zeros(len(labels), dtype=np.int64)
        np.bitwise_or.at(mask, labels, self.exclusive)
        twice: Flags = (mask[left] & mask[right]) != 0
        return twice

    def _doubled(self, labels: Ints) -> Ints:
        members = np.flatnonzero(self.exclusive)
        sources, source = np.unique(self.exclusive[members], return_inverse=True)
        told, counts = np.unique(labels[members] * len(sources) + source, return_counts=True)
        doubled: Ints = told[counts > 1] // max(len(sources), 1)
        return doubled


def _values(attribute: Attribute, labels: Ints, wanted: Flags | None = None) -> tuple[Ints, Ints]:
    """Each cluster's distinct values, sorted by cluster; of all clusters, or of those whose flag is set."""
    span = int(attribute.codes.max(initial=0)) + 1
    clusters, codes = labels[attribute.nodes], attribute.codes
    if wanted is not None:
        chosen = wanted[clusters]
        clusters, codes = clusters[chosen], codes[chosen]
    told = distinct(clusters * span + codes)
    return told // span, told % span


def _cross(starts: Places, ends: Places, other_starts: Places, other_ends: Places) -> tuple[Ints, Ints, Ints]:
    """Every combination of two ranges, for many pairs of ranges: (number of the pair, place in one, place in the other)."""
    width = other_ends - other_starts
    count = (ends - starts) * width
    pair = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    return pair, starts[pair] + step // np.maximum(width[pair], 1), other_starts[pair] + step % np.maximum(width[pair], 1)


def _disagrees(attribute: Attribute, labels: Ints, left: Ints, right: Ints) -> Flags:
    """Both sides know the attribute, and no value of one resembles a value of the other."""
    asked = np.zeros(len(labels), dtype=np.bool_)
    asked[left] = asked[right] = True
    clusters, codes = _values(attribute, labels, asked)
    starts, ends = np.searchsorted(clusters, left, "left"), np.searchsorted(clusters, left, "right")
    other_starts, other_ends = np.searchsorted(clusters, right, "left"), np.searchsorted(clusters, right, "right")
    known: Flags = (ends > starts) & (other_ends > other_starts)
    pair, one, other = _cross(starts[known], ends[known], other_starts[known], other_ends[known])
    agrees = _alike(attribute, codes[one], codes[other])
    agreeing = np.zeros(int(known.sum()), dtype=bool)
    agreeing[pair[agrees]] = True
    known[known] = ~agreeing
    return known


def _torn(attribute: Attribute, labels: Ints) -> Ints:
    """Clusters with two values that do not resemble each other."""
    clusters, codes = _values(attribute, labels)
    names, starts, counts = np.unique(clusters, return_index=True, return_counts=True)
    several = counts > 1
    starts, counts, names = starts[several], counts[several], names[several]
    pair, one, other = _cross(starts, starts + counts, starts, starts + counts)
    apart = one < other
    return distinct(names[pair[apart][~_alike(attribute, codes[one[apart]], codes[other[apart]])]])


def _alike(attribute: Attribute, one: Ints, other: Ints) -> Flags:
    """Equal codes, or codes of values that resemble each other; each pair of values is asked about once."""
    same: Flags = one == other
    low, high = np.minimum(one, other)[~same], np.maximum(one, other)[~same]
    if len(low):
        span = int(high.max()) + 1
        asked, inverse = np.unique(low * span + high, return_inverse=True)
        same[~same] = attribute.resembles(asked // span, asked % span)[inverse]
    return same
