"""A little of the rubbish that `python -m tests.fuzz` tries in masses; what it found stands in tests/ingest/test_rubbish.py."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from ingest.core.shape import Shaper
from tests.fuzz import answers, trying
from tests.fuzz.commands import COMMANDS, arguments, parsers
from tests.fuzz.feeding import Fate
from tests.fuzz.targets import TARGETS, Target
from tests.fuzz.trying import attempt, drawn
from tests.replay import server

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Arrow tells the terminal, too
SEED = 20260701


@pytest.mark.parametrize(
    "parser", [name for name in TARGETS if name != "answers over HTTP"], ids=lambda name: name.replace(" ", "-")
)
def test_rubbish_is_landed_set_aside_or_told_of(parser: str, tmp_path: Path) -> None:
    trial = attempt(TARGETS[parser], range(30), SEED, tmp_path)
    assert trial.failures == {}
    assert trial.inputs == 30 and trial.fate.rows + trial.fate.told > 0


@pytest.mark.skipif(not server.FOLDER.is_dir(), reason="no recorded payloads here")
def test_spoilt_answers_of_a_vendor_end_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "READINGS_TOLD", [])
    with server.replaying() as environment:
        answers.record(environment, ["stripe", "intercom"])
    trial = attempt(TARGETS["answers over HTTP"], range(60), SEED, tmp_path)
    assert trial.failures == {} and trial.fate.landed and trial.fate.told


def test_a_parser_that_loses_a_row_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shaper.shape

    def forgetful(shaper: Shaper, *given: object) -> tuple[pa.Table, list[object]]:
        table, misfits = shape(shaper, *given)  # type: ignore[arg-type]
        return table, misfits[1:]  # type: ignore[return-value]

    monkeypatch.setattr(Shaper, "shape", forgetful)
    [failure] = attempt(TARGETS["vendor records"], range(30), SEED, tmp_path).failures.values()
    assert "books" in str(failure.error)


def test_the_inputs_behind_a_finding_are_tried_and_each_kind_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(given: int, folder: Path) -> Fate:
        if given % 2:
            raise ValueError(given)
        end = time.process_time() + given
        while time.process_time() < end:
            pass
        return Fate(rows=1)

    monkeypatch.setattr(trying, "SECONDS", 0.1)
    target = Target(lambda chance: chance.randrange(2) if chance.random() < 0.9 else 20, check, 1)
    trial = attempt(target, range(20), SEED, tmp_path)
    given = [drawn(target, SEED, number) for number in range(20)]
    assert trial.inputs == 20 and trial.fate.rows == given.count(0)
    odd, late = (found.inputs for found in sorted(trial.failures.values(), key=lambda found: repr(found.error), reverse=True))
    assert odd == [number for number in range(20) if given[number] == 1]
    assert late == [number for number in range(20) if given[number] == 20]


def test_every_command_says_what_the_fuzz_keeps_it_from() -> None:
    assert set(COMMANDS) == set(parsers()), "a command is new or gone: tests/fuzz/commands.py tells what it may not do there"


def test_every_argument_of_every_command_is_drawn() -> None:
    told = [arguments(Random(f"{SEED} {number}")) for number in range(6_000)]
    words = {(given[0], word.partition("=")[0]) for given in told if given for word in given[1:]}
    declared = {
        (name, action.option_strings[0])
        for name, parser in parsers().items()
        for action in parser._actions
        if action.option_strings and action.dest != "help"
    }
    assert not declared - words
    assert {given[0] for given in told if len(given) > 1} >= set(parsers())
