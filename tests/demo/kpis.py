"""Holds what the demo publishes as KPIs against what was planted: every figure, every segment, every restatement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from ingest.sandbox.telling import told_by
from orchestration.bench.kpis import KEY, TRAILING, Figures, Key, hold, published_figures, same, truth_figures
from tests.demo.conftest import Demo


@cache
def truth_of(sandbox: Path, clock: datetime) -> Mapping[Key, Figures]:
    """The planted truth as told by `clock`, uncut and cut."""
    return truth_figures(told_by(sandbox, clock), clock)


def hold_kpis_against_the_truth(demo: Demo, clock: datetime) -> None:
    """Every published figure of a complete month, and the trailing NPS of the last days."""
    published, as_of = published_figures(demo.paths.published)
    held = hold(published, truth_of(demo.paths.sandbox, clock))
    assert as_of == clock
    assert not held.without_truth, held.without_truth[:10]
    assert not held.unpublished, held.unpublished[:10]
    assert not held.differences, "\n".join(map(str, held.differences[:20]))
    assert held.compared > 5000


def hold_restatements_against_the_truth(demo: Demo, before: datetime, after: datetime) -> None:
    """Exactly the figures of complete months that the later truth tells otherwise, with the values of both."""
    earlier, later = truth_of(demo.paths.sandbox, before), truth_of(demo.paths.sandbox, after)
    last_month = max(key[4] for key in earlier if key[2:4] == ("mrr", "standard"))
    expected = {key for key in moved(earlier, later) if key[2] != TRAILING and key[4] <= last_month}
    rows = demo.published(f"select {KEY}, published_value, value, cause from kpi_restatements")
    restated = {row[:5]: row[5:7] for row in rows}
    assert restated.keys() == expected, sorted(restated.keys() ^ expected, key=str)[:10]
    for key, (published, value) in restated.items():
        told, now = (truth.get(key, (None, None, None, 0))[2] for truth in (earlier, later))  # type: ignore[call-overload]
        assert same(published, told) and same(value, now), (key, published, told, value, now)
    assert len(restated) > 5
    unexplained = {(row[2], row[3]) for row in rows if row[7] == "other"}
    assert not unexplained, unexplained


def moved(before: Mapping[Key, Figures], after: Mapping[Key, Figures]) -> set[Key]:
    """The figures that two truths tell differently; a segment without anything to count stands in neither."""
    return {
        key
        for key in before.keys() | after.keys()
        if key not in before or key not in after or not all(map(same, before[key], after[key]))
    }
