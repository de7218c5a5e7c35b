"""One small company and its warehouse at the beginning of each phase of its second morning, to start trials from.

<root>/sandbox          the planted company, whose servers run as long as this object
<root>/data             where every piece of work runs; always the same path, since files keep it
<root>/saved/<state>    `data` as it was: read, first half, identity, second half, publish, published; small, where only a few
                        sources were read and nothing was built
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from ingest.core.paths import Paths
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.faults.crashes.killing import Work, run

SMALL, READ, PUBLISHED = "small", "read", "published"
NEXT = {"first half": "identity", "identity": "second half", "second half": "publish", "publish": PUBLISHED}
"""Which state a phase that begins from one leaves."""


@dataclass(frozen=True)
class Company:
    """The states of one root directory."""

    root: Path
    sandbox: Sandbox

    @property
    def paths(self) -> Paths:
        return Paths(self.root / "data")

    @property
    def log(self) -> Path:
        """What the newest piece of work said."""
        return self.root / "work.log"

    def saved(self, state: str) -> Paths:
        return Paths(self.root / "saved" / state)

    def save(self, state: str) -> None:
        _copy(self.paths.root, self.saved(state).root)

    def restore(self, state: str, *, is_mounted: bool = False) -> None:
        """`is_mounted`: the folder itself stays, since a file system is mounted there."""
        if is_mounted:
            subprocess.run(["cp", "-a", f"{self.saved(state).root}/.", str(self.paths.root)], check=True)
        else:
            _copy(self.saved(state).root, self.paths.root)
        shutil.rmtree(self.paths.root / "calls", ignore_errors=True)  # hundreds of mornings in an hour are not what is tried

    def do(self, work: Work) -> None:
        """A piece of work that has to succeed; AssertionError with its last words."""
        assert run(work, self.log).is_through, self.last_words()

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-1500:]

    def make(self) -> None:
        """The second morning step by step, behind what is saved already."""
        from tests.faults.crashes import phases

        steps = {
            "first half": lambda: self.do(phases.job(self.paths, "ingest_all")),
            "identity": lambda: self.do(phases.one_step(self.paths, phases.FIRST_HALF)),
            "second half": lambda: self.do(phases.one_step(self.paths, phases.IDENTITY)),
            "publish": lambda: self.do(phases.one_step(self.paths, phases.SECOND_HALF)),
            PUBLISHED: lambda: self.do(phases.job(self.paths, "publish")),
        }
        before = READ
        for state, work in steps.items():
            if not self.saved(state).root.exists():
                self.restore(before)
                work()
                self.save(state)
            before = state


@contextmanager
def company(root: Path, customers: int, *, is_small: bool = False) -> Iterator[Company]:
    """The company with its vendors on their second morning, and the environment that points the connectors at them.

    is_small: its state `small` alone, which takes seconds where the others take minutes.
    """
    from tests.faults.crashes import phases

    root = root.resolve()
    begun = (root / "saved" / READ).exists()
    with (
        Sandbox.start(root / "sandbox", customers=customers, clock=None if begun else START) as sandbox,
        patch.dict(os.environ, {**sandbox.environment(), "CX_DATA_DIR": str(root / "data")}),
    ):
        made = Company(root, sandbox)
        _import_all(is_small=is_small)
        if not (root / "saved" / SMALL).exists():
            sandbox.advance(START)
            shutil.rmtree(made.paths.root, ignore_errors=True)
            made.do(phases.cx("ingest", *phases.READ))
            made.save(SMALL)
        if not begun and not is_small:
            shutil.rmtree(made.paths.root, ignore_errors=True)
            made.do(phases.job(made.paths, "daily"))
            made.save(READ)
        sandbox.advance(START + timedelta(days=1))
        if not is_small:
            made.make()
        yield made


def _import_all(*, is_small: bool) -> None:
    """What every child would have to import and to parse."""
    if is_small:
        return
    from orchestration import graph, transformer

    made: list[transformer.Transformer] = []

    def noted(*arguments: object) -> transformer.Transformer:
        made.append(transformer.Transformer(*arguments))  # type: ignore[arg-type]
        return made[-1]

    with patch.object(graph, "Transformer", noted):
        from orchestration import definitions  # noqa: F401
    made[0]._parse()


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)
