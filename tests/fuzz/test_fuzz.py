"""A little of the rubbish that `python -m tests.fuzz` tries in masses; what it found stands in tests/ingest/test_rubbish.py."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from ingest.core.shape import Shaper
from tests.fuzz import answers
from tests.fuzz.targets import TARGETS, attempt
from tests.replay import server

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Arrow tells the terminal, too
INPUTS = {"command line": 15}


@pytest.mark.parametrize(
    "parser", [name for name in TARGETS if name != "answers over HTTP"], ids=lambda name: name.replace(" ", "-")
)
def test_rubbish_is_landed_set_aside_or_told_of(parser: str, tmp_path: Path) -> None:
    wanted = INPUTS.get(parser, 50)
    inputs, fate = attempt(TARGETS[parser], wanted, 20260701, tmp_path)
    assert inputs == wanted and fate.rows + fate.told > 0


@pytest.mark.skipif(not server.FOLDER.is_dir(), reason="no recorded payloads here")
def test_spoilt_answers_of_a_vendor_end_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "READINGS_TOLD", [])
    with server.replaying() as environment:
        answers.record(environment, ["stripe", "intercom"])
    _, fate = attempt(TARGETS["answers over HTTP"], 60, 20260701, tmp_path)
    assert fate.landed and fate.told


def test_a_parser_that_loses_a_row_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shaper.shape

    def forgetful(shaper: Shaper, *given: object) -> tuple[pa.Table, list[object]]:
        table, misfits = shape(shaper, *given)  # type: ignore[arg-type]
        return table, misfits[1:]  # type: ignore[return-value]

    monkeypatch.setattr(Shaper, "shape", forgetful)
    with pytest.raises(AssertionError, match="books"):
        attempt(TARGETS["vendor records"], 50, 20260701, tmp_path)
