"""Holds what is published as KPIs against what was planted: every figure, cut and uncut, to the digit.

Twice: as the truth is, and as it would be if the people identity took for one were one. The first tells what a reader sees wrong,
the second whether a formula is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from ingest.sandbox.company import FILE_NAME
from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Told
from ingest.sandbox.truth import facts
from ingest.sandbox.truth.segments import segment_facts

Key = tuple[str, str, str, str, date]
"""segment_type, segment, kpi_id, variant, period_start"""
Figures = tuple[float | None, float | None, float | None, float | None]
"""numerator, denominator, value, n"""
KEY = "segment_type, segment, kpi_id, variant, period_start"
TRAILING = "nps_trailing_90d"
_NAMES = ("numerator", "denominator", "value", "n")


class NoPlantedCompany(CxError):
    """There is nothing whose truth is known."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is published otherwise than planted; `key` says of which figure."""

    key: Key
    name: str
    published: float | None
    planted: float | None


@dataclass(frozen=True, slots=True)
class Held:
    """How many figures stand on both sides, which of them differ, and which stand on one side only."""

    compared: int
    differences: tuple[Difference, ...]
    without_truth: tuple[Key, ...]
    unpublished: tuple[Key, ...]

    @property
    def different(self) -> list[Key]:
        """The figures that differ in some number, or stand on one side only."""
        return sorted({*(found.key for found in self.differences), *self.without_truth, *self.unpublished}, key=str)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One publication against the truth of its instant; `mistaken` are people known under another's name, `torn` under several."""

    clock: datetime
    mistaken: int
    torn: int
    as_planted: Held
    as_resolved: Held


def compare(paths: Paths) -> Comparison:
    """The publication of a demo run against the company it was read from. NoPlantedCompany where there is none."""
    if not (paths.sandbox / FILE_NAME).exists() or not paths.published.exists():
        raise NoPlantedCompany(f"no planted company was read and published in {paths.root}", "Run `cx demo` there first.")
    published, clock = published_figures(paths.published)
    planted = hold(published, truth_figures(told_by(paths.sandbox, clock), clock))
    people = _people(paths)
    known_as = {person: known[0] for known in people.values() for person in known[1:]}
    resolved = hold(published, truth_figures(_as_resolved(paths, clock, people, known_as), clock)) if known_as else planted
    torn = sum(count > 1 for count in Counter(person for known in people.values() for person in known).values())
    return Comparison(clock, len(known_as), torn, planted, resolved)


def published_figures(file: Path) -> tuple[dict[Key, Figures], datetime]:
    """Every figure of a complete month, the trailing NPS of the last days, and as of when they are."""
    monthly = f"select {KEY}, numerator, denominator, value, n from kpi_period where is_complete"
    daily = f"select {KEY}, numerator, denominator, value, n from kpi_daily where kpi_id = '{TRAILING}'"
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute(f"{monthly} union all {daily}").fetchall()
        clock = connection.execute("select max(as_of) from kpi_period").fetchall()[0][0]
    return {row[:5]: row[5:] for row in rows}, clock


def truth_figures(told: Told, clock: datetime) -> dict[Key, Figures]:
    """The planted truth as told by `clock`, uncut and cut."""
    uncut = [("all", "all", fact) for fact in facts(told, clock)]
    cut = [(found.segment_type, found.segment, found.fact) for found in segment_facts(told, clock)]
    return {
        (segment_type, segment, fact.kpi_id, fact.variant, fact.period_start): (
            fact.numerator,
            fact.denominator,
            fact.value,
            fact.n,
        )
        for segment_type, segment, fact in (*uncut, *cut)
    }


def hold(published: Mapping[Key, Figures], truth: Mapping[Key, Figures]) -> Held:
    """Compares what is published with a truth; a segment without anything to count may be missing on either side."""
    both = sorted(published.keys() & truth.keys(), key=str)
    months = {key[4] for key in published if key[2] != TRAILING}
    differences = tuple(
        Difference(key, name, ours, true)
        for key in both
        for name, ours, true in zip(_NAMES, published[key], truth[key], strict=True)
        if not same(ours, true) and not (name == "numerator" and true is None)
    )
    # kpi_daily goes further back than the truth of the trailing NPS
    without = {
        key for key in published.keys() - truth.keys() if key[2] != TRAILING and (key[0] == "all" or _counts(published[key]))
    }
    missing = {key for key in truth.keys() - published.keys() if key[4] in months or key[2] == TRAILING}
    return Held(len(both), differences, tuple(sorted(without, key=str)), tuple(sorted(missing, key=str)))


def same(ours: object, true: object) -> bool:
    """Equal to the digit: no more apart than sums of doubles are that were added up in another order."""
    if ours is None or true is None:
        return ours is None and true is None
    return math.isclose(float(ours), float(true), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def _counts(figures: Figures) -> bool:
    return bool(figures[3] or figures[0])


def _as_resolved(paths: Paths, clock: datetime, people: Mapping[str, list[str]], known_as: Mapping[str, str]) -> Told:
    """What was told, by the people identity took for one; they live where their customer does."""
    told = told_by(paths.sandbox, clock, known_as)
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        of_customer = dict(connection.execute("select customer_id, country_code from customer_360").fetchall())
    moved = {person: of_customer[customer] for customer, known in people.items() if len(known) > 1 for person in known}
    return replace(told, countries={**told.countries, **moved})


def _people(paths: Paths) -> dict[str, list[str]]:
    """The planted people of each customer, in order."""
    query = f"""
        attach '{paths.sandbox / FILE_NAME}' as company (read_only);
        select distinct owner.person_id, xref.customer_id
        from company.truth.record_owner as owner
        join identity_state.customer_xref as xref
            on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null
    """
    people: dict[str, list[str]] = {}
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        for person, customer in sorted(connection.execute(query).fetchall()):
            people.setdefault(customer, []).append(person)
    return people
