"""What the graph is made of. Tests hand `build_defs` other parts and still run the real graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.paths import Paths

if TYPE_CHECKING:
    from dagster import AssetChecksDefinition, RetryPolicy
    from duckdb import DuckDBPyConnection

    from ingest.core.again import Again
    from ingest.core.load import IngestReport
    from ingest.core.spec import Source

CHECKOUT = Path(__file__).resolve().parents[1]
WRITER_POOL = "warehouse_writer"
OWNERS = ["team:customer-data"]


def _sources() -> Mapping[str, Source]:
    from ingest.registry import SOURCES

    return SOURCES


def _ingest(names: Sequence[str], *, paths: Paths, progress: bool = False, again: Again | None = None) -> IngestReport:
    from ingest.core.load import ingest

    return ingest(names, paths=paths, progress=progress, skip_unconfigured=True, again=again)


def _resolve(connection: DuckDBPyConnection, at: datetime) -> Mapping[str, int]:
    from orchestration.identity.resolve import resolve

    return resolve(connection, at)


def _landed_checks(sources: Mapping[str, Source], paths: Callable[[], Paths]) -> Sequence[AssetChecksDefinition]:
    from orchestration.quality.checks import landed_checks

    return landed_checks(sources, paths)


def _published_checks(paths: Callable[[], Paths]) -> Sequence[AssetChecksDefinition]:
    from orchestration.quality.checks import published_checks

    return published_checks(paths)


def _retry() -> RetryPolicy:
    """Vendors recover within minutes or not today: the engine has already retried every single call."""
    from dagster import RetryPolicy

    return RetryPolicy(max_retries=1, delay=30)


@dataclass(frozen=True)
class Parts:
    """Every outside part of the graph, by default the real one. Callables, so that nothing is read at import."""

    paths: Callable[[], Paths] = Paths.from_environment
    sources: Callable[[], Mapping[str, Source]] = _sources
    ingest: Callable[..., IngestReport] = _ingest
    resolve: Callable[[DuckDBPyConnection, datetime], Mapping[str, int]] = _resolve
    landed_checks: Callable[..., Sequence[AssetChecksDefinition]] = _landed_checks
    published_checks: Callable[..., Sequence[AssetChecksDefinition]] = _published_checks
    retry: Callable[[], RetryPolicy] = _retry
    dbt_project: Path = field(default=CHECKOUT / "dbt_project")
