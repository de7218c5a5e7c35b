"""Killing the demo anywhere and running it again publishes what an undisturbed run publishes."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from orchestration.demo import Progress
from tests.demo.conftest import Demo

pytestmark = pytest.mark.xdist_group("killed")

KILLS = 10
CUSTOMERS = 80


def _rows(demo: Demo) -> dict[str, tuple[object, ...]]:
    """Rows and order-free checksum of every published table, without when it was published."""
    tables = [str(row[0]) for row in demo.published("select table_name from publication order by 1")]
    return {table: demo.published(f'select count(*), sum(hash(t)::hugeint) from "{table}" as t')[0] for table in tables}


def _kill_after(demo: Demo, seconds: float) -> bool:
    """Starts the demo and ends its whole process group without warning; False when it was through before."""
    process = demo.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def test_ten_kills_change_nothing_that_is_published(tmp_path: Path) -> None:
    undisturbed = Demo(tmp_path / "undisturbed", CUSTOMERS)
    started = time.monotonic()
    undisturbed.run()
    whole = time.monotonic() - started
    disturbed = Demo(tmp_path / "disturbed", CUSTOMERS)
    chance = random.Random(20260701)
    killed = 0
    for _ in range(KILLS):
        Progress(CUSTOMERS).write(disturbed.paths)  # the same morning again, also after one that was published
        killed += _kill_after(disturbed, chance.uniform(0.02, 0.9) * whole)
    assert killed >= KILLS - 2, "most runs were through before their kill: the points are no longer spread over a run"
    Progress(CUSTOMERS).write(disturbed.paths)
    disturbed.run()
    assert _rows(disturbed) == _rows(undisturbed)
