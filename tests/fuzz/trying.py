"""Tries numbered inputs on a parser: each is drawn from the seed and its number alone, so that one that failed can be tried again.

An input that fails does not end the trial: the others follow, and every kind of failure is told once, with its first inputs.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from tests.fuzz.feeding import Fate, quick
from tests.fuzz.targets import Target

TREE = Path(__file__).resolve().parents[2]
SECONDS = 60.0  # of processor time: what takes longer is taken for something that never ends
SHOWN = 5  # numbers of inputs, by kind of failure


class NeverEnds(BaseException):
    """An input took longer than anybody waits. No Exception, so that no parser takes it for one of its own."""


@dataclass
class Failure:
    """One kind of failure: the first error of its kind, and the numbers of the inputs that ended so."""

    error: BaseException
    inputs: list[int] = field(default_factory=list)


@dataclass
class Trial:
    """What came of so many inputs."""

    inputs: int = 0
    fate: Fate = field(default_factory=Fate)
    failures: dict[str, Failure] = field(default_factory=dict)

    def failed(self, number: int, error: BaseException) -> None:
        self.failures.setdefault(place_of(error), Failure(error)).inputs.append(number)


def drawn(target: Target, seed: int, number: int) -> Any:
    """The input of that number."""
    return target.make(Random(f"{seed} {number}"))


def attempt(target: Target, numbers: Iterable[int], seed: int, folder: Path) -> Trial:
    """Tries the inputs of these numbers, each to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    trial = Trial()
    with quick(), _limited():
        for number in numbers:
            trial.inputs += 1
            (folder / "number").write_text(str(number), encoding="ascii")  # stays behind where the process itself is ended
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                trial.fate += target.check(drawn(target, seed, number), folder / "place")
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a parser written in Rust panics with something that is no Exception
                trial.failed(number, error)
    return trial


def place_of(error: BaseException) -> str:
    """What an error is and where: the innermost line of the product's own, else of the whole story."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if any(f"{TREE}/{part}/" in frame.filename for part in ("ingest", "orchestration"))]
    frame = (own or frames)[-1]
    is_check = isinstance(error, AssertionError)
    frame = frames[-1] if is_check else frame
    return f"{type(error).__name__} at {frame.filename.removeprefix(f'{TREE}/')}:{frame.lineno}"


@contextmanager
def _limited() -> Iterator[None]:
    """Whatever takes more than SECONDS of processor time fails with NeverEnds."""

    def late(number: int, frame: FrameType | None) -> None:
        raise NeverEnds(f"more than {SECONDS:.0f} seconds of processor time")

    before = signal.signal(signal.SIGPROF, late)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
