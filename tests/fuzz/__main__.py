"""`python -m tests.fuzz --inputs 100000 --seed 7` tries rubbish on every parser and prints what became of it."""

from __future__ import annotations

import argparse
import faulthandler
import logging
import reprlib
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from ingest.sandbox.process import Sandbox
from tests.faults.readings import READINGS
from tests.fuzz import answers
from tests.fuzz.targets import TARGETS
from tests.fuzz.trying import SHOWN, Failure, Trial, attempt, drawn
from tests.replay import server

COLUMNS = (
    f"{'parser':<34}{'inputs':>8}{'rows in':>9}{'landed':>9}{'doubled':>9}{'set aside':>10}{'told':>7}{'CPU s':>8}{'ms each':>9}"
)


def main() -> int:
    """Prints inputs and the fate of their rows by parser; 0 when nothing crashed and nothing was lost."""
    asked = _asked()
    chosen = {name: target for name, target in TARGETS.items() if not asked.only or name in asked.only}
    shares = sum(target.share for target in chosen.values())
    failures, total = 0, 0
    faulthandler.enable()
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = _unraisable
    with tempfile.TemporaryDirectory(prefix="cx-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        if "answers over HTTP" in chosen:
            _record(Path(folder))
        print(COLUMNS, flush=True)
        for name, target in chosen.items():
            numbers = range(max(1, asked.inputs * target.share // shares)) if asked.input is None else [asked.input]
            if asked.input is not None:
                _show(drawn(target, asked.seed, asked.input))
            started = time.process_time()
            trial = attempt(target, numbers, asked.seed, Path(folder) / "work")
            _tell(name, trial, time.process_time() - started)
            total, failures = total + trial.inputs, failures + len(trial.failures)
    print(f"{total:,} inputs, seed {asked.seed}, {failures} kinds of failure, ", end="")
    print(f"{time.process_time():,.0f} CPU seconds, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most")
    return 1 if failures else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="in all, shared out among the parsers")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", action="append", choices=list(TARGETS), help="a parser by name; may be given several times")
    parser.add_argument("--input", type=int, metavar="NUMBER", help="show and try this input alone")
    return parser.parse_args()


def _record(folder: Path) -> None:
    """Answers to spoil: the sandbox's, and those somebody recorded of the real vendors, where they are."""
    with Sandbox.start(folder / "sandbox", customers=20) as sandbox:
        for name in READINGS:
            sandbox.switch(name, page_rows=READINGS[name].rows, rate_limit=0)
        answers.record(sandbox.environment())
    if server.FOLDER.is_dir():
        with server.replaying() as environment:
            answers.record(environment, list(server.RECORDED))


def _tell(name: str, trial: Trial, seconds: float) -> None:
    """A line of the table, and a story for every kind of failure."""
    fate = trial.fate
    print(
        f"{name:<34}{trial.inputs:>8,}{fate.rows:>9,}{fate.landed:>9,}{fate.duplicates:>9,}{fate.quarantined:>10,}{fate.told:>7,}"
        f"{seconds:>8.0f}{seconds / trial.inputs * 1000:>9.1f}",
        flush=True,
    )
    for place, failure in trial.failures.items():
        _tell_failure(place, failure)


def _tell_failure(place: str, failure: Failure) -> None:
    numbers = ", ".join(map(str, failure.inputs[:SHOWN]))
    print(f"  FAILED {len(failure.inputs):,} times: {place}, at --input {numbers}")
    print(f"    {str(failure.error)[:300]!r}")
    for frame in traceback.extract_tb(failure.error.__traceback__)[-5:]:
        print(f"    {frame.filename}:{frame.lineno} {frame.line}", flush=True)


def _show(given: object) -> None:
    """An input, no more of it than a person reads, however deep it is nested."""
    told = reprlib.Repr()
    told.maxlevel, told.maxdict, told.maxlist, told.maxtuple, told.maxstring, told.maxother = 8, 60, 60, 60, 2_000, 2_000
    print(told.repr(given))


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    """Arrow tells the terminal where a row with too many cells is no text besides; anything else is worth reading."""
    if not isinstance(told.exc_value, UnicodeDecodeError):
        sys.__unraisablehook__(told)


if __name__ == "__main__":
    sys.exit(main())
