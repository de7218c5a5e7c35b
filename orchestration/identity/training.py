"""Learning the model without labels, from the records at hand. Done on demand, not in the daily run.

Chance agreement is counted among random pairs; the rest of a first model Splink estimates by expectation maximisation within
blocks. Random pairs hold the rarest levels too seldom to be counted, and a block teaches nothing about what it agrees on, so a
second expectation maximisation goes over all candidate pairs at once, with the frequencies of names in mind, until it rests.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from duckdb import DuckDBPyConnection

from orchestration.identity.candidates import gather, scratch
from orchestration.identity.comparisons import COMPARISONS, NAMED_AT_HOME, OTHERS_AT_HOME, Comparison
from orchestration.identity.linkage import Ints
from orchestration.identity.model import TERMS, Model, Odds, settings
from orchestration.identity.pairing import pair_up_all
from orchestration.identity.scoring import compare, levels
from orchestration.identity.weights import Floats, Pairs, rarity, shares

if TYPE_CHECKING:
    from splink import DuckDBAPI
    from splink.internals.splink_dataframe import SplinkDataFrame

ROUNDS = 2_000
AT_REST = 0.001
"""Bits: once no level moves by more in a round, the model is found. Likely and unlikely pairs of one level part slowly."""
OFTEN = 50
"""A level seen this often among random pairs is counted there."""
RANDOM_PAIRS = 1_000_000
LARGEST_BLOCK = 1_000
"""Wider than in daily use: whatever shares a key is counted, common or not."""

FAMILY = 10.0
"""Families hand names on: namesakes live together this much more often than the frequency of names and places would have it."""

_SESSIONS = (["first_name", "last_name"], ["birth_date"], ["email"])
_SMALLEST = 1e-9
_WIDEST = max(len(comparison.levels) for comparison in COMPARISONS) + 2


def first_model(connection: DuckDBPyConnection, drawn: Sample, n_records: int) -> Model:
    """What random pairs agree on, and Splink's estimate of what records of one person do, from `scratch.person`."""
    by_chance = {comparison.name: _shares(drawn, comparison) for comparison in COMPARISONS}
    guessed = {
        comparison.name: {label: Odds(m, by_chance[comparison.name][label]) for label, m in _first_m(comparison).items()}
        for comparison in COMPARISONS
    }
    with _in_scratch(connection), _quiet():
        settled = settings(guessed, 1 / n_records)
        sessions = [_expected(connection, settled, columns) for columns in _SESSIONS if _agreeing(connection, columns)]
    first = {}
    for comparison in COMPARISONS:
        m = _first_m(comparison) | _mean([_odds(session, comparison.name, "m_probability") for session in sessions])
        first[comparison.name] = {label: Odds(m[label], by_chance[comparison.name][label]) for label in comparison.labels()}
    return Model(first, common(connection), 1.0, n_records)


def _shares(drawn: Sample, comparison: Comparison) -> dict[str, float]:
    counts = _counts(drawn.levels[comparison.name], len(comparison.levels) + 1, drawn.pairs) + 0.5
    return dict(zip(comparison.labels(), (counts / counts.sum()).tolist(), strict=True))


@contextmanager
def _in_scratch(connection: DuckDBPyConnection) -> Iterator[None]:
    """Unqualified names mean the scratch database: Splink makes its tables where it stands."""
    before = connection.execute("select current_database(), current_schema()").fetchall()[0]
    connection.execute("use scratch")
    try:
        yield
    finally:
        connection.execute(f'use "{before[0]}"."{before[1]}"')


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink tells about every step; here nobody reads it."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _people(database: DuckDBAPI) -> SplinkDataFrame:
    return database.register("person", dataset_display_name="person")


def _expected(connection: DuckDBPyConnection, settled: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    """One session of expectation maximisation among records that agree on `columns`, on a linker of its own.

    Where all who agree are one person there is nothing to tell them from, and Splink stops at a chance of 0 or 1; it then
    has lost half its model, so that each session starts from the same settled one.
    """
    from splink import DuckDBAPI, Linker, block_on

    linker = Linker(_people(DuckDBAPI(connection)), settled, log_level=None, validate_settings=False)
    with suppress(ValueError):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), estimate_without_term_frequencies=True
        )
        return dict(linker.misc.save_model_to_json())
    return {"comparisons": []}


def _odds(told: dict[str, Any], comparison: str, name: str) -> dict[str, float]:
    """What a saved model holds for the levels of a comparison."""
    return {
        level["label_for_charts"]: max(float(level[name]), _SMALLEST)
        for found in told["comparisons"]
        if found["output_column_name"] == comparison
        for level in found["comparison_levels"]
        if level.get(name)
    }


def _first_m(comparison: Comparison) -> dict[str, float]:
    """Where a session observed nothing: records of one person mostly agree, and seldom in the ways that come late in the list."""
    labels = comparison.labels()
    return {label: 0.6 * 0.5 ** (len(labels) - 1 - number) + 0.01 for number, label in enumerate(labels)}


def _mean(found: list[dict[str, float]]) -> dict[str, float]:
    labels = {label for one in found for label in one}
    return {label: float(np.mean([one[label] for one in found if label in one])) for label in labels}


def _agreeing(connection: DuckDBPyConnection, columns: list[str]) -> bool:
    """Whether any two records agree on these columns at all; without a pair there is nothing to learn from."""
    listed = ", ".join(columns)
    known = " and ".join(f"{column} is not null" for column in columns)
    asked = f"select 1 from scratch.person where {known} group by {listed} having count(*) between 2 and 200 limit 1"
    return bool(connection.execute(asked).fetchall())


def common(connection: DuckDBPyConnection) -> dict[str, float]:
    """For each term, how likely two random records that know it hold the same value."""
    found = {}
    for term in TERMS:
        asked = f"""
            select coalesce(sum(holders * holders) / pow(sum(holders), 2), 1.0)
            from (select count(*) as holders from scratch.person where {term} is not null group by {term})"""
        found[term] = float(connection.execute(asked).fetchall()[0][0])
    return found


def random_levels(connection: DuckDBPyConnection, n_records: int, pairs: int) -> str:
    """The table with the levels of random pairs, drawn from the records' numbers alone: the same on every run."""
    connection.execute(f"""
        create or replace table scratch.random_pair as
        with drawn as (
            select md5_number_lower('a' || i) % {n_records} as a, md5_number_lower('b' || i) % {n_records} as b
            from range({pairs}) as r(i)
        ),
        placed as (select number, row_number() over (order by number) - 1 as place from scratch.person)
        select distinct least(one.number, other.number) as l, greatest(one.number, other.number) as r
        from drawn
        join placed as one on drawn.a = one.place
        join placed as other on drawn.b = other.place
        where a <> b""")
    connection.execute(f"create or replace table scratch.random_level as {levels('scratch.random_pair')}")
    return "scratch.random_level"


def _sample(connection: DuckDBPyConnection, table: str, model: Model) -> Sample:
    told = Pairs.told(connection, table)
    moved = np.round(100 * rarity(model, told, shares(connection))).astype(np.int64)
    pattern = moved
    for found in told.levels.values():
        pattern = pattern * _WIDEST + found
    _, first, pairs = np.unique(pattern, return_index=True, return_counts=True)
    seen = {name: found[first].astype(np.int64) for name, found in told.levels.items()}
    return Sample(seen, moved[first] / 100, pairs.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Sample:
    """Patterns of agreement: the level of each comparison, what the frequency of its values adds in bits, how many pairs show it."""

    levels: Mapping[str, Ints]
    rarity: Floats
    pairs: Floats

    def chances(self, model: Model, n_records: int) -> Floats:
        """How likely a pair of each pattern is one person."""
        parts = (np.append(model.bits(comparison), 0.0)[self.levels[comparison.name]] for comparison in COMPARISONS)
        weight = self.rarity + model.prior_bits(n_records) + sum(parts)
        return np.asarray(1 / (1 + np.exp2(-np.clip(weight, -60, 60))), dtype=np.float64)


def maximise(candidates: Sample, drawn: Sample, n_records: int, first: Model, rounds: int = ROUNDS) -> Model:
    """Expectation maximisation over all candidate pairs: how likely each is one person, and what follows for the odds.

    drawn: random pairs. How two people agree by chance is counted there; where it is too seldom for that and whoever agrees
    shares a key, among the candidates. In both less the pairs that are likely one person after all.
    """
    model = first
    for _ in range(rounds):
        before, model = model, _better(model, candidates, drawn, n_records)
        if _moved(before, model) < AT_REST:
            break
    return model


def _better(model: Model, candidates: Sample, drawn: Sample, n_records: int) -> Model:
    likely, lucky = candidates.chances(model, n_records), drawn.chances(model, n_records)
    better = {}
    for comparison in COMPARISONS:
        n_levels = len(comparison.levels) + 1
        one_person = _counts(candidates.levels[comparison.name], n_levels, candidates.pairs * likely) + 0.5
        two_people = _counts(candidates.levels[comparison.name], n_levels, candidates.pairs * (1 - likely))
        by_chance = _counts(drawn.levels[comparison.name], n_levels, drawn.pairs * (1 - lucky))
        possible = max(n_records * (n_records - 1) / 2 * by_chance.sum() / max(drawn.pairs.sum(), 1), 1.0)
        m = one_person / one_person.sum()
        counted = np.array([False, *reversed([level.keyed for level in comparison.levels])]) & (by_chance < OFTEN)
        seen = np.where(counted, two_people / possible, by_chance / (by_chance.sum() + 1))
        least = np.where(counted, 0.5 / possible, 0.5 / (by_chance.sum() + 1))
        u = np.where(counted, np.maximum(seen, least), seen + least)
        bounds = _at_most(comparison, seen, 0.5 / possible, model.common)
        better[comparison.name] = _odds_of(comparison, m, np.minimum(u, bounds))
    return Model(better, model.common, 2 * float((candidates.pairs * likely).sum()) / n_records, n_records)


def _moved(before: Model, after: Model) -> float:
    """By how many bits the level moved that moved most."""
    return max(
        abs(odds.bits - before.levels[name][label].bits)
        for name, levels in after.levels.items()
        for label, odds in levels.items()
    )


def _at_most(comparison: Comparison, seen: Floats, least: float, common: Mapping[str, float]) -> Floats:
    """How often two people may agree by chance. Without a bound two comparisons alone cannot tell namesakes from slips.

    seen: the share of pairs of two people at each level. least: a share that may just not have been seen.
    """
    told = dict(zip(comparison.labels(), seen.tolist(), strict=True))
    bounds = [1.0]
    for level in reversed(comparison.levels):
        luck = FAMILY * math.prod(common[term] for term in level.luck) if level.luck else 1.0
        at_home = (
            FAMILY * max(sum(told[label] for label in OTHERS_AT_HOME), least) * common["first_name"]
            if level.label in NAMED_AT_HOME
            else 1.0
        )
        bounds.append(min(luck, at_home, 1.0))
    return np.array(bounds)


def _odds_of(comparison: Comparison, m: Floats, u: Floats) -> dict[str, Odds]:
    return {label: Odds(float(m[number]), max(float(u[number]), _SMALLEST)) for number, label in enumerate(comparison.labels())}


def _counts(levels: Ints, n_levels: int, weights: Floats) -> Floats:
    known = levels >= 0
    return np.bincount(levels[known], weights=weights[known], minlength=n_levels).astype(np.float64)


def train(connection: DuckDBPyConnection, random_pairs: int | None = None) -> Model:
    """A model of the records in the identity models. Changes nothing in the warehouse. random_pairs: RANDOM_PAIRS."""
    with scratch(connection):
        n_records = gather(connection)
        pair_up_all(connection, LARGEST_BLOCK)
        compare(connection)
        by_chance = random_levels(connection, n_records, random_pairs or RANDOM_PAIRS)
        unweighed = Model({}, common(connection), 1.0, n_records)
        drawn = _sample(connection, by_chance, unweighed)
        candidates = _sample(connection, "scratch.known_pair", unweighed)
        return maximise(candidates, drawn, n_records, first_model(connection, drawn, n_records))
