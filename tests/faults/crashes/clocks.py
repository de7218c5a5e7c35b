"""Clocks that go backwards: this machine's, for one process, and the vendors'."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from ingest.sandbox.servers.state import START
from orchestration.parts import CHECKOUT
from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import PUBLISHED, SMALL, Company
from tests.faults.crashes.killing import Moment, run
from tests.faults.crashes.phases import KINDS, cx
from tests.faults.crashes.phases import READ as SOURCES

_SHIM = Path(__file__).with_name("clocks.c")
BACK = (-3_600, -86_400, -1_700_000_000)  # seconds: an hour, a day, to 1972


def cases() -> Iterator[Case]:
    for number, seconds in enumerate(BACK):
        yield Case("this machine's clock back, ingest", number, lambda company, s=seconds: _read(company, s), is_small=True)
    yield Case("a kill, then the clock back, ingest", 0, lambda company: _read(company, -86_400, is_killed=True), is_small=True)
    yield Case("this machine's clock back, publish", 0, _publish)
    yield Case("the vendors' clock back and on again", 0, _vendors, is_small=True)


def _shifted(company: Company, seconds: int, *arguments: str) -> tuple[int, str]:
    """A command with this machine's clock moved; its exit code and last words."""
    if shutil.which("cc") is None:
        raise RuntimeError("moving the clock of a process needs a C compiler")
    library = company.root / "clocks.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(_SHIM), "-ldl"], check=True)
    moved = {**os.environ, "LD_PRELOAD": str(library), "CX_CLOCK_SHIFT": str(seconds)}
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    done = subprocess.run(command, env=moved, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, (done.stdout + done.stderr)[-800:]


def _read(company: Company, seconds: int, *, is_killed: bool = False) -> list[str]:
    """A run with the clock moved back, then one with the right clock: what an undisturbed run leaves, after either."""
    load = next(kind for kind in KINDS if kind.name == "load")
    paths = company.paths
    company.restore(SMALL)
    ending = run(load.work(paths, 0), company.log)
    wanted = contents.landed(paths, SOURCES)
    company.restore(SMALL)
    if is_killed:
        run(load.work(paths, 0), company.log, Moment(seconds=ending.seconds / 2))
    code, said = _shifted(company, seconds, "ingest", *SOURCES)
    wrong = [f"with the clock back: {said}"] if code else contents.differing(contents.landed(paths, SOURCES), wanted)
    if not run(cx("ingest", *SOURCES), company.log).is_through:
        return [*wrong, f"with the right clock: {company.last_words()}"]
    return wrong + contents.differing(contents.landed(paths, SOURCES), wanted)


def _publish(company: Company) -> list[str]:
    company.restore("publish")
    code, said = _shifted(company, -86_400, "publish")
    if code:
        return [said]
    return contents.differing(contents.published(company.paths.published), contents.published(company.saved(PUBLISHED).published))


def _vendors(company: Company) -> list[str]:
    """A vendor whose clock falls back tells what it told before; a later run has what an undisturbed one has."""
    paths = company.paths
    company.restore(SMALL)
    company.do(cx("ingest", *SOURCES))
    wanted = contents.landed(paths, SOURCES)
    company.sandbox.advance(START)
    try:
        company.do(cx("ingest", *SOURCES))
    finally:
        company.sandbox.advance(START + timedelta(days=1))
    company.do(cx("ingest", *SOURCES))
    return contents.differing(contents.landed(paths, SOURCES), wanted)
