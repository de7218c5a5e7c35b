"""Running a job of the graph in this process, with few words: what `cx ingest`, `cx run`, `cx publish` and `cx demo` share."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.gates import read_holds

if TYPE_CHECKING:
    from dagster import JobExecutionResult


class RunFailed(CxError):
    """A job ended without success; the message says which gate or step held it."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """A finished run and what it made."""

    run_id: str
    materialized: int
    checks: int
    warnings: tuple[str, ...]


def run_job(name: str, paths: Paths, *, progress: bool = False) -> RunReport:
    """Runs one of the jobs of `orchestration.definitions` to its end. RunFailed tells what went wrong in one line."""
    import dagster as dg

    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    warnings.filterwarnings("ignore", category=dg.PreviewWarning)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    from orchestration import definitions
    from orchestration.instance import end_dead_runs, open_instance

    with open_instance(paths) as instance:
        end_dead_runs(instance)
        with dg.execute_job(
            dg.reconstructable(getattr(definitions, name)),
            instance=instance,
            tags={"cx/progress": str(progress).lower()},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        ) as result:
            return _report(result, paths)


def _report(result: JobExecutionResult, paths: Paths) -> RunReport:
    import dagster as dg

    if _was_interrupted(result):
        raise KeyboardInterrupt
    if not result.success:
        raise RunFailed(_why(result, paths), "`cx status` shows each gate; `cx ui` the whole run.")
    evaluations = result.get_asset_check_evaluations()
    warned = tuple(
        f"{'.'.join(e.asset_key.path)}: {e.check_name}"
        for e in evaluations
        if not e.passed and e.severity == dg.AssetCheckSeverity.WARN
    )
    made = [event for event in result.all_events if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION]
    return RunReport(result.run_id, len(made), len(evaluations), warned)


def _was_interrupted(result: JobExecutionResult) -> bool:
    """Dagster ends an interrupted run as failed and goes on; the user who pressed Ctrl-C wants the command to end."""
    from dagster._core.events import RunFailureReason

    ends = [event.job_failure_data for event in result.all_events if event.is_job_failure]
    return any(end.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION for end in ends)


def _why(result: Any, paths: Paths) -> str:
    held = [hold for hold in read_holds(paths) if hold.run_id == result.run_id]
    if not held:
        return f"run {result.run_id[:8]} failed"
    first = held[0]
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    return f"gate {first.gate}: {first.subject}: {first.reason}{more}"
