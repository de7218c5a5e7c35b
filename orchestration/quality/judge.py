"""Great Expectations: one suite and one validation per table over its measures, and Data Docs of them.

The library takes seconds to import, so it is imported when a gate runs. It sees one row of figures per table and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.quality.measures import Measure
from orchestration.quality.profile import Profile
from orchestration.quality.site import build_site

_FIGURES_ONLY = {"result_format": "SUMMARY", "include_unexpected_rows": False, "partial_unexpected_count": 0}


def judge(gate: str, profiles: Sequence[Profile], docs: Path) -> dict[str, list[Measure]]:
    """The measures of each table that left their band, by table; writes the gate's Data Docs to `docs`."""
    context = _context()
    batch = context.data_sources.add_pandas(gate).add_dataframe_asset("measures").add_batch_definition_whole_dataframe("one row")
    at = datetime.now(UTC)
    failed = {profile.table.name: _failed(context, batch, gate, profile, at) for profile in profiles}
    build_site(context, gate, {name: _verdict(measures) for name, measures in failed.items()}, docs)
    return failed


def _verdict(failed: Sequence[Measure]) -> str:
    if not failed:
        return "passed"
    word = "holds publication" if any(m.is_error for m in failed) else "warns"
    return f"{word}: {', '.join(m.name for m in failed)}"


def _context() -> Any:
    """A context that lives in memory, reports to nobody and shows no progress bars."""
    import great_expectations as gx

    context: Any = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return context


def _failed(context: Any, batch: Any, gate: str, profile: Profile, at: datetime) -> list[Measure]:
    """Runs one table's suite over its figures."""
    import great_expectations as gx
    import pandas as pd

    table = profile.table
    suite = context.suites.add(gx.ExpectationSuite(name=table.name, expectations=[_expectation(m) for m in table.measures]))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=table.name, data=batch, suite=suite))
    outcome = definition.run(
        batch_parameters={"dataframe": pd.DataFrame([profile.values])},
        result_format=_FIGURES_ONLY,
        run_id=gx.RunIdentifier(run_name=gate, run_time=at),
    )
    failed = {result.expectation_config.kwargs["column"] for result in outcome.results if not result.success}
    return [measure for measure in table.measures if measure.name in failed]


def _expectation(measure: Measure) -> Any:
    """The batch has one row, so the maximum of a column is the measure itself, and is shown as the observed value."""
    from great_expectations.expectations.core.expect_column_max_to_be_between import ExpectColumnMaxToBeBetween
    from great_expectations.expectations.metadata_types import FailureSeverity

    return ExpectColumnMaxToBeBetween(
        column=measure.name,
        min_value=measure.low,
        max_value=measure.high,
        severity=FailureSeverity.CRITICAL if measure.is_error else FailureSeverity.WARNING,
        description=f"{measure.claim[0].upper()}{measure.claim[1:]}.",
    )
