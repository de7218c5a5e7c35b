"""The gates as Dagster asset checks: one check per table, all of a gate in one step, so that the library loads once.

A table that fails with severity error blocks everything downstream of it; a warning is shown and blocks nothing.
Dagster reads the annotation of `context` itself, so annotations are not postponed here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from ingest.core.paths import Paths
from ingest.core.spec import Source
from ingest.registry import SOURCES
from orchestration.layers import PUBLISHED as PUBLISHED_LAYER
from orchestration.parts import WRITER_POOL
from orchestration.quality.facts import PUBLISHED
from orchestration.quality.results import GateResult, site_folder
from orchestration.quality.run import validate_landed, validate_published

LANDED_CHECK = "landed_gate"
PUBLISHED_CHECK = "published_gate"


def landed_checks(
    sources: Mapping[str, Source] = SOURCES, paths: Callable[[], Paths] = Paths.from_environment
) -> list[AssetChecksDefinition]:
    """Gate 1: a check on every raw table [raw_<source>, <table>]; a run of some sources checks those alone."""
    keys = {
        f"{source.schema}.{r.name}": AssetKey([source.schema, r.name]) for source in sources.values() for r in source.resources
    }
    source_of = {key: source.name for source in sources.values() for key in keys.values() if key.path[0] == source.schema}
    specs = [_spec(LANDED_CHECK, key, f"What landed in {table}: volume, shape, distribution.") for table, key in keys.items()]

    @multi_asset_check(name=LANDED_CHECK, specs=specs, can_subset=True, pool=WRITER_POOL)
    def landed_gate(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        names = dict.fromkeys(source_of[key] for key in keys.values() if key in wanted)
        results = validate_landed(paths(), list(names), sources)
        yield from _told(LANDED_CHECK, (r for r in results if keys[r.table] in wanted), keys, paths())

    return [landed_gate]


def published_checks(paths: Callable[[], Paths] = Paths.from_environment) -> list[AssetChecksDefinition]:
    """Gate 3: a check on every table of the next publication, [published, <table>]."""
    keys = {table: AssetKey([PUBLISHED_LAYER, table]) for table in PUBLISHED}
    specs = [
        _spec(PUBLISHED_CHECK, key, f"What will be published as {table}, against the last publication.")
        for table, key in keys.items()
    ]

    @multi_asset_check(name=PUBLISHED_CHECK, specs=specs, can_subset=True, pool=WRITER_POOL)
    def published_gate(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        yield from _told(PUBLISHED_CHECK, (r for r in validate_published(paths()) if keys[r.table] in wanted), keys, paths())

    return [published_gate]


def _spec(name: str, key: AssetKey, description: str) -> AssetCheckSpec:
    return AssetCheckSpec(name, asset=key, description=description, blocking=True)


def _told(check: str, results: Iterable[GateResult], keys: Mapping[str, AssetKey], paths: Paths) -> Iterator[AssetCheckResult]:
    for result in results:
        yield AssetCheckResult(
            passed=result.passed,
            check_name=check,
            asset_key=keys[result.table],
            severity=AssetCheckSeverity.WARN if result.severity == "warn" else AssetCheckSeverity.ERROR,
            description=_headline(result),
            metadata={
                "expectations": result.evaluated,
                "failed": result.failed,
                "failures": MetadataValue.md("\n".join(f"- {failure}" for failure in result.failures) or "none"),
                "data_docs": MetadataValue.path(site_folder(paths, result.gate) / "index.html"),
            },
        )


def _headline(result: GateResult) -> str:
    """The first failure, as the reason `cx status` gives; the rest stands in the metadata."""
    if not result.evaluated:
        return "switched off: no settings"
    if not result.failures:
        return f"{result.evaluated} expectations met"
    more = f" ({len(result.failures) - 1} more)" if len(result.failures) > 1 else ""
    return result.failures[0] + more
