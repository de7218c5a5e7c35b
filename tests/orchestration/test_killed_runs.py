"""A run that was killed in the middle stands in nobody's way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg

from orchestration.instance import end_dead_runs, open_instance
from orchestration.parts import CHECKOUT, WRITER_POOL
from tests.orchestration.conftest import Company

_LONG_RUN = """
import sys, time
from pathlib import Path
from ingest.core.paths import Paths
from orchestration.instance import open_instance
from tests.orchestration.conftest import Company

company = Company(Paths(Path(sys.argv[1])), Path(sys.argv[2]))
company.landing = lambda names, *, paths, progress: (Path(sys.argv[3]).touch(), time.sleep(600))
with open_instance(company.paths) as instance:
    company.run("ingest_all", instance)
"""


def _start_and_kill(company: Company, started: Path) -> None:
    arguments = [sys.executable, "-c", _LONG_RUN, str(company.paths.root), str(company.project), str(started)]
    process = subprocess.Popen(
        arguments, cwd=CHECKOUT, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
    )
    deadline = time.monotonic() + 60
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_killed_run_frees_its_pool_slot(company: Company, tmp_path: Path) -> None:
    _start_and_kill(company, tmp_path / "started")
    with open_instance(company.paths) as instance:
        [run] = instance.get_runs()
        storage = instance.event_log_storage
        assert run.status == dg.DagsterRunStatus.STARTED
        assert [slot.run_id for slot in storage.get_concurrency_info(WRITER_POOL).claimed_slots] == [run.run_id]

        assert end_dead_runs(instance) == [run.run_id]

        killed = instance.get_run_by_id(run.run_id)
        assert killed is not None and killed.status == dg.DagsterRunStatus.FAILURE
        assert storage.get_concurrency_info(WRITER_POOL).claimed_slots == []
        assert company.run("ingest_all", instance).success


def test_a_run_that_is_alive_is_left_alone(company: Company) -> None:
    seen: list[str] = []
    with open_instance(company.paths) as instance:
        land = company.landing

        def look_then_land(names: list[str], *, paths: object, progress: bool) -> object:
            seen.extend(end_dead_runs(instance))
            return land(names, paths=company.paths)

        company.landing = look_then_land  # type: ignore[assignment]
        assert company.run("ingest_all", instance).success
    assert seen == []
