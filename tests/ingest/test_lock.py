"""One writer at a time, across processes, and no lock outlives its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.core.errors import LockHeld
from ingest.core.lock import reader, writer
from ingest.core.paths import Paths

HOLD = """
import sys, time
from pathlib import Path
from ingest.core.lock import writer
from ingest.core.paths import Paths
with writer(Paths(Path(sys.argv[1])), "cx ingest hubspot"):
    print("held", flush=True)
    time.sleep(60)
"""


def _holder(root: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline().strip() == "held"
    return process


def test_who_has_to_wait_is_told_who_writes(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    try:
        with (
            pytest.raises(LockHeld, match=rf"is being written by cx ingest hubspot \(process {process.pid}, since 20"),
            writer(Paths(tmp_path), "test", wait_seconds=0.2),
        ):
            pass
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_writer_lets_go(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with writer(Paths(tmp_path), "test", wait_seconds=5):
        pass


def test_a_source_is_read_by_one_run_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs in one loader's folder take each other's packages away."""
    monkeypatch.setenv("CX_LOCK_WAIT_SECONDS", "0.2")
    paths = Paths(tmp_path)
    told = rf"hubspot is being read by cx ingest hubspot \(process {os.getpid()}"
    with reader(paths, "hubspot"), reader(paths, "stripe"), pytest.raises(LockHeld, match=told), reader(paths, "hubspot"):
        pass
    with reader(paths, "hubspot"):
        pass


def test_a_writer_may_take_its_own_lock_again(tmp_path: Path) -> None:
    with writer(Paths(tmp_path), "outer"), writer(Paths(tmp_path), "inner", wait_seconds=0):
        pass
