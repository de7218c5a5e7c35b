"""The stages that are measured, each run in its own process by `usage.stage`; a stage prints one JSON object at its end.

`python -m orchestration.bench.stages NAME '{"argument": ...}'`. The environment names the data directory and the vendors.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from graphlib import TopologicalSorter
from pathlib import Path

from ingest.core.paths import Paths
from orchestration.bench import identity_stages, ingest_stages
from orchestration.bench.usage import Told, cpu_of


def with_dagster(paths: Paths) -> Told:
    """The daily job, as `cx run` runs it."""
    from orchestration.run import run_job

    told: Told = {}
    with cpu_of(told):
        run_job("daily", paths)
    return told


def without_dagster(paths: Paths) -> Told:
    """The same work in the same order by plain calls."""
    import duckdb

    from ingest.core.load import ingest
    from ingest.core.lock import writer
    from ingest.registry import SOURCES
    from orchestration import last_publication, layers
    from orchestration.assets.identity import observed_at
    from orchestration.assets.transform import nodes_of, selection_of
    from orchestration.identity.resolve import resolve
    from orchestration.parts import CHECKOUT
    from orchestration.publish import publish
    from orchestration.quality.run import validate_landed, validate_published
    from orchestration.transformer import Transformer

    told: Told = {}
    with cpu_of(told, "cpu"):
        with cpu_of(told, "ingest"):
            report = ingest(list(SOURCES), paths=paths)
        told["rows"] = sum(run.extracted for run in report.runs)
        with cpu_of(told, "landed_gate"):
            validate_landed(paths, list(SOURCES))
        transformer = Transformer(CHECKOUT / "dbt_project", paths)
        manifest = transformer.manifest()
        first, second = (
            selection_of(manifest, nodes_of(manifest, half)) for half in (layers.BEFORE_IDENTITY, layers.AFTER_IDENTITY)
        )
        with writer(paths, "benchmark"), cpu_of(told, "upstream"):
            list(transformer.build(first))
        with writer(paths, "benchmark"), duckdb.connect(str(paths.warehouse)) as connection, cpu_of(told, "identity"):
            resolve(connection, observed_at(connection, list(SOURCES.values())))
        with writer(paths, "benchmark"), cpu_of(told, "downstream"):
            last_publication.remember(paths)
            list(transformer.build(second))
        with cpu_of(told, "published_gate"):
            validate_published(paths)
        with cpu_of(told, "publish"):
            publish(paths, "benchmark", layers.published_tables(manifest))
    return told


def transform_sql(paths: Paths) -> Told:
    """The SQL that dbt compiled, straight through one DuckDB connection over copies of the files, in dbt's order.

    Tables alone, as in every run but the first: views stand (`orchestration/standing.py`).
    """
    import duckdb

    from orchestration.parts import CHECKOUT
    from orchestration.transformer import Transformer

    models = list(_in_order(Transformer(CHECKOUT / "dbt_project", paths).manifest()))
    warehouse, published = paths.root / "sql" / paths.warehouse.name, paths.root / "sql" / paths.staging_file.name
    warehouse.parent.mkdir(exist_ok=True)
    shutil.copy(paths.warehouse, warehouse)
    shutil.copy(paths.staging_file, published)
    told: Told = {}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{published}' as published; set timezone = 'UTC'; set threads = 2")
        with cpu_of(told):
            for node in models:
                place = f'"{node["database"]}"."{node["schema"]}"."{node["alias"]}"'
                connection.execute(f"create or replace table {place} as ({_compiled(paths, node)})")
    return {**told, "models": len(models)}


def _compiled(paths: Paths, node: Told) -> str:
    compiled = paths.root / ".dbt" / "target" / "compiled" / str(node["package_name"]) / str(node["original_file_path"])
    return compiled.read_text(encoding="utf-8")


def _in_order(manifest: Told) -> Iterator[Told]:
    """Tables made by SQL, each after all it reads; the tables of Python models are there already."""
    nodes = manifest["nodes"]
    reads = {uid: node["depends_on"].get("nodes", ()) for uid, node in nodes.items() if node["resource_type"] == "model"}
    for uid in TopologicalSorter(reads).static_order():
        node = nodes.get(uid)
        if node and node["resource_type"] == "model" and node["language"] == "sql" and node["config"]["materialized"] == "table":
            yield node


def transform_dbt(paths: Paths) -> Told:
    """dbt builds the same tables over the warehouse as it stands."""
    from ingest.core.lock import writer
    from orchestration.assets.transform import selection_of
    from orchestration.parts import CHECKOUT
    from orchestration.transformer import Transformer

    transformer = Transformer(CHECKOUT / "dbt_project", paths)
    manifest = transformer.manifest()
    tables = selection_of(manifest, [str(node["unique_id"]) for node in _in_order(manifest)])
    told: Told = {}
    with writer(paths, "benchmark"), cpu_of(told):
        list(transformer.build(tables))
    return told


def publish_file(paths: Paths) -> Told:
    """Publishing against copying the same file."""
    import os

    from orchestration import layers
    from orchestration.parts import CHECKOUT
    from orchestration.publish import publish
    from orchestration.transformer import Transformer

    tables = layers.published_tables(Transformer(CHECKOUT / "dbt_project", paths).manifest())
    started = time.monotonic()
    publish(paths, "benchmark", tables)
    published = time.monotonic() - started
    target = paths.root / "copy.duckdb"
    started = time.monotonic()
    shutil.copyfile(paths.published, target)
    handle = os.open(target, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    copied = time.monotonic() - started
    target.unlink()
    return {"publish": published, "copy": copied, "mb": paths.published.stat().st_size / 1e6}


def look_up(paths: Paths, *, times: int) -> Told:
    """One customer's card and newest fifty touchpoints by id, in process, as `cx serve` reads them."""
    from orchestration.reach import lookup
    from orchestration.reach.lookup_file import LookupFile

    opened = LookupFile(paths, lambda told: None).current()
    ids = [row[0] for row in opened.connection.execute("select customer_id from customers order by customer_id").fetchall()]
    taken: list[float] = []
    for customer_id in random.Random(7).choices(ids, k=times):  # noqa: S311
        started = time.perf_counter()
        lookup.card(opened, customer_id, lookup.FULL)
        lookup.timeline(opened, customer_id, 50, None, lookup.FULL)
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {"p50_ms": taken[len(taken) // 2], "p95_ms": taken[int(len(taken) * 0.95)], "customers": len(ids)}


STAGES: dict[str, Callable[..., Told]] = {
    f.__name__: f
    for f in (
        ingest_stages.pages,
        ingest_stages.ingest_engine,
        ingest_stages.ingest_long,
        ingest_stages.ingest_dicts,
        ingest_stages.ingest_reader,
        ingest_stages.connector,
        ingest_stages.connector_floor,
        with_dagster,
        without_dagster,
        transform_sql,
        transform_dbt,
        publish_file,
        look_up,
        identity_stages.resolve_people,
        identity_stages.recordlinkage_ecm,
    )
}


def _peak_mb() -> float:
    """This process's own peak: the account its parent reads also holds the parent's size at the fork."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _lift_budgets() -> None:
    """A day's allowance of calls is real at the vendors; here it would only measure waiting."""
    from ingest.registry import SOURCES

    for name, source in SOURCES.items():
        SOURCES[name] = replace(source, budgets=())


if __name__ == "__main__":
    _lift_budgets()
    told = STAGES[sys.argv[1]](Paths.from_environment(), **json.loads(sys.argv[2]))
    told["peak_mb"] = _peak_mb()
    sys.stdout.write(json.dumps(told) + "\n")
