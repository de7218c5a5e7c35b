"""Fresh data is built once, whoever brought it."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg
import pytest

from orchestration.graph import build_defs
from tests.orchestration.conftest import Company


@pytest.fixture
def asked(company: Company, instance: dg.DagsterInstance) -> Callable[[], list[dg.RunRequest]]:
    """Looks once, as the daemon does every minute; the cursor stays between looks."""
    sensor = build_defs(company.parts()).resolve_sensor_def("fresh_raw_data")
    context = dg.build_sensor_context(instance=instance)

    def look() -> list[dg.RunRequest]:
        told = sensor.evaluate_tick(context)
        context.update_cursor(told.cursor)
        return list(told.run_requests or [])

    return look


def test_data_that_landed_by_itself_is_built_once(
    company: Company, instance: dg.DagsterInstance, asked: Callable[[], list[dg.RunRequest]]
) -> None:
    assert asked() == []
    company.run("ingest_all", instance)
    assert len(asked()) == 1
    assert asked() == []
    company.run("ingest_all", instance)
    assert len(asked()) == 1


def test_the_daily_run_needs_no_second_build(
    company: Company, instance: dg.DagsterInstance, asked: Callable[[], list[dg.RunRequest]]
) -> None:
    company.landed_gate = False
    company.run("daily", instance)
    assert asked() == []
