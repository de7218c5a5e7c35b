"""Throw-away data for the gates: raw tables made from the declarations, and a publication made from its columns."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.core.landed_types import SQL_TYPES
from ingest.core.paths import Paths
from ingest.core.spec import Column, Kind, Resource, Source
from ingest.registry import SOURCES
from orchestration.quality.facts import PUBLISHED
from orchestration.quality.landed_facts import LANDED, Landed

ROWS = 300
CANARY = "canary.person"
OBSERVED = "timestamptz '2026-07-01 06:00:00+00'"
_VALUES = {
    Kind.TEXT: "'word' || i",
    Kind.INTEGER: "i",
    Kind.NUMBER: "10.5 + i",
    Kind.DECIMAL: "10.5 + i",
    Kind.FLAG: "i % 2 = 0",
    Kind.INSTANT: f"{OBSERVED} - i * interval 1 hour",
    Kind.EPOCH: f"{OBSERVED} - i * interval 1 hour",
    Kind.DAY: "date '2026-06-30' - i::integer",
    Kind.JSON: "'[]'",
}
_LEDGER = (
    "run_id varchar, resource varchar, mode varchar, observed_at timestamptz, extracted bigint, duplicates bigint, "
    "quarantined bigint, distinct_keys bigint, calls bigint, is_complete boolean, cursor_from varchar, cursor_to varchar"
)
Change = Callable[..., None]


def _value(column: Column, resource: Resource, facts: Landed) -> str:
    if column.name in resource.key:
        return f"'{column.name}-' || i" if column.kind is Kind.TEXT else _VALUES[column.kind]
    if column.personal:
        return f"'{CANARY}' || i || '@example.com'"
    if column.name in facts.known:
        words = ", ".join(f"'{word}'" for word in sorted(facts.known[column.name]))
        return f"([{words}])[1 + i % {len(facts.known[column.name])}]"
    return "'state' || i % 3" if column.name in facts.varied else _VALUES[column.kind]


def _create_raw(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    connection.execute(f"create schema {source.schema}")
    connection.execute(f"create table {source.schema}.ingest_runs ({_LEDGER})")
    for resource in source.resources:
        facts = LANDED.get((source.name, resource.name), Landed())
        listed = [f"({_value(c, resource, facts)})::{SQL_TYPES[c.kind]} as {c.name}" for c in resource.columns]
        engine = f"null::varchar as _extra, 'run-1' as _run_id, i as _seq, {OBSERVED} as _observed_at"
        connection.execute(
            f"create table {source.schema}.{resource.name} as select {', '.join(listed)}, {engine} from range({ROWS}) as r(i)"
        )
        names = [resource.name] + ([f"{resource.name}_keys"] if resource.keys else [])
        for name in names:
            connection.execute(
                f"insert into {source.schema}.ingest_runs values "
                f"('run-1', ?, 'full', {OBSERVED}, {ROWS}, 0, 0, {ROWS}, 3, true, null, null)",
                [name],
            )


@pytest.fixture(scope="session")
def landed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which every declared raw table holds a few hundred plausible rows of one first run."""
    file = tmp_path_factory.mktemp("landed") / "cx.duckdb"
    with duckdb.connect(str(file)) as connection:
        for source in SOURCES.values():
            _create_raw(connection, source)
    return file


@pytest.fixture
def landed(tmp_path: Path, landed_template: Path) -> Paths:
    """A data directory of this test's own with that warehouse."""
    paths = Paths(tmp_path)
    paths.warehouse.parent.mkdir(parents=True)
    shutil.copy(landed_template, paths.warehouse)
    return paths


_KPIS = {
    "nps": (-41.5, "points"),
    "csat": (83.0, "percent"),
    "ces_ease": (71.0, "points"),
    "logo_churn_rate": (2.5, "percent"),
    "aov": (74.2, "reporting currency"),
    "mrr": (51000.0, "reporting currency"),
    "net_sentiment": (-12.0, "points"),
    "mention_volume": (310.0, "posts"),
    "acquisition_rate": (130.0, "percent"),
    "resolution_time": (640.0, "minutes"),
}
_PUBLISHED_TYPES = {
    "numerator": "double",
    "denominator": "double",
    "value": "double",
    "score": "double",
    "scale_min": "double",
    "scale_max": "double",
    "latest_nps_score": "double",
    "hours_to_act": "double",
    "n": "bigint",
    "n_immature": "bigint",
    "is_small_n": "boolean",
    "is_complete": "boolean",
    "period_start": "date",
    "period_end": "date",
    "month": "date",
    "as_of": "timestamptz",
    "data_as_of": "timestamptz",
    "occurred_at": "timestamptz",
    "responded_at": "timestamptz",
}


def _published_value(table: str, column: str) -> str:
    values = {
        "customer_id": "'C' || i",
        "month": "date '2025-01-01' + to_months(i::integer)",
        "source": "'source' || i % 2",
        "channel": "(['email', 'phone', 'shop'])[1 + i % 3]",
        "metric": "(['nps', 'csat'])[1 + i % 2]",
        "score": "i % 6",
        "scale_min": "0",
        "scale_max": "10",
        "latest_nps_score": "i % 11",
    }
    kind = _PUBLISHED_TYPES.get(column, "double" if column.endswith("_mrr") else "varchar")
    plain = {"double": "i * 1.5", "bigint": "40", "boolean": "true", "date": "date '2026-06-01'", "timestamptz": OBSERVED}
    value = values.get(column, plain.get(kind, f"'{column}' || i"))
    return f"({value})::{kind} as {column}"


def build_publication(file: Path, rows: int = ROWS) -> None:
    """A complete publication: every table with the columns readers rely on, and one personal column beside them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        for name, facts in PUBLISHED.items():
            listed = ", ".join(_published_value(name, column) for column in facts.columns)
            connection.execute(
                f"create table {name} as select {listed}, '{CANARY}' || i || '@example.com' as email from range({rows}) as r(i)"
            )
        for kpi, (value, unit) in _KPIS.items():
            nth = f"substr(variant, 8)::integer % {len(_KPIS)} = {list(_KPIS).index(kpi)}"
            for table in ("kpi_period", "kpi_daily"):
                connection.execute(f"update {table} set kpi_id = ?, value = ?, unit = ? where {nth}", [kpi, value, unit])


@pytest.fixture(scope="session")
def publication_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("published") / "cx.duckdb"
    build_publication(file)
    return file


@pytest.fixture
def publication(tmp_path: Path, publication_template: Path) -> Paths:
    """A data directory with a next publication and no last one."""
    paths = Paths(tmp_path)
    paths.staging_file.parent.mkdir(parents=True)
    shutil.copy(publication_template, paths.staging_file)
    return paths


@pytest.fixture
def change() -> Change:
    """Changes a DuckDB file as the test says."""

    def run(file: Path, *statements: str) -> None:
        with duckdb.connect(str(file)) as connection:
            for statement in statements:
                connection.execute(statement)

    return run
