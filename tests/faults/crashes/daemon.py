"""Dagster's daemon killed while a run it started is going on; started again it ends that run's account and works on its queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import dagster as dg
import psutil

from orchestration.instance import home, open_instance
from orchestration.parts import CHECKOUT, WRITER_POOL
from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import PUBLISHED, Company

PATIENCE_SECONDS = 600.0


def cases() -> Iterator[Case]:
    yield Case("the daemon killed in a run and started again", 0, _killed)


def _killed(company: Company) -> list[str]:
    company.restore("publish")
    paths = company.paths
    environment = {**os.environ, "DAGSTER_HOME": str(home(paths)), "CX_DATA_DIR": str(paths.root)}
    first = _daemon(company, environment)
    try:
        killed = _launch(environment)
        _wait(company, lambda instance: _run(instance, killed).status == dg.DagsterRunStatus.STARTED)
    finally:
        _end(first)
    second = _daemon(company, environment)
    try:
        _wait(company, lambda instance: _run(instance, killed).is_finished)
        after = _launch(environment)
        _wait(company, lambda instance: _run(instance, after).is_finished)
    finally:
        _end(second)
    wrong = []
    with open_instance(paths) as instance:
        if _run(instance, killed).status != dg.DagsterRunStatus.FAILURE:
            wrong.append(f"the killed run is told as {_run(instance, killed).status.value}")
        if _run(instance, after).status != dg.DagsterRunStatus.SUCCESS:
            wrong.append(f"the next run is told as {_run(instance, after).status.value}")
        if instance.event_log_storage.get_concurrency_info(WRITER_POOL).claimed_slots:
            wrong.append("the writer's slot is still taken")
    found, wanted = contents.published(paths.published), contents.published(company.saved(PUBLISHED).published)
    return wrong + contents.differing(found, wanted)


def _daemon(company: Company, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The daemon with its code server, in a process group of its own."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "-m", "orchestration.definitions"]
    with (company.root / "daemon.log").open("ab") as log:
        return subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True)


def _end(daemon: subprocess.Popen[bytes]) -> None:
    """Kills the daemon and all it started, as a machine that goes down does."""
    theirs = psutil.Process(daemon.pid).children(recursive=True) if daemon.poll() is None else []
    for process in (*theirs, *([psutil.Process(daemon.pid)] if daemon.poll() is None else [])):
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    daemon.wait()


def _launch(environment: dict[str, str]) -> str:
    """Queues the job `publish`; the run's id."""
    run_id = str(uuid.uuid4())
    command = [
        sys.executable,
        "-m",
        "dagster",
        "job",
        "launch",
        "-m",
        "orchestration.definitions",
        "-j",
        "publish",
        "--run-id",
        run_id,
    ]
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    return run_id


def _run(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    found = instance.get_run_by_id(run_id)
    assert found is not None
    return found


def _wait(company: Company, is_so: Callable[[dg.DagsterInstance], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with open_instance(company.paths) as instance:
        while not is_so(instance):
            assert time.monotonic() < deadline, (company.root / "daemon.log").read_text(errors="replace")[-1500:]
            time.sleep(0.2)
