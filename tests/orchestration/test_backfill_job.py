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
    told = {"ops": {"ingest": {"config": {"begin": "2026-06-02", "end": "2026-06-05"}}}}
    by_date = definitions.resolve_job_def("backfill").execute_in_process(run_config=told, instance=instance, raise_on_error=False)
    assert not by_date.success and company.landing.again == []  # its answers are listed whole on every run
    [hold] = read_holds(company.paths)
    assert "answers is listed whole on every run" in hold.reason
    whole = definitions.resolve_job_def("full_refresh").execute_in_process(instance=instance)
    assert whole.success and company.landing.again == [Again()]
    assert definitions.resolve_job_def("daily").execute_in_process(instance=instance).success
    assert company.landing.again == [Again(), None]
