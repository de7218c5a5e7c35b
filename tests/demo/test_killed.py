"""Killing the demo anywhere and running it again publishes what an undisturbed run publishes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from orchestration.demo import Progress
from tests.demo.conftest import Demo
from tests.faults.crashes import contents

CUSTOMERS = 80
KILLS = int(os.environ.get("CX_KILLS", "0"))


def _points() -> list[float]:
    """Random points of a run, as shares of its CPU time: from the first import to the swap of the published file."""
    chance = random.Random(20260701)
    points = [chance.uniform(0.02, 0.5) for _ in range(KILLS)]
    return [*points[:-1], chance.uniform(0.85, 0.95)] if KILLS > 1 else points


def _cpu(process: subprocess.Popen[str]) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def _run_to_the_end(demo: Demo) -> float:
    """An undisturbed run; how much CPU it took."""
    process, spent = demo.start(), 0.0
    while process.poll() is None:
        spent = max(spent, _cpu(process))
        time.sleep(0.05)
    assert process.returncode == 0, (demo.root / "demo.log").read_text(encoding="utf-8")[-3000:]
    return spent


def _forget_calls(demo: Demo) -> None:
    """So many mornings in ten minutes would wait for the vendors' allowances, which is not what is tried here."""
    shutil.rmtree(demo.paths.root / "calls", ignore_errors=True)


def _kill_at(demo: Demo, cpu_seconds: float) -> bool:
    """Starts the demo and ends its whole process group without warning; False when it was through before."""
    process = demo.start()
    while process.poll() is None:
        if _cpu(process) >= cpu_seconds:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not KILLS, reason="whole runs are killed by `make faults`; `make test` kills single steps, which is quicker")
def test_kills_change_nothing_that_is_published(tmp_path: Path) -> None:
    undisturbed, disturbed = Demo(tmp_path / "undisturbed", CUSTOMERS), Demo(tmp_path / "disturbed", CUSTOMERS)
    whole = _run_to_the_end(undisturbed)
    killed = 0
    for point in _points():
        if disturbed.paths.sandbox.exists():
            Progress(CUSTOMERS).write(disturbed.paths)  # the same morning again, also after one that was published
        _forget_calls(disturbed)
        killed += _kill_at(disturbed, point * whole)
    assert killed >= max(1, KILLS - 1), "the points lie behind the end of a run"
    Progress(CUSTOMERS).write(disturbed.paths)
    _forget_calls(disturbed)
    _run_to_the_end(disturbed)
    assert contents.published(disturbed.paths.published) == contents.published(undisturbed.paths.published)
