"""Which records are worth comparing: those that share a key few others have, and clusters that might be one.

Fills `scratch.pair`. Keys are made from numbers that stand for texts, sorted kind by kind; what shares one stands side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from orchestration.identity.linkage import Edges, Flags, Ints, components, distinct

LARGEST_BLOCK = 30
"""A key that more records share brings no pairs together: it is a town full of namesakes, not a person."""
FEWEST, CROWD = 3, 300_000
"""By chance alone ever more records share a key the more there are. A key that is no person's own is enough for a comparison
among `CROWD` / n records, if there are n, but always among `FEWEST`; where more share it, a second key has to be shared."""
_ANY = 1000
_NAMESAKES = 12
"""Records of one name: sharing nothing else they are likely enough one person only where the name is this rare."""

Codes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Key:
    """What two records may share: codes, all known. `alone`: among how many records that is enough, where it is
    another number than for most keys (`CROWD`)."""

    shares: tuple[str, ...]
    alone: int = 0


_KEYS = (
    _Key(("mail",), _ANY),
    _Key(("phone",), _ANY),
    _Key(("mobile_phone",), _ANY),
    _Key(("national_id",), _ANY),
    # "Anna Weber" and "Weber Anna" are one name
    _Key(("one_name", "other_name"), _NAMESAKES),
    _Key(("first_name", "birth_date"), _ANY),
    _Key(("last_name", "birth_date"), _ANY),
    _Key(("place", "birth_date"), _ANY),
    _Key(("city", "birth_date"), _ANY),
    _Key(("street_name", "birth_date"), _ANY),
    _Key(("street_name", "place", "birth_year"), _ANY),
    _Key(("first_name", "place")),
    _Key(("last_name", "place", "initial")),
    _Key(("last_name", "street_name")),
    _Key(("first_name", "street_name")),
    _Key(("street_name", "place")),
    _Key(("street_start", "city")),
    _Key(("first_name", "city")),
    _Key(("last_name", "city")),
    _Key(("street_name", "birth_year")),
    _Key(("first_start", "last_start", "birth_year")),
    _Key(("house_number", "place", "last_two")),
    _Key(("city", "first_start", "last_start")),
)
_TEXTS = {
    "mail": "if(regexp_matches(mailbox, '[0-9]'), mailbox, email)",
    "initial": "coalesce(left(first_name, 1), '')",
    "last_two": "left(last_name, 2)",
    "first_start": "left(first_name, 3)",
    "last_start": "left(last_name, 3)",
    "birth_year": "left(birth_date, 4)",
    "street_start": "left(street_name, 5)",
} | {
    name: name
    for name in (
        "phone", "mobile_phone", "national_id", "first_name", "last_name", "birth_date", "place", "city", "street_name", "house_number"
    )
}  # fmt: skip
_ENDS = {
    f"{side}_{end}": f"coalesce(ascii({end}({side}_name, 1)) % 256, 0)::utinyint"
    for side in ("first", "last")
    for end in ("left", "right")
}
_CODED = f"""
select
    number,
    {", ".join(f"hash({value}) as {name}" for name, value in _TEXTS.items())},
    {", ".join(f"{value} as {name}" for name, value in _ENDS.items())}
from scratch.node
where is_compared
"""


def pair_up(connection: DuckDBPyConnection, settled: Ints) -> int:
    """Fills `pair` with every two people who share enough to be worth comparing; returns how many.

    settled: the cluster of each node so far; two records of one cluster have nothing left to ask.
    """
    return _keep(connection, _People.told(connection, settled).pairs(LARGEST_BLOCK, max(FEWEST, CROWD // max(len(settled), 1))))


def pair_up_all(connection: DuckDBPyConnection, largest_block: int) -> int:
    """Fills `pair` with every two people who share any key that no more than `largest_block` share; returns how many."""
    size = int(connection.execute("select count(*) from scratch.node").fetchall()[0][0])
    return _keep(connection, _People.told(connection, np.arange(size)).pairs(largest_block, largest_block))


def pair_up_whole(connection: DuckDBPyConnection, settled: Ints, compared: Flags, likely: Edges, above: int) -> int:
    """Replaces `pair` with what is missing between clusters that a pair of more than `above` holds to be one; returns how many.

    compared: of each node, whether it can be. likely: every pair so far. Whether clusters are one is told by all their records.
    Clusters that hang together to more than a block are left as they are.
    """
    near, n = likely.weight > above, len(settled)
    groups = components(n, settled[likely.left[near]], settled[likely.right[near]])[settled]
    found = [np.zeros(0, dtype=np.int64)]
    for _, one, other in _sharing(np.where(compared, groups + 1, 0).astype(np.uint64), LARGEST_BLOCK):
        apart = settled[one] != settled[other]
        found.append((np.minimum(one, other) * n + np.maximum(one, other))[apart])
    missing = np.setdiff1d(np.concatenate(found), likely.left * n + likely.right, assume_unique=True)
    return _keep(connection, (missing // n, missing % n))


def _keep(connection: DuckDBPyConnection, pairs: tuple[Ints, Ints]) -> int:
    connection.register("paired", pa.table({"l": pairs[0], "r": pairs[1]}))
    connection.execute("create or replace table scratch.pair as from paired")
    connection.unregister("paired")
    return len(pairs[0])


@dataclass(frozen=True, slots=True)
class _People:
    """Those who are compared, in the order of their numbers: what they share, by column (0 stands for
    unknown), and their cluster so far."""

    number: Ints
    label: Ints
    codes: Mapping[str, Codes]
    ends: Mapping[str, NDArray[np.uint8]]

    @classmethod
    def told(cls, connection: DuckDBPyConnection, settled: Ints) -> _People:
        found = connection.execute(_CODED).fetchnumpy()
        unknown = np.uint64(connection.execute("select hash(null::varchar)").fetchall()[0][0])
        order = np.argsort(found["number"])
        number = np.asarray(found["number"], dtype=np.int64)[order]
        codes = {name: np.where(found[name] == unknown, np.uint64(0), found[name])[order] for name in _TEXTS}
        both = (codes["first_name"] > 0) & (codes["last_name"] > 0)
        codes["one_name"] = np.where(both, np.minimum(codes["first_name"], codes["last_name"]), 0)
        codes["other_name"] = np.where(both, np.maximum(codes["first_name"], codes["last_name"]), 0)
        return cls(number, settled[number], codes, {name: np.asarray(found[name], dtype=np.uint8)[order] for name in _ENDS})

    def pairs(self, largest_block: int, few: int) -> tuple[Ints, Ints]:
        """Numbers of both sides of every pair that shares enough, the smaller first, in order."""
        n = len(self.number)
        enough, too_little = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for key in _KEYS:
            for size, one, other in _sharing(self._key(key), largest_block):
                apart = self.label[one] != self.label[other]
                one, other = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
                alone = size <= max(key.alone, few)
                chosen = slice(None) if alone else self._alike(one, other)
                (enough if alone else too_little).append((one * n + other)[chosen])
        weak = np.sort(np.concatenate(too_little))
        found = distinct(np.concatenate([*enough, weak[1:][weak[1:] == weak[:-1]]]))
        return self.number[found // n], self.number[found % n]

    def _key(self, key: _Key) -> Codes:
        """One number per record for what it would share by this key; 0 where it does not know all of it."""
        mixed = np.zeros(len(self.number), dtype=np.uint64)
        known = np.ones(len(self.number), dtype=np.bool_)
        for name in key.shares:
            known &= self.codes[name] > 0
            mixed = mixed * np.uint64(0x9E3779B97F4A7C15) ^ self.codes[name]
        return np.where(known, mixed, np.uint64(0))

    def _alike(self, one: Ints, other: Ints) -> Flags:
        """A slip touches one end of a name: two names that differ at both ends are two, unless they stand in each other's place."""

        def might_be(here: str, there: str) -> Flags:
            left, right = self.ends[f"{here}_left"][one], self.ends[f"{there}_left"][other]
            same_end = self.ends[f"{here}_right"][one] == self.ends[f"{there}_right"][other]
            alike: Flags = (left == 0) | (right == 0) | (left == right) | same_end
            return alike

        straight: Flags = might_be("first", "first") & might_be("last", "last")
        return straight | (might_be("first", "last") & might_be("last", "first"))


def _sharing(key: Codes, largest: int) -> Iterator[tuple[int, Ints, Ints]]:
    """The places of every two records with the same key, block size by block size: (how many share it, one, other)."""
    known = np.flatnonzero(key)
    order = known[np.argsort(key[known])]
    ordered = key[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else order
    sizes = np.diff(np.append(starts, len(ordered)))
    for size in np.unique(sizes[(sizes > 1) & (sizes <= largest)]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        yield size, members[:, one].ravel(), members[:, other].ravel()
