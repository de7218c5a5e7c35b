"""A vendor's allowance of calls holds over all runs of its window: the sandbox, which counts too, never has to refuse."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.core.errors import QuotaUsedUp
from ingest.core.pacing import used
from ingest.registry import SOURCES
from tests.faults.trial import Trial

ADDRESS = "http://127.0.0.1/earlier"


def _kept_to(trial: Trial, notes: Path) -> None:
    """The source's own budgets, none of them with patience, and calls noted as the program notes them."""
    budgets = tuple(replace(budget, patience=timedelta()) for budget in SOURCES[trial.name].budgets)
    trial.extraction.source = trial.source = replace(trial.source, budgets=budgets)
    trial.extraction.notes = notes


def _earlier(notes: Path, calls: int, ago: timedelta, address: str = ADDRESS) -> None:
    at = time.time() - ago.total_seconds()
    notes.write_text("".join(f"{at:.3f} {address}\n" for _ in range(calls)) + "17")  # a killed run left half a line


def _seen(trial: Trial) -> int:
    return trial.sandbox.calls()[trial.name]


@pytest.mark.parametrize("source", ["brandwatch"])
def test_two_runs_share_one_window_of_the_vendors(trial: Trial, tmp_path: Path) -> None:
    """30 calls in ten minutes: the sandbox lets 30 more through than it has seen so far, and refuses the next."""
    notes = tmp_path / "calls"
    _kept_to(trial, notes)
    before = _seen(trial)
    trial.on(rate_limit=before + 30, page_rows=8)
    trial.run()
    trial.extraction.states.clear()
    [error] = trial.run(fails=True).errors
    assert isinstance(error, QuotaUsedUp) and "30 calls" in str(error)
    assert _seen(trial) - before == 30
    assert [(use.used, use.budget.calls) for use in used(SOURCES["brandwatch"], notes)] == [(30, 30)]


@pytest.mark.parametrize("source", ["surveymonkey"])
def test_a_day_that_is_used_up_stops_the_run_and_the_next_day_goes_on_where_it_stopped(trial: Trial, tmp_path: Path) -> None:
    notes = tmp_path / "calls"
    first_survey = 1 + 2 + sum(-(-count // trial.reading.rows) for count in _answers(trial)[:1])
    _earlier(notes, 480 - first_survey - 1, timedelta(hours=20))
    _kept_to(trial, notes)
    before = _seen(trial)
    [error] = trial.run(fails=True).errors
    assert isinstance(error, QuotaUsedUp) and "480 calls" in str(error) and "resumes" in error.remedy
    assert _seen(trial) - before == first_survey + 1
    assert len(trial.extraction.states["responses"]["cursors"]) == 2  # a survey that was read whole, and one in part
    _earlier(notes, 480, timedelta(hours=25))
    trial.recover()


def _answers(trial: Trial) -> list[int]:
    """How many responses each survey has, in the order surveys are listed."""
    surveys = [key[0] for key in trial.expected.rows["surveys"]]
    rows = trial.expected.rows["responses"].values()
    return [sum(row["survey_id"] == survey for row in rows) for survey in surveys]


@pytest.mark.parametrize("source", ["brandwatch"])
def test_calls_noted_before_the_clock_was_put_back_count_from_now_on(trial: Trial, tmp_path: Path) -> None:
    notes = tmp_path / "calls"
    _earlier(notes, 30, timedelta(days=-400))
    _kept_to(trial, notes)
    [error] = trial.run(fails=True).errors
    assert isinstance(error, QuotaUsedUp)
    assert all(float(line.split()[0]) <= time.time() for line in notes.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("source", ["zendesk_support"])
def test_exports_have_a_narrower_allowance_than_other_calls(trial: Trial, tmp_path: Path) -> None:
    notes = tmp_path / "calls"
    _earlier(notes, 9, timedelta(seconds=5), "https://x.example/api/v2/incremental/tickets/cursor.json")
    _kept_to(trial, notes)
    before = _seen(trial)
    [error] = trial.run(fails=True).errors
    assert "10 calls per 0:01:00" in str(error)
    assert _seen(trial) - before == 1
    _earlier(notes, 50, timedelta(seconds=5))  # other calls do not count against the exports
    trial.recover()


@pytest.mark.parametrize("source", ["zendesk_support"])
def test_a_budget_that_frees_soon_is_waited_for(trial: Trial, tmp_path: Path) -> None:
    [wide, _] = SOURCES["zendesk_support"].budgets
    trial.extraction.source = replace(trial.source, budgets=(replace(wide, calls=3, per=timedelta(seconds=0.2)),))
    started = time.monotonic()
    trial.recover()
    assert time.monotonic() - started >= 0.2 * ((trial.expected.calls - 1) // 3)
