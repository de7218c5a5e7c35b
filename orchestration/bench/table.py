"""Runs the stages at one size and at a tenth of it, and sets each figure beside its floor and goal."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from ingest.core.errors import CxError
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from orchestration.bench.usage import Usage, stage

DICT_ROWS = 20_000
LOOK_UPS = 500
LEAST = 1_000
LONG = 1_000_000  # rows of one listing


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ratio` is value over floor (or over the goal's unit where there is no floor); `met` compares it with `goal`."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    goal: str
    met: bool


def bench(customers: int, directory: Path | None = None) -> Iterator[Figure]:
    """Measures everything at `customers` and growth against a tenth of it; yields each figure once it is known.

    Works in a directory of its own, removed afterwards.
    """
    if customers < LEAST:
        raise CxError(f"{customers} customers are too few to measure growth on", f"Use --customers {LEAST} or more.")
    root = directory or Path(tempfile.mkdtemp(prefix="cx-bench-"))
    try:
        small = _whole_run(root / "small", customers // 10)
        yield from _at_size(root / "full", customers, small)
    finally:
        if directory is None:
            shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _vendors(directory: Path, customers: int) -> Iterator[Sandbox]:
    """The vendors of a company of this size, without their limits on calls."""
    with Sandbox.start(directory, customers=customers) as sandbox:
        for source in SOURCES:
            sandbox.switch(source, rate_limit=0)
        yield sandbox


def _environment(sandbox: Sandbox, data: Path) -> dict[str, str]:
    return {**sandbox.environment(), "CX_DATA_DIR": str(data)}


def _whole_run(root: Path, customers: int) -> Usage:
    """The whole work without Dagster at one size, on a fresh directory."""
    with _vendors(root / "sandbox", customers) as sandbox:
        return stage("without_dagster", _environment(sandbox, root / "plain"))


def _at_size(root: Path, customers: int, small: Usage) -> Iterator[Figure]:
    with _vendors(root / "sandbox", customers) as sandbox:
        yield from _ingest(root, sandbox)
        yield from _connectors(root, sandbox)
        plain = stage("without_dagster", _environment(sandbox, root / "plain"))
        dagster = stage("with_dagster", _environment(sandbox, root / "dagster"))
        yield _below("whole run, CPU s with Dagster", dagster.cpu, "s", plain.cpu, 1.10)
        yield from _after_a_run(_environment(sandbox, root / "dagster"))
        sandbox.advance(sandbox.clock + timedelta(days=1))
        increment = stage("with_dagster", _environment(sandbox, root / "dagster"))
        yield _below("a day's increment, CPU s", increment.cpu, "s", dagster.cpu, 0.08)
    yield Figure("rows landed in the whole run", plain.told["rows"], "rows", None, None, "-", True)
    yield Figure(
        "identity step, CPU s",
        plain.told["identity"],
        "s",
        None,
        None,
        "at most 60 s and 2 GB at 1M records",
        plain.told["identity"] <= 60,
    )
    yield Figure("peak memory of the whole run", dagster.peak_mb, "MB", None, None, "under 6,000 MB", dagster.peak_mb < 6000)
    exponent = math.log(plain.told["cpu"] / small.told["cpu"]) / math.log(plain.told["rows"] / small.told["rows"])
    yield Figure("growth of CPU with rows, exponent", exponent, "", None, None, "at most 1.1", exponent <= 1.1)


def _ingest(root: Path, sandbox: Sandbox) -> Iterator[Figure]:
    folder = root / "pages"
    stage("pages", _environment(sandbox, root / "pages-data"), folder=folder)
    reader = _rate(stage("ingest_reader", _environment(sandbox, root / "reader"), folder=folder))
    dicts = _rate(stage("ingest_dicts", _environment(sandbox, root / "dicts"), limit=DICT_ROWS))
    engine = _rate(stage("ingest_engine", _environment(sandbox, root / "engine")))
    yield _above("ingest, rows per CPU s, against DuckDB's JSON reader", engine, "rows/s", reader, 0.25)
    yield _above("ingest, rows per CPU s, against dlt's dict path", engine, "rows/s", dicts, 20)
    long = stage("ingest_long", _environment(sandbox, root / "long"), folder=folder, rows=LONG)
    told = f"peak memory of a listing of {long.told['rows']:,} rows"
    yield Figure(told, long.peak_mb, "MB", None, None, "under 1,000 MB", long.peak_mb < 1000 and long.told["rows"] == LONG)


def _connectors(root: Path, sandbox: Sandbox) -> Iterator[Figure]:
    """Every connector beside the floor, each in a process of its own; small ones show what a run costs without rows."""
    environment = _environment(sandbox, root / "connectors")
    for name, source in SOURCES.items():
        usage = stage("connector", environment, source=name)
        floor = _rate(stage("connector_floor", environment, source=name))
        told = f"{source.title}: {usage.told['rows']:,} rows, {usage.peak_mb:.0f} MB"
        yield Figure(told, _rate(usage), "rows/s", floor, _rate(usage) / floor, "under 1,000 MB", usage.peak_mb < 1000)


def _after_a_run(environment: dict[str, str]) -> Iterator[Figure]:
    straight = stage("transform_sql", environment)
    through_dbt = stage("transform_dbt", environment)
    yield _below("transform through dbt, CPU s", through_dbt.told["cpu"], "s", straight.told["cpu"], 1.25)
    told = stage("publish_file", environment).told
    yield _below(f"publish, s for {told['mb']:.0f} MB, against copying", told["publish"], "s", told["copy"], 3)
    found = stage("look_up", environment, times=LOOK_UPS).told
    yield Figure("look-up of one customer, p95", found["p95_ms"], "ms", None, None, "under 20 ms", found["p95_ms"] < 20)


def _rate(usage: Usage) -> float:
    return float(usage.told["rows"]) / float(usage.told["cpu"])


def _below(name: str, value: float, unit: str, floor: float, goal: float) -> Figure:
    return Figure(name, value, unit, floor, value / floor, f"at most {goal:g} x", value / floor <= goal)


def _above(name: str, value: float, unit: str, floor: float, goal: float) -> Figure:
    return Figure(name, value, unit, floor, value / floor, f"at least {goal:g} x", value / floor >= goal)


def write_json(figures: list[Figure], file: Path) -> None:
    """The table as data: a list of name, value, unit, floor, ratio, goal, met."""
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
