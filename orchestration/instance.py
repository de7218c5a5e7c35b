"""Where Dagster keeps its history, and what happens to runs whose process was killed.

A killed run stays "started" and keeps its slot in the writer pool, and every later run would wait for it for ever.
`end_dead_runs` finds such runs by their process and frees what they hold; `cx` calls it before each run, a sensor does
so while the daemon runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun


def home(paths: Paths) -> Path:
    """The DAGSTER_HOME below the data directory: `dagster.yaml` of the checkout, with storage beside it."""
    declared = (CHECKOUT / "dagster.yaml").read_text(encoding="utf-8")
    told = declared.replace("base_dir: data/.dagster", f"base_dir: {paths.dagster}")
    target = paths.dagster / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != told:
        paths.dagster.mkdir(parents=True, exist_ok=True)
        target.write_text(told, encoding="utf-8")
    return paths.dagster


def open_instance(paths: Paths) -> DagsterInstance:
    """The instance of this data directory; a context manager."""
    from dagster import DagsterInstance

    os.environ["DAGSTER_HOME"] = str(home(paths))
    return DagsterInstance.get()


def end_dead_runs(instance: DagsterInstance) -> list[str]:
    """Marks runs whose process is gone as failed and frees their pool slots; returns their ids."""
    from dagster import DagsterRunStatus, RunsFilter

    going = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    dead = [run for run in instance.get_runs(RunsFilter(statuses=going)) if not _is_alive(instance, run)]
    for run in dead:
        instance.report_run_failed(run, "The process of this run has ended without a word (killed, or the machine went down).")
    storage = instance.event_log_storage
    for run_id in storage.get_concurrency_run_ids():
        held_by = instance.get_run_by_id(run_id)
        if held_by is None or held_by.is_finished:
            storage.free_concurrency_slots_for_run(run_id)
    return [run.run_id for run in dead]


def _is_alive(instance: DagsterInstance, run: DagsterRun) -> bool:
    """True while the process that executes the run exists; also while it has not told its process yet."""
    told = _process_of(instance, run)
    if told is None:
        return True
    pid, since = told
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    started = _process_start(pid)
    return started is None or started <= since + 1.0  # a younger process has only inherited the number


def _process_of(instance: DagsterInstance, run: DagsterRun) -> tuple[int, float] | None:
    """The id of the process that executes the run, and when it said so (seconds since 1970)."""
    from dagster import DagsterEventType

    for entry in instance.all_logs(run.run_id, of_type=DagsterEventType.ENGINE_EVENT):
        metadata = entry.get_dagster_event().engine_event_data.metadata
        if "pid" in metadata:
            return int(str(metadata["pid"].value)), entry.timestamp
    return None


def _process_start(pid: int) -> float | None:
    """When a process started (seconds since 1970), where the system tells."""
    try:
        ticks = float(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
        booted = next(float(line.split()[1]) for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return booted + ticks / os.sysconf("SC_CLK_TCK")
