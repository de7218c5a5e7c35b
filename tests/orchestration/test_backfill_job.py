"""Dagster's backfill: a day is a partition of the job, a range its configuration; what it reads is no news for the daily run."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from ingest.core.again import Again
from orchestration.gates import read_holds
from orchestration.graph import build_defs
from tests.orchestration.conftest import Company


def test_a_day_is_a_partition_and_full_refresh_and_erasure_are_jobs(company: Company) -> None:
    definitions = build_defs(company.parts())
    backfill = definitions.resolve_job_def("backfill")
    keys = (
        backfill.partitions_def.get_partition_keys(current_time=datetime(2026, 6, 4, tzinfo=UTC))
        if backfill.partitions_def
        else []
    )
    assert list(keys) == ["2026-06-01", "2026-06-02", "2026-06-03"]
    assert {definitions.resolve_job_def(name).name for name in ("full_refresh", "erasure")} == {"full_refresh", "erasure"}


def test_what_a_run_is_told_reaches_the_reading(company: Company, instance: dg.DagsterInstance) -> None:
    definitions = build_defs(company.parts())
    backfill = definitions.resolve_job_def("backfill")
    ranged = {"ops": {"ingest": {"config": {"begin": "2026-06-02", "end": "2026-06-05"}}}}
    for told in ({"run_config": ranged}, {"partition_key": "2026-06-02"}):
        by_date = backfill.execute_in_process(instance=instance, raise_on_error=False, **told)  # type: ignore[arg-type]
        assert not by_date.success and company.landing.again == []  # its answers are listed whole on every run
    [hold] = read_holds(company.paths)
    assert "answers is listed whole on every run" in hold.reason
    raw = [key for key in definitions.resolve_asset_graph().get_all_asset_keys() if key.path[0] in ("raw_desk", "raw_ingest")]
    for job in ("full_refresh", "daily"):
        done = definitions.resolve_job_def(job).execute_in_process(instance=instance, asset_selection=raw)
        assert done.success
    assert company.landing.again == [Again(), None]


def test_the_erasure_job_takes_ids_alone(company: Company, instance: dg.DagsterInstance) -> None:
    """Dagster keeps what a run was told."""
    job = build_defs(company.parts()).resolve_job_def("erasure")
    assert job.execute_in_process(instance=instance).output_for_node("erase_customer") == []
    told = {"ops": {"erase_customer": {"config": {"customer_id": "+49 30 5550123"}}}}
    refused = job.execute_in_process(run_config=told, instance=instance, raise_on_error=False)
    [failure] = refused.get_step_failure_events()
    assert not refused.success and "that is no customer id" in str(failure.step_failure_data.error)
    told["ops"]["erase_customer"]["config"]["customer_id"] = "C0123456789ABCDE"
    unknown = job.execute_in_process(run_config=told, instance=instance, raise_on_error=False)
    [failure] = unknown.get_step_failure_events()
    assert "that is no customer id" not in str(failure.step_failure_data.error)
