"""Identity on one labelled set, in a process of its own: dbt's identity models, the resolver, and what it is held against."""

from __future__ import annotations

import math
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from duckdb import DuckDBPyConnection

from ingest.core.paths import Paths
from ingest.core.storage import make_ready
from orchestration.bench.clusters import Labels, quality
from orchestration.bench.identity_ecm import ecm
from orchestration.bench.identity_sets import FEBRL, write
from orchestration.bench.usage import Told, cpu_of

AT = datetime(2026, 7, 1, 6, tzinfo=UTC)
MILLION = 1_000_000


def memory_for(n_records: int) -> str:
    """What DuckDB may use: 800 MB up to a million records, beyond that a gigabyte for every million begun."""
    return "800MB" if n_records <= MILLION else f"{math.ceil(n_records / MILLION)}GB"


_STAGING = {
    "stg_noise__persons": """
        select
            * exclude (first_seen_at), null::varchar as acquisition_source, false as is_reference, false as is_deleted,
            false as is_opted_out, false as is_test, null::timestamptz as lead_created_at, first_seen_at, first_seen_at as last_seen_at
        from noise.persons""",
    "stg_noise__person_ids": "select * from noise.person_ids",
}


def resolve_people(paths: Paths, *, people: str, seed: int) -> Told:
    """Our way and the rules alone. Trains on the set itself where it is not the planted one the packaged model knows."""
    from orchestration.identity.model import load
    from orchestration.identity.resolve import resolve
    from orchestration.identity.training import train

    told: Told = {}
    memory = memory_for(0 if people in FEBRL else int(people))
    make_ready(paths.warehouse)
    with _open(paths, memory) as connection:
        told["records"] = write(connection, people, seed)
    with cpu_of(told, "prepare"):
        _prepare(paths, memory)
    with _open(paths, memory) as connection:
        with cpu_of(told, "train"):
            model = train(connection) if people in FEBRL else load()
        with cpu_of(told, "resolve"):
            counts = resolve(connection, AT, model)
        told |= {"pairs": counts["pairs"], "customers": counts["customers"]}
        truth, found = _labels(connection, "identity_state.customer_xref", "customer_id")
        told["ours"] = asdict(quality(truth, found))
        told["rules"] = asdict(quality(truth, _rules_alone(connection)))
    return told


def recordlinkage_ecm(paths: Paths, *, people: str) -> Told:
    """The same records, normalised the same way, linked by recordlinkage's unsupervised classifier and joined by components."""
    told: Told = {}
    with _open(paths) as connection:
        frame = connection.execute("select * from identity.int_identity__nodes order by node_id").fetch_df()
        owners = connection.execute("select person_no from noise.owner order by node_id").fetchnumpy()["person_no"]
    with cpu_of(told):
        found = ecm(frame)
    best = max((quality(np.asarray(owners), labels) for labels in found), key=lambda one: one.f1)
    return {**told, "quality": asdict(best)}


def _open(paths: Paths, memory: str = "1GB") -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(str(paths.warehouse))
    connection.execute(
        f"set TimeZone = 'UTC'; set threads = 2; set memory_limit = '{memory}'; set preserve_insertion_order = false"
    )
    return connection


def _prepare(paths: Paths, memory: str) -> None:
    """dbt's identity models over a project that has no other source than this set."""
    import os

    from orchestration.parts import CHECKOUT
    from orchestration.transformer import Transformer

    ours, project = CHECKOUT / "dbt_project", paths.root / "dbt"
    for part in ("macros", "seeds/identity", "models/identity"):
        shutil.copytree(ours / part, project / part)
    for described in (project / "models").rglob("*.yml"):
        described.unlink()  # their tests belong to the real project
    for model, sql in _STAGING.items():
        file = project / "models" / "staging" / "noise" / f"{model}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql + "\n", encoding="utf-8")
    shutil.copy(ours / "profiles.yml", project)
    _configure(ours / "dbt_project.yml", project / "dbt_project.yml")
    os.environ["CX_MEMORY_LIMIT"] = memory
    list(Transformer(project, paths).build(["--exclude-resource-type", "test"]))


def _configure(ours: Path, file: Path) -> None:
    told = yaml.safe_load(ours.read_text(encoding="utf-8"))
    told["vars"] |= {"person_sources": ["noise"], "account_sources": []}
    told["models"]["cx"] = {layer: told["models"]["cx"][layer] for layer in ("staging", "identity")}
    file.write_text(yaml.safe_dump(told), encoding="utf-8")


def _labels(connection: DuckDBPyConnection, table: str, column: str) -> tuple[Labels, Labels]:
    found = connection.execute(
        f"select person_no, {column} as found from noise.owner join {table} using (node_id) where valid_to is null order by node_id"
    ).fetchnumpy()
    return np.asarray(found["person_no"]), np.asarray(found["found"], dtype=str)


def _rules_alone(connection: DuckDBPyConnection) -> Labels:
    """What the deterministic edges make of the records, without the model and without contradictions."""
    from orchestration.identity import evidence
    from orchestration.identity.candidates import gather, scratch
    from orchestration.identity.linkage import components

    with scratch(connection):
        gather(connection)
        told, n_nodes = evidence.told(connection), len(evidence.compared(connection))
    return components(n_nodes, told.left, told.right)
