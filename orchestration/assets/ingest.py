"""Raw tables as assets: one step reads every selected source side by side and tells, table by table, what landed.

A source that fails leaves the others materialised; the step then fails and names it, and nothing downstream runs on a
day with a hole in it. A retry reads only the sources that failed; one without settings is switched off and keeps empty
tables. What landing means stands in `ingest/core`.
"""

# Dagster reads the annotation of `context` as an object: no postponed annotations in this file.
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from ingest.core import again, roster
from ingest.core.landed_types import SQL_TYPES
from ingest.core.spec import Column, Resource, Source
from orchestration.parts import OWNERS, WRITER_POOL, Parts

if TYPE_CHECKING:
    from ingest.core.load import IngestReport, ResourceRun

STEP = "ingest"
_BOOKKEEPING = {
    "ingest_runs": "What each run read and landed, one row per run and resource.",
    "quarantine": "Records that did not fit their declared types, one row each, with the reason.",
}
_ROSTER = dg.AssetSpec(
    dg.AssetKey([roster.SCHEMA, roster.TABLE]),
    description="Which sources are switched on, one row per source.",
    group_name="ingest",
    kinds={"duckdb"},
    owners=OWNERS,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26)),
    skippable=True,
)
_ROW_COUNTS = _ROSTER.replace_attributes(
    key=dg.AssetKey([roster.SCHEMA, "row_counts"]),
    description="Rows of every raw table before and after each load, one row per change.",
)


class Reading(dg.Config):
    """What the step reads: what is new, unless a range of days (UTC, both included) or everything is asked for."""

    begin: str = Field("", description="Backfill: the first day, like 2026-06-01. Cursors stay where they are.")
    end: str = Field("", description="Backfill: the last day, itself included; the first day where it is left out.")
    everything: bool = Field(False, description="Full refresh: list everything, as on the first day.")
    sources: list[str] = Field([], description="Only these sources; all of the job's where none is named.")

    def again(self) -> dict[str, Any]:
        """What `ingest` is told besides the sources' names."""
        if self.begin:
            first = date.fromisoformat(self.begin)
            return {"again": again.Again.days(first, date.fromisoformat(self.end) if self.end else first)}
        return {"again": again.Again()} if self.everything else {}

    def chosen(self, names: list[str], sources: Mapping[str, Source]) -> list[str]:
        """Of these sources those that are asked for, and that can be read by date where days are."""
        if unknown := sorted(set(self.sources) - set(sources)):
            raise dg.Failure(f"there is no source {', '.join(unknown)}", allow_retries=False)
        chosen = [name for name in names if not self.sources or name in self.sources]
        if not self.begin:
            return chosen
        able = [name for name in chosen if len(again.left_out(sources[name])) < len(sources[name].resources)]
        if chosen and (self.sources or not able):
            for name in chosen:
                again.of_dates(sources[name])  # says why not
        return able


def raw_key(source: Source, table: str) -> dg.AssetKey:
    return dg.AssetKey([source.schema, table])


def raw_tables(source: Source) -> Iterator[str]:
    """Every table a source lands: its resources, the key listings some of them have, and the bookkeeping."""
    for resource in source.resources:
        yield resource.name
        if resource.keys is not None:
            yield f"{resource.name}_keys"
    yield from _BOOKKEEPING


def raw_assets(parts: Parts) -> dg.AssetsDefinition:
    """The step that lands the selected sources."""
    sources = parts.sources()

    @dg.multi_asset(
        name=STEP,
        specs=[_ROSTER, _ROW_COUNTS, *(spec for source in sources.values() for spec in _specs(source))],
        can_subset=True,
        pool=WRITER_POOL,
        retry_policy=parts.retry(),
    )
    def ingest_step(context: dg.AssetExecutionContext, config: Reading) -> Iterator[dg.MaterializeResult[Any]]:
        wanted = context.selected_asset_keys - _landed_before(context)
        names = [
            name for name, source in sources.items() if any(raw_key(source, table) in wanted for table in raw_tables(source))
        ]
        names, told = config.chosen(names, sources), config.again()
        progress = context.run.tags.get("cx/progress") == "true"
        report = parts.ingest(names, paths=parts.paths(), progress=progress, **told)
        if _ROSTER.key in context.selected_asset_keys:
            on = [name for name in names if name not in report.switched_off]
            yield dg.MaterializeResult(asset_key=_ROSTER.key, metadata={"switched on": on, "switched off": report.switched_off})
        if _ROW_COUNTS.key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=_ROW_COUNTS.key)
        for name in names:
            if name not in report.failures:
                yield from _landed(sources[name], report, wanted, is_whole=not config.begin)
        if report.failures:
            raise _failure(report)

    return ingest_step


def _specs(source: Source) -> Iterator[dg.AssetSpec]:
    by_name = {resource.name: resource for resource in source.resources}
    for table in raw_tables(source):
        resource = by_name.get(table)
        yield dg.AssetSpec(
            raw_key(source, table),
            description=_describe(source, table, resource),
            group_name=source.name,
            kinds={"dlt", "duckdb"},
            owners=OWNERS,
            freshness_policy=dg.FreshnessPolicy.time_window(fail_window=source.max_age),
            metadata=_columns(resource) if resource else {},
            skippable=True,
        )


def _describe(source: Source, table: str, resource: Resource | None) -> str:
    if resource is not None:
        return f"{source.title} {table.replace('_', ' ')} as the vendor told them, one row per {', '.join(resource.key)}."
    return f"{source.title}: {_BOOKKEEPING.get(table, 'Ids the vendor listed last; a row that is missing here was deleted.')}"


def _columns(resource: Resource) -> Mapping[str, Any]:
    return {"dagster/column_schema": dg.TableSchema(columns=[_column(column) for column in resource.columns])}


def _column(column: Column) -> dg.TableColumn:
    tags = {"personal": ""} if column.personal else {}
    return dg.TableColumn(column.name, SQL_TYPES[column.kind], description=column.path, tags=tags)


def _landed_before(context: dg.AssetExecutionContext) -> set[dg.AssetKey]:
    """Tables an earlier attempt of this step has landed in this run."""
    if context.retry_number == 0:
        return set()
    logs = context.instance.all_logs(context.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return {key for entry in logs if (key := entry.get_dagster_event().asset_key) is not None}


def _landed(
    source: Source, report: "IngestReport", wanted: set[dg.AssetKey], *, is_whole: bool
) -> Iterator[dg.MaterializeResult[Any]]:
    """What became of each table; a backfill reads some of them, and says nothing of the others."""
    runs = {run.resource: run for run in report.runs if run.source == source.name}
    for table in raw_tables(source):
        key = raw_key(source, table)
        if key in wanted and (is_whole or table in runs or table in _BOOKKEEPING):
            told = _told(runs[table]) if table in runs else {"switched off": source.name in report.switched_off}
            yield dg.MaterializeResult(asset_key=key, metadata=told)


def _told(run: "ResourceRun") -> Mapping[str, Any]:
    return {
        "mode": run.mode,
        "rows extracted": run.extracted,
        "rows landed": run.landed,
        "duplicates": run.duplicates,
        "quarantined": run.quarantined,
        "suppressed": run.suppressed,
        "calls": run.calls,
        "seconds": run.seconds,
        "complete": run.is_complete,
        "observed at": dg.MetadataValue.timestamp(run.observed_at),
    }


def _failure(report: "IngestReport") -> dg.Failure:
    """One failure for all failed sources; a retry helps only where none of them waits for a person or for tomorrow."""
    from ingest.core.errors import IngestError

    reasons = {name: f"{error}" for name, error in sorted(report.failures.items())}
    passing = any(type(error) is IngestError for error in report.failures.values())
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
    return dg.Failure(
        f"{len(reasons)} source(s) failed: {told}",
        metadata={"failed sources": dg.MetadataValue.json(reasons)},
        allow_retries=passing,
    )
