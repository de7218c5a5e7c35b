"""How well clusters found match clusters that are true: over pairs of records, and per record (B-cubed)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Quality:
    """precision, recall and f1 count pairs of records; b_cubed is the harmonic mean of B-cubed precision and recall.

    largest, largest_true: records of the largest cluster, found and true.
    """

    precision: float
    recall: float
    f1: float
    b_cubed: float
    largest: int
    largest_true: int


def quality(truth: Labels, found: Labels) -> Quality:
    """truth, found: the cluster of each record, in the same order of records."""
    true_of, found_of = _numbered(truth), _numbered(found)
    _, both_of, both = np.unique(true_of * (int(found_of.max()) + 1) + found_of, return_inverse=True, return_counts=True)
    true, ours = np.bincount(true_of), np.bincount(found_of)
    precision, recall = _pairs(both) / max(_pairs(ours), 1), _pairs(both) / max(_pairs(true), 1)
    purity, completeness = float((both[both_of] / ours[found_of]).mean()), float((both[both_of] / true[true_of]).mean())
    return Quality(precision, recall, _mean(precision, recall), _mean(purity, completeness), int(ours.max()), int(true.max()))


def _numbered(labels: Labels) -> NDArray[np.int64]:
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)


def _pairs(sizes: NDArray[np.int64]) -> int:
    return int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())


def _mean(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
