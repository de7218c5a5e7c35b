"""Holds what the demo publishes as KPIs against what was planted: every figure, every segment, every restatement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ingest.sandbox.truth import kpi_truth
from ingest.sandbox.truth.segments import segment_truth
from tests.demo.conftest import Demo

Key = tuple[str, str, str, str, date]
"""segment_type, segment, kpi_id, variant, period_start"""
Figures = tuple[float | None, float | None, float | None, float | None]
"""numerator, denominator, value, n"""

KEY = "segment_type, segment, kpi_id, variant, period_start"
_NAMES = ("numerator", "denominator", "value", "n")


@cache
def truth_of(sandbox: Path, clock: datetime) -> Mapping[Key, Figures]:
    """The planted truth as told by `clock`, uncut and cut."""
    uncut = ({"segment_type": "all", "segment": "all", **row} for row in kpi_truth(sandbox, clock).to_pylist())
    return keyed([*uncut, *segment_truth(sandbox, clock).to_pylist()])


def keyed(rows: list[dict[str, Any]]) -> dict[Key, Figures]:
    return {tuple(row[name] for name in KEY.split(", ")): tuple(row[name] for name in _NAMES) for row in rows}  # type: ignore[misc]


def same(ours: object, true: object) -> bool:
    """Equal to the digit: no more apart than sums of doubles are that were added up in another order."""
    if ours is None or true is None:
        return ours is None and true is None
    return math.isclose(float(ours), float(true), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def hold_kpis_against_the_truth(demo: Demo, clock: datetime) -> None:
    """Every published figure of a complete month, and the trailing NPS of the last days."""
    truth = truth_of(demo.paths.sandbox, clock)
    monthly = f"select {KEY}, numerator, denominator, value, n from kpi_period where is_complete"
    daily = f"select {KEY}, numerator, denominator, value, n from kpi_daily where kpi_id = 'nps_trailing_90d'"
    published = {row[:5]: row[5:] for row in demo.published(f"{monthly} union all {daily}")}
    uncut = {key[2:4] for key in published if key[0] == "all"}
    assert uncut == {key[2:4] for key in truth if key[0] == "all"}, "a published KPI has no truth to be held against"

    cuts = {key[0:1] + key[2:4] for key in truth}
    compared = {key for key in published if key in truth}
    without = {
        key for key in published.keys() - compared if key[0] != "all" and key[0:1] + key[2:4] in cuts and published[key][3]
    }
    assert not without, sorted(without, key=str)[:10]
    months = {key[4] for key in published}
    unpublished = {key for key in truth.keys() - compared if key[0] != "all" and key[4] in months}
    assert not unpublished, sorted(unpublished, key=str)[:10]

    wrong = [
        (*key, name, ours, true)
        for key in sorted(compared, key=str)
        for name, ours, true in zip(_NAMES, published[key], truth[key], strict=True)  # type: ignore[index]
        if not same(ours, true) and not (name == "numerator" and true is None)
    ]
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert len(compared) > 4000


def hold_restatements_against_the_truth(demo: Demo, before: datetime, after: datetime) -> None:
    """Exactly the figures of complete months that the later truth tells otherwise, with the values of both."""
    earlier, later = truth_of(demo.paths.sandbox, before), truth_of(demo.paths.sandbox, after)
    last_month = max(key[4] for key in earlier if key[2:4] == ("mrr", "standard"))
    expected = {key for key in moved(earlier, later) if key[2] != "nps_trailing_90d" and key[4] <= last_month}
    cuts = {key[0:1] + key[2:4] for key in earlier}
    rows = demo.published(f"select {KEY}, published_value, value, cause from kpi_restatements")
    restated = {row[:5]: row[5:7] for row in rows if row[0:1] + row[2:4] in cuts}
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
