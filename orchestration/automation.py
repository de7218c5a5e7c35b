"""When the graph runs: the jobs, the daily schedule, the rebuild after fresh data, and what happens when a run fails.

Schedule and sensors are off until an operator turns them on in the UI, except the one that ends dead runs.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import yaml

from orchestration import gates
from orchestration.assets.ingest import STEP
from orchestration.instance import end_dead_runs
from orchestration.parts import Parts
from orchestration.reach import alerts

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

DAILY, INGEST_ALL, BUILD, PUBLISH, TRAIN = "daily", "ingest_all", "build", "publish", "train_identity"
BACKFILL, FULL_REFRESH = "backfill", "full_refresh"
DAILY_AT = "0 5 * * *"


def executor() -> dg.ExecutorDefinition:
    """One process per run: a step in its own process spends seconds on imports. CX_EXECUTOR=multiprocess for large machines."""
    return dg.multiprocess_executor if os.environ.get("CX_EXECUTOR") == "multiprocess" else dg.in_process_executor


def reporting(parts: Parts, name: str) -> str:
    """What the dbt project declares of reporting: the zone days are counted in (`time_zone`), the first day (`starts_on`)."""
    told = yaml.safe_load((parts.dbt_project / "dbt_project.yml").read_text(encoding="utf-8"))
    return str(told["vars"][f"reporting_{name}"])


def jobs(
    raw: dg.AssetsDefinition,
    landed: Sequence[dg.AssetChecksDefinition],
    published: Sequence[dg.AssetChecksDefinition],
    publication: dg.AssetsDefinition,
    model: dg.AssetsDefinition,
    hooks: set[dg.HookDefinition],
    first_day: str,
) -> list[UnresolvedAssetJobDefinition]:
    """The whole graph; its left end; all right of it behind the landed gate; its right end. The model is made on demand only."""
    on_demand = dg.AssetSelection.assets(model)
    everything = dg.AssetSelection.all() - on_demand
    raw_tables = dg.AssetSelection.assets(raw)
    landed_gate = dg.AssetSelection.checks(*landed)
    published_gate = dg.AssetSelection.checks(*published)
    return [
        dg.define_asset_job(DAILY, everything, description="Everything: read, resolve, build, check, publish.", hooks=hooks),
        dg.define_asset_job(INGEST_ALL, raw_tables, description="Read all sources.", hooks=hooks),
        dg.define_asset_job(
            BUILD, (everything - raw_tables) | landed_gate, description="All but reading the sources.", hooks=hooks
        ),
        dg.define_asset_job(
            PUBLISH,
            dg.AssetSelection.assets(publication) | published_gate,
            description="Check what was built and publish it.",
            hooks=hooks,
        ),
        dg.define_asset_job(
            BACKFILL,
            raw_tables,
            description="Read days of the past again, one run a day, or a range of them in one run (`begin`, `end` in its "
            "configuration). Cursors stay; `build` or the sensor takes what landed further.",
            config=_days_from(first_day),
            hooks=hooks,
        ),
        dg.define_asset_job(
            FULL_REFRESH,
            everything,
            description="Read every source as on its first day, then build, check and publish.",
            config={"ops": {STEP: {"config": {"everything": True}}}},
            hooks=hooks,
        ),
        dg.define_asset_job(TRAIN, on_demand, description="Learn the matching model from the own records."),
    ]


def _days_from(first_day: str) -> dg.PartitionedConfig[Any]:
    """A day as the ingest step's configuration: days are counted in UTC, as vendors stamp their records."""

    @dg.daily_partitioned_config(start_date=first_day)
    def day(begin: datetime, _end: datetime) -> Mapping[str, Any]:
        return {"ops": {STEP: {"config": {"begin": f"{begin:%Y-%m-%d}"}}}}

    return day


def daily_schedule(parts: Parts, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name="every_morning", job=job, cron_schedule=DAILY_AT, execution_timezone=reporting(parts, "time_zone")
    )


def fresh_data_sensor(raw: dg.AssetsDefinition, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Builds after raw tables landed outside the daily run; several landings between two looks make one build."""

    @dg.sensor(name="fresh_raw_data", job=job, minimum_interval_seconds=60, description=fresh_data_sensor.__doc__)
    def fresh_raw_data(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        newest = context.instance.get_latest_materialization_events(list(raw.keys))
        landed = {event.run_id: event.timestamp for event in newest.values() if event is not None}
        seen = float(context.cursor or 0.0)
        fresh = {run_id: at for run_id, at in landed.items() if at > seen and _only_landed(context.instance, run_id)}
        if landed:
            context.update_cursor(str(max(landed.values())))
        if fresh:
            yield dg.RunRequest(run_key=f"fresh-{max(fresh.values()):.3f}")
        else:
            yield dg.SkipReason("no source has landed since the last build")

    return fresh_raw_data


def _only_landed(instance: dg.DagsterInstance, run_id: str) -> bool:
    """True for finished runs that end at the raw tables: the daily run builds by itself."""
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_success and run.job_name != DAILY


@dg.sensor(name="dead_runs", minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Marks runs whose process was killed as failed and frees the writer pool they still hold."""
    ended = end_dead_runs(context.instance)
    return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "every run is alive")


def hold_hook(parts: Parts, gate_of_step: Mapping[str, str]) -> dg.HookDefinition:
    """Tells `cx status` which gate a failed step keeps closed, and why."""

    @dg.failure_hook(name="hold_publication")
    def hold_publication(context: dg.HookContext) -> None:
        gate = gate_of_step.get(context.op.name, gates.PUBLICATION)
        found = list(_found(context, gate))
        gates.record_holds(parts.paths(), context.run_id, found)
        _alert(context, lambda: alerts.held(found))

    return hold_publication


def anomaly_hook(parts: Parts, publication_step: str) -> dg.HookDefinition:
    """Tells, where alerts are set, which of the figures just published are far from what was expected."""

    @dg.success_hook(name="tell_anomalies")
    def tell_anomalies(context: dg.HookContext) -> None:
        if context.op.name == publication_step:
            _alert(context, lambda: alerts.anomalies(parts.paths()))

    return tell_anomalies


def _alert(context: dg.HookContext, make: Callable[[], alerts.Alert | None]) -> None:
    """Nothing without settings; what goes wrong is said in the log and stops nothing."""
    if not alerts.is_wanted():
        return
    try:
        alert = make()
        problems = alerts.send(alert) if alert else []
    except Exception as error:
        problems = [f"the alert could not be made: {type(error).__name__}"]
    for problem in problems:
        context.log.warning(problem)
        logging.getLogger("cx.alerts").warning(problem)


def _found(context: dg.HookContext, gate: str) -> Iterator[tuple[str, str, str]]:
    """The failed sources or checks of a step, else the step itself with its error."""
    error: Any = context.op_exception
    metadata = getattr(error, "metadata", None) or {}
    sources = metadata.get("failed sources")
    rows = metadata["failing"].value if "failing" in metadata else {}
    failed = list(_failed_checks(context, rows))
    if sources is not None:
        yield from ((gate, name, reason) for name, reason in sources.value.items())
    elif failed:
        yield from ((gate, subject, reason) for subject, reason in failed)
    elif "held by" not in metadata:
        yield gate, context.op.name, " ".join(str(getattr(error, "description", None) or error).split())[:500]


def _failed_checks(context: dg.HookContext, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[tuple[str, str]]:
    for entry in context.instance.all_logs(context.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        event = entry.get_dagster_event()
        evaluation = event.asset_check_evaluation_data
        if event.step_key == context.step_key and not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            told = "; ".join(
                " ".join(f"{name} {value}" for name, value in row.items()) for row in rows.get(evaluation.check_name, ())
            )
            yield gates.subject_of(evaluation.asset_check_key), evaluation.description or told or "did not pass"
