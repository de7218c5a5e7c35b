"""A small company for the orchestration: one source, a dbt project with one table per layer, the real graph around them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingest.core.again import Again
from ingest.core.load import IngestReport, ResourceRun
from ingest.core.paths import Paths
from ingest.core.spec import Bearer, Listing, Resource, Source, integer, text
from orchestration.graph import build_defs
from orchestration.identity import state
from orchestration.parts import Parts

SMALL_PROJECT = Path(__file__).parent / "small_project"
AT = datetime(2026, 7, 1, 6, tzinfo=UTC)


def _source(name: str) -> Source:
    columns = (integer("id"), integer("score"), text("email", personal=True))
    answers = Resource("answers", ("id",), columns, Listing("/answers", "data"))
    return Source(name, name.title(), "{base_url}", Bearer(), (), (answers,))


@dataclass
class Landing:
    """Stands in for the vendors: lands these scores for every source, except for the sources that fail."""

    scores: Sequence[int | None] = (9, 10, 3)
    failing: dict[str, Exception] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    again: list[Again | None] = field(default_factory=list)

    def __call__(self, names: Sequence[str], *, paths: Paths, progress: bool = False, again: Again | None = None) -> IngestReport:
        self.asked.append(list(names))
        self.again.append(again)
        report = IngestReport()
        for name in names:
            if name in self.failing:
                report.failures[name] = self.failing[name]  # type: ignore[assignment]
            else:
                report.runs.append(self._land(name, paths))
        return report

    def _land(self, name: str, paths: Paths) -> ResourceRun:
        paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
        n = len(self.scores)
        with duckdb.connect(str(paths.warehouse)) as connection:
            connection.execute(f"create schema if not exists raw_{name}")
            connection.execute(f"create or replace table raw_{name}.answers (id bigint, score bigint, email varchar)")
            rows = [(i, score, f"p{i}@example.com") for i, score in enumerate(self.scores)]
            connection.executemany(f"insert into raw_{name}.answers values (?, ?, ?)", rows)
            connection.execute(
                f"create or replace table raw_{name}.ingest_runs as select 'r' as run_id, 'answers' as resource, "
                f"timestamptz '{AT}' as observed_at, {n} as extracted, {n} as distinct_keys, 0 as quarantined, true as is_complete"
            )
        return ResourceRun(name, "answers", "full", AT, n, n, 0, 0, 1, True, 0.1)


def resolve(connection: duckdb.DuckDBPyConnection, at: datetime) -> dict[str, int]:
    """Every record is its own customer."""
    state.prepare(connection)
    connection.execute("delete from identity_state.customer_xref; delete from identity_state.customer_registry")
    told = f"timestamptz '{at}'"
    connection.execute(
        f"insert into identity_state.customer_xref by name select node_id, 'C' || md5(node_id)[:15] as customer_id, {told} as valid_from from identity.int_identity__nodes"
    )
    connection.execute(
        f"insert into identity_state.customer_registry select distinct customer_id, {told}, 'active', null, null::timestamptz from identity_state.customer_xref"
    )
    return {}


@dataclass
class Company:
    """The small company: its files, what its vendors tell, its gates, and how its jobs are run."""

    paths: Paths
    project: Path
    landing: Landing = field(default_factory=Landing)
    sources: Sequence[str] = ("desk",)
    landed_gate: bool = True
    published_gate: bool = True
    resolve: Callable[[duckdb.DuckDBPyConnection, datetime], dict[str, int]] = resolve

    def parts(self) -> Parts:
        return Parts(
            paths=lambda: self.paths,
            sources=lambda: {name: _source(name) for name in self.sources},
            ingest=self.landing,
            resolve=self.resolve,
            landed_checks=lambda sources, paths: [self._check(["raw_desk", "answers"], "volume", lambda: self.landed_gate)],
            published_checks=lambda paths: [self._check(["published", "customer_360"], "shape", lambda: self.published_gate)],
            retry=lambda: dg.RetryPolicy(max_retries=1, delay=0),
            dbt_project=self.project,
        )

    @staticmethod
    def _check(key: list[str], name: str, verdict: object) -> dg.AssetChecksDefinition:
        @dg.asset_check(asset=dg.AssetKey(key), name=name, blocking=True)
        def check() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=bool(verdict()), description="fewer rows than expected")  # type: ignore[operator]

        return check

    def run(self, job: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
        return build_defs(self.parts()).resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)

    def published(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.published), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small dbt project, parsed once."""
    project = tmp_path_factory.mktemp("dbt") / "project"
    shutil.copytree(SMALL_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    return project


@pytest.fixture
def company(tmp_path: Path, parsed_project: Path) -> Company:
    return Company(Paths(tmp_path / "data"), parsed_project)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture(autouse=True)
def _clean_environment() -> Iterator[None]:
    """What a test sets in the environment does not reach the next one."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
