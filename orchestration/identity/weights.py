"""What pairs weigh, on arrays: the model's bits for the level of each comparison, and how common it is what they agree in."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from orchestration.identity.comparisons import COMPARISONS, NAME_AND_HOME, NAMES_IN_A_PLACE, ORGANISATION, PHONE, Comparison
from orchestration.identity.linkage import Edges, Flags, Ints
from orchestration.identity.model import TERMS, Model

HEARSAY_BITS = 4.0
TOWN = 0.01
"""A place where more of all records live is a town, and no address."""
_RAREST = -20.0
LEVELS = ", ".join(comparison.name for comparison in COMPARISONS)

Floats = NDArray[np.float64]
Shares = Mapping[str, Floats]
"""For each of `TERMS`, by number of a record: the share of records that hold the same value, in bits; nan where it knows none."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records by number, in order, the smaller number first. levels: how alike they are, by comparison; a level counts
    down to 0, which is `differs`; -1 where nothing can be said."""

    left: Ints
    right: Ints
    levels: Mapping[str, NDArray[np.int8]]

    @classmethod
    def told(cls, connection: DuckDBPyConnection, table: str) -> Pairs:
        """The pairs in `table` (l, r and a column per comparison)."""
        found = connection.execute(f"select l, r, {LEVELS} from {table}").fetchnumpy()
        left, right = (np.asarray(found[name], dtype=np.int64) for name in ("l", "r"))
        order = np.argsort(left * (int(right.max(initial=0)) + 1) + right)
        levels = {one.name: np.asarray(found[one.name], dtype=np.int8)[order] for one in COMPARISONS}
        return cls(left[order], right[order], levels)

    def at(self, comparison: Comparison, numbers: Collection[int]) -> Flags:
        """Which pairs are at one of these levels."""
        wanted = np.zeros(len(comparison.levels) + 2, dtype=np.bool_)
        wanted[list(numbers)] = True
        return np.asarray(wanted[self.levels[comparison.name]])

    def silent_on(self, comparisons: Collection[Comparison]) -> Flags:
        """Which pairs agree in none of these."""
        return np.asarray(np.all([self.levels[one.name] <= 0 for one in comparisons], axis=0))


def shares(connection: DuckDBPyConnection) -> Shares:
    """Of the people in `scratch.person`."""
    counted = ", ".join(
        f"held_{term} as (select {term}, log2(count(*) / sum(count(*)) over ()) as bits "
        f"from scratch.person where {term} is not null group by {term})"
        for term in TERMS
    )
    joined = " ".join(f"left join held_{term} using ({term})" for term in TERMS)
    bits = ", ".join(f"coalesce(held_{term}.bits, 'nan') as {term}" for term in TERMS)
    found = connection.execute(f"with {counted} select number, {bits} from scratch.person {joined}").fetchnumpy()
    number = np.asarray(found["number"], dtype=np.int64)
    told = {term: np.full(int(number.max(initial=-1)) + 1, np.nan) for term in TERMS}
    for term, held in told.items():
        held[number] = found[term]
    return told


def rarity(model: Model, pairs: Pairs, held: Shares) -> Floats:
    """Values that agree speak louder the fewer hold them: what that moves in bits, against what the level weighs on average."""
    moved = np.zeros(len(pairs.left))
    for comparison in COMPARISONS:
        for number, level in comparison.numbered():
            if level.rarer:
                here = np.flatnonzero(pairs.levels[comparison.name] == number)
                common = sum(math.log2(model.common[term]) for term in level.rarer)
                found = sum(np.nan_to_num(_of_both(pairs, held[term], here)) for term in level.rarer)
                moved[here] += np.clip(common - found, _RAREST, level.most)
    return moved


def match_weights(model: Model, pairs: Pairs, held: Shares, n_records: int) -> Edges:
    """The match weight of every pair in thousandths of a bit, among `n_records` people."""
    bits = model.prior_bits(n_records) + rarity(model, pairs, held) - HEARSAY_BITS * _is_hearsay(pairs, held)
    bits += model.own_bits(n_records) * np.any([pairs.at(one, _own(one)) for one in COMPARISONS], axis=0)
    bits += sum(np.append(model.bits(one), 0.0)[pairs.levels[one.name]] for one in COMPARISONS)
    # where a side has no name, a line or an employer says whom they know, not who they are: too little to join two records
    nameless = pairs.levels[NAME_AND_HOME.name] < 0
    nameless &= pairs.silent_on([one for one in COMPARISONS if one not in (PHONE, ORGANISATION)])
    bits = np.where(nameless, np.minimum(bits, 0.0), bits)
    return Edges(pairs.left, pairs.right, np.round(1000 * bits).astype(np.int64))


def _is_hearsay(pairs: Pairs, held: Shares) -> Flags:
    """Names belong to regions and families: names in one town have to say more than they do on average before they join."""
    numbers = [number for number, label in enumerate(NAME_AND_HOME.labels()) if label in NAMES_IN_A_PLACE]
    hearsay = pairs.at(NAME_AND_HOME, numbers) & pairs.silent_on([one for one in COMPARISONS if one is not NAME_AND_HOME])
    here = np.flatnonzero(hearsay)
    one, other = held["place"][pairs.left[here]], held["place"][pairs.right[here]]
    hearsay[here] = np.isnan(one) | np.isnan(other) | (np.fmax(one, other) > math.log2(TOWN))
    return hearsay


def _of_both(pairs: Pairs, held: Floats, here: Ints) -> Floats:
    """The more common of two values that agree, or nearly; the one that is known."""
    return np.fmax(held[pairs.left[here]], held[pairs.right[here]])


def _own(comparison: Comparison) -> list[int]:
    """The levels that agree in something that is a person's own."""
    return [number for number, level in comparison.numbered() if level.is_own]
