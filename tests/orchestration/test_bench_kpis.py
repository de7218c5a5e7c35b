"""`cx bench kpis`: what it calls equal, different, untold and unpublished, and what it does where nothing was planted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.core.paths import Paths
from ingest.sandbox.company import START
from ingest.sandbox.told import Case, Told
from ingest.sandbox.truth.segments import segment_facts
from ingest.sandbox.truth.shape import DAY_US, microseconds
from orchestration.bench.kpis import Figures, Key, NoPlantedCompany, compare, hold

MAY = date(2026, 5, 1)


def key(kpi_id: str, segment_type: str = "all", segment: str = "all", month: date = MAY) -> Key:
    return segment_type, segment, kpi_id, "standard", month


def test_every_kind_of_difference_is_named() -> None:
    truth: dict[Key, Figures] = {
        key("nps"): (1.0, 3.0, 100 / 3, 3), key("csat"): (2.0, 4.0, 50.0, 4), key("mrr"): (5.0, None, 5.0, 1),
        key("mrr", month=date(2026, 7, 1)): (6.0, None, 6.0, 1),
    }  # fmt: skip
    published: dict[Key, Figures] = {
        key("nps"): (1.0, 3.0, 33.33333333333333, 3), key("csat"): (3.0, 4.0, 75.0, 4), key("reach"): (None, None, None, 0),
        key("csat", "channel", "web"): (1.0, 1.0, 100.0, 1), key("csat", "channel", "voice"): (0.0, 0.0, None, 0),
    }  # fmt: skip
    held = hold(published, truth)
    assert held.compared == 2
    assert [(found.key, found.name) for found in held.differences] == [(key("csat"), "numerator"), (key("csat"), "value")]
    assert set(held.without_truth) == {key("reach"), key("csat", "channel", "web")}
    assert held.unpublished == (key("mrr"),), "a month that is not over is not missed"
    assert len(held.different) == 4


def test_without_a_planted_company_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(NoPlantedCompany, match="no planted company"):
        compare(Paths(tmp_path))


def test_a_case_that_comes_back_by_another_channel_was_not_solved_at_once() -> None:
    """The truth cut by channel counts the channel's own cases, and looks for repeats in all of them."""
    opened = microseconds(START) - 50 * DAY_US
    first, again = (
        Case(at, at + DAY_US // 2, at, "a", first_solved_at=at + DAY_US // 2, reopens=0, channel=channel)
        for at, channel in ((opened, "web"), (opened + DAY_US, "voice"))
    )
    told = Told(answers=[], ratings=[], cases=[first, again], orders=[], periods=[], leads=[], posts=[])
    solved = {
        found.segment: found.fact.value
        for found in segment_facts(told, START)
        if (found.segment_type, found.fact.kpi_id, found.fact.variant) == ("channel", "first_contact_resolution", "standard")
    }
    assert solved == {"web": 0, "voice": 100}
