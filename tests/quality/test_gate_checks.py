"""The gates inside a real Dagster run: one step, and what stands downstream of a failed table does not run."""

import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest

from ingest.core.paths import Paths
from ingest.registry import SOURCES
from orchestration.quality.checks import landed_checks, published_checks
from orchestration.quality.facts import PUBLISHED

from .conftest import Change

SURVEYS = {"surveymonkey": SOURCES["surveymonkey"]}


def _run(paths: Paths) -> dg.ExecuteInProcessResult:
    """Raw tables, their gate, and a model that reads one of them."""

    @dg.multi_asset(specs=[dg.AssetSpec(["raw_surveymonkey", r.name]) for r in SURVEYS["surveymonkey"].resources])
    def load() -> Iterator[dg.MaterializeResult[None]]:
        for resource in SURVEYS["surveymonkey"].resources:
            yield dg.MaterializeResult(asset_key=["raw_surveymonkey", resource.name])

    @dg.asset(deps=[["raw_surveymonkey", "responses"]])
    def model() -> None:
        pass

    defs = dg.Definitions(assets=[load, model], asset_checks=landed_checks(SURVEYS, lambda: paths))
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(raise_on_error=False)


def _built(result: dg.ExecuteInProcessResult) -> set[str | None]:
    return {event.step_key for event in result.get_step_success_events()}


def test_good_data_passes_the_gate_in_one_step(landed: Paths) -> None:
    result = _run(landed)
    assert result.success
    assert _built(result) == {"load", "landed_gate", "model"}
    assert [e.passed for e in result.get_asset_check_evaluations()] == [True] * 3


def test_a_failed_gate_stops_what_reads_the_table_and_says_why(landed: Paths, change: Change) -> None:
    change(landed.warehouse, "update raw_surveymonkey.responses set survey_id = null")
    result = _run(landed)
    assert not result.success
    assert "model" not in _built(result)
    (bad,) = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert bad.asset_key == dg.AssetKey(["raw_surveymonkey", "responses"])
    assert "survey_id is filled in at least 100% of rows" in str(bad.metadata["failures"].value)
    assert str(bad.metadata["data_docs"].value).endswith("quality/landed/index.html")


def test_a_warning_is_shown_and_stops_nothing(landed: Paths, change: Change) -> None:
    change(landed.warehouse, "update raw_surveymonkey.ingest_runs set is_complete = false where resource = 'responses'")
    result = _run(landed)
    assert result.success and "model" in _built(result)
    assert [e.severity for e in result.get_asset_check_evaluations() if not e.passed] == [dg.AssetCheckSeverity.WARN]


@pytest.mark.parametrize("checks", [landed_checks, published_checks])
def test_every_check_of_a_gate_blocks_and_all_share_one_step(checks: object) -> None:
    (gate,) = checks()  # type: ignore[operator]
    assert all(spec.blocking for spec in gate.check_specs)


def test_published_checks_stand_on_the_published_tables() -> None:
    (gate,) = published_checks()
    assert {spec.asset_key for spec in gate.check_specs} == {dg.AssetKey(["published", table]) for table in PUBLISHED}


def test_loading_the_checks_does_not_import_great_expectations() -> None:
    code = "import sys, orchestration.quality.checks as c; c.landed_checks(); c.published_checks(); assert 'great_expectations' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
