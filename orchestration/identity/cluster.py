"""How evidence becomes clusters: what people decided, then what systems told, then what the model finds likely.

1. Records that people joined are one, whatever else speaks.
2. Deterministic edges make components. A component without a contradiction stands; one with a contradiction is taken apart
   and put together again edge by edge, strongest first, as far as nothing contradicts.
3. The model's pairs join clusters by average linkage: one strong pair between two large clusters is a bridge, not a proof.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.identity.contradictions import Contradictions
from orchestration.identity.linkage import Edges, Flags, Ints, agglomerate, components

BIT = 1000


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the model's word counts, in thousandths of a bit. Chosen once (docs/identity.md), the same for all data.

    accept: clusters whose records agree on average by more than this are one. review: by more than this, a person should
    look. against: as much as one pair may say against a link, in an average: one bad record is wrong in several fields at
    once. unscored: what a pair of records counts that no blocking rule brought together.
    """

    accept: int = 0
    review: int = -3 * BIT
    against: int = -6 * BIT
    unscored: int = -4 * BIT


def settle(n_nodes: int, always: Edges, told: Edges, contradictions: Contradictions) -> Ints:
    """What decisions and rules alone make of the nodes: the cluster of each.

    always: what people joined. told: deterministic edges; the weight says which is believed first where they contradict.
    """
    joined = components(n_nodes, always.left, always.right)
    whole = components(n_nodes, np.concatenate([always.left, told.left]), np.concatenate([always.right, told.right]))
    suspect = np.isin(whole, contradictions.within(whole))
    labels = np.where(suspect, joined, whole)
    disputed = told.where(suspect[told.left])
    return agglomerate(labels, disputed, contradictions.between, above=-(1 << 60), unscored=None)


def cluster(settled: Ints, likely: Edges, contradictions: Contradictions, compared: Flags, cuts: Cuts) -> Ints:
    """Joins the settled clusters as the model finds likely; `compared` tells of each node whether the model can say anything.

    likely: the model's pairs with their match weights, those that speak against a link too.
    """
    return agglomerate(settled, likely, contradictions.between, above=cuts.accept, unscored=cuts.unscored, counted=compared)
