"""The demo as a user runs it: `cx demo` in a process of its own, from the planted company's APIs to the published file."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demo:
    """One data directory the demo runs in."""

    root: Path
    customers: int

    @property
    def paths(self) -> Paths:
        return Paths(self.root)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "CX_DATA_DIR": str(self.root), "COLUMNS": "200"}

    def start(self) -> subprocess.Popen[str]:
        """Begins a run and leaves it running, in a process group of its own."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "demo.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                self.command, env=self.environment, cwd=CHECKOUT, stdout=log, stderr=log, text=True, start_new_session=True
            )

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "orchestration.cli", "demo", "--customers", str(self.customers)]

    def run(self) -> str:
        """A whole run; what it printed."""
        done = subprocess.run(
            self.command, env=self.environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def cx(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Any other command on the same data directory."""
        command = [sys.executable, "-m", "orchestration.cli", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False
        )

    def published(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def warehouse(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """One finished first run, shared by the tests that only look."""
    made = Demo(tmp_path_factory.mktemp("demo"), customers=600)
    (made.root / "first.txt").write_text(made.run(), encoding="utf-8")
    return made
