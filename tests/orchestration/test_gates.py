"""A failing gate keeps the last publication, says what it holds, and lets go when the fault is gone."""

from __future__ import annotations

import dagster as dg

from tests.orchestration.conftest import Company


def test_a_good_day_is_published(company: Company, instance: dg.DagsterInstance) -> None:
    result = company.run("daily", instance)
    assert result.success
    assert company.published("select n, numerator from kpi_period") == [(3, 22)]
