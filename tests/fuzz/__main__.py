"""`python -m tests.fuzz --inputs 100000 --seed 7` tries rubbish on every parser and prints what became of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from ingest.sandbox.process import Sandbox
from tests.faults.readings import READINGS
from tests.fuzz import answers
from tests.fuzz.targets import TARGETS, attempt
from tests.replay import server


def main() -> int:
    """Prints inputs and the fate of their rows by parser; 0 when nothing crashed and nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="in all, shared out among the parsers")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", action="append", help="a parser by name; may be given several times")
    asked = parser.parse_args()
    chosen = {name: target for name, target in TARGETS.items() if not asked.only or name in asked.only}
    shares = sum(target.share for target in chosen.values())
    failed, total = list[str](), 0
    with tempfile.TemporaryDirectory(prefix="cx-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        _record(Path(folder))
        print(f"{'parser':<34}{'inputs':>8}{'rows in':>9}{'landed':>9}{'doubled':>9}{'set aside':>10}{'told':>7}{'seconds':>9}")
        for name, target in chosen.items():
            wanted, started = max(1, asked.inputs * target.share // shares), time.monotonic()
            try:
                inputs, fate = attempt(target, wanted, asked.seed, Path(folder) / "work")
            except Exception as error:
                failed.append(name)
                _tell(name, error)
                continue
            total += inputs
            spent = time.monotonic() - started
            print(
                f"{name:<34}{inputs:>8,}{fate.rows:>9,}{fate.landed:>9,}{fate.duplicates:>9,}{fate.quarantined:>10,}{fate.told:>7,}{spent:>9.0f}",
                flush=True,
            )
    print(f"{total:,} inputs, seed {asked.seed}, {len(failed)} parsers failed")
    return 1 if failed else 0


def _record(folder: Path) -> None:
    """Answers to spoil: the sandbox's, and those somebody recorded of the real vendors, where they are."""
    with Sandbox.start(folder / "sandbox", customers=20) as sandbox:
        for name in READINGS:
            sandbox.switch(name, page_rows=READINGS[name].rows, rate_limit=0)
        answers.record(sandbox.environment())
    if server.FOLDER.is_dir():
        with server.replaying() as environment:
            answers.record(environment, list(server.RECORDED))


def _tell(name: str, error: BaseException) -> None:
    """Where it failed, on what."""
    print(f"{name:<34} FAILED: {type(error).__name__}: {str(error)[:300]}")
    for frame in traceback.extract_tb(error.__traceback__)[-4:]:
        print(f"    {frame.filename}:{frame.lineno} {frame.line}")
    for note in getattr(error, "__notes__", ())[:1]:
        print(f"    {' '.join(note.split())[-1500:]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
