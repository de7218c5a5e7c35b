"""The parsers by name: what is tried on each, how, and its share of the inputs."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz import answers, commands, exports, files, mail, shaping
from tests.fuzz.feeding import Fate, quick


@dataclass(frozen=True, slots=True)
class Target:
    """`make` draws an input; `check(input, folder)` tells its fate, or fails."""

    make: Callable[[Random], Any]
    check: Callable[[Any, Path], Fate]
    share: int


TARGETS: dict[str, Target] = {
    "vendor records": Target(shaping.pages, shaping.check, 30),
    **{name: Target(make, files.check, 4) for name, make in files.FORMATS.items()},
    "mails": Target(mail.messages, mail.check, 8),
    "letters": Target(mail.letters, mail.check, 4),
    "export files": Target(exports.export, exports.check_export, 12),
    "CSV answers of queries": Target(exports.csv_answer, exports.check_csv_answer, 12),
    "answers over HTTP": Target(answers.answers, answers.check, 6),
    "command line": Target(commands.arguments, commands.check, 2),
    "Arrow pages": Target(exports.batch, exports.check_batch, 6),
}


@dataclass(frozen=True, slots=True, repr=False)
class _Input:
    """An input that says no more of itself than a person reads, however deep it is nested."""

    value: Any

    def __repr__(self) -> str:
        told = reprlib.Repr()
        told.maxlevel, told.maxdict, told.maxlist, told.maxstring, told.maxother = 5, 60, 5, 80, 300
        return told.repr(self.value)


def attempt(target: Target, inputs: int, number: int, folder: Path) -> tuple[int, Fate]:
    """Tries so many inputs; how many it were, and what became of all their rows. Fails with the smallest input that failed."""
    folder.mkdir(parents=True, exist_ok=True)
    fates, count = Fate(), 0

    @seed(number)
    @settings(
        max_examples=inputs, deadline=None, database=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )  # fmt: skip
    @given(st.randoms(use_true_random=True).map(target.make).map(_Input))
    def tried(told: _Input) -> None:
        nonlocal fates, count
        fates, count = fates + target.check(told.value, folder / "place"), count + 1

    with quick():
        tried()
    return count, fates
