"""The one flow, left to right: raw -> staging -> identity -> customer_360 -> marts -> published."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.core.paths import Paths
from ingest.registry import SOURCES
from orchestration.parts import CHECKOUT
from orchestration.transformer import Transformer

ORDER = ["raw", "staging", "identity", "customer_360", "marts", "published"]
# customer_360 also reads staging (to attach customer ids to events), published also reads customer_360
ALSO = {"customer_360": {"staging"}, "published": {"customer_360"}}
MODELS = CHECKOUT / "dbt_project" / "models"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return Transformer(CHECKOUT / "dbt_project", Paths(tmp_path_factory.mktemp("manifest"))).manifest()


def _layer(manifest: dict[str, Any], unique_id: str) -> str | None:
    if unique_id.startswith("source."):
        source = manifest["sources"][unique_id]["source_name"]
        return {"identity_state": "identity", "publication_state": "customer_360"}.get(source, "raw")
    if unique_id.startswith("model."):
        return str(manifest["nodes"][unique_id]["path"]).partition("/")[0]
    return None  # seeds are reference data of every layer


def test_a_model_reads_its_own_layer_or_the_one_to_its_left(manifest: dict[str, Any]) -> None:
    wrong = []
    for unique_id, node in manifest["nodes"].items():
        layer = _layer(manifest, unique_id)
        if layer is None:
            continue
        allowed = {layer, ORDER[ORDER.index(layer) - 1], *ALSO.get(layer, set())}
        wrong += [
            f"{node['name']} reads {up}" for up in node["depends_on"]["nodes"] if _layer(manifest, up) not in {None, *allowed}
        ]
    assert wrong == []


def test_every_raw_table_is_declared_and_staged(manifest: dict[str, Any]) -> None:
    declared = {(source["source_name"], source["name"]) for source in manifest["sources"].values()}
    read = {
        (manifest["sources"][up]["source_name"], manifest["sources"][up]["name"])
        for unique_id, node in manifest["nodes"].items()
        if _layer(manifest, unique_id) == "staging"
        for up in node["depends_on"]["nodes"]
        if up.startswith("source.")
    }
    tables = {(source.schema, resource.name) for source in SOURCES.values() for resource in source.resources}
    assert tables <= declared
    assert tables <= read


RECORDS = {f"stg_salesforce__{table}s": f"stg_salesforce__{table}_records" for table in ("account", "case")}


def test_the_rows_of_every_raw_table_are_followed(manifest: dict[str, Any]) -> None:
    """A table that is not named in stg_ingest__rows could lose rows in silence."""
    reads = manifest["nodes"]["model.cx.stg_ingest__rows"]["depends_on"]["nodes"]
    counted = {tuple(name.split(".")[2:]) for name in reads if name.startswith("source.")}
    landed = {(source.schema, resource.name) for source in SOURCES.values() for resource in source.resources}
    listed = {(s.schema, f"{r.name}_keys") for s in SOURCES.values() for r in s.resources if r.keys is not None}
    assert counted == landed | listed
    staged = {name.split(".")[2] for name in reads if name.startswith("model.")}
    names = {f"stg_{schema.removeprefix('raw_')}__{resource}" for schema, resource in landed}
    assert {RECORDS.get(name, name) for name in names} == staged
    # a model without the deleted would tell of rows that were lost as soon as a vendor deletes one
    assert not [name for name in staged if "where not is_deleted" in manifest["nodes"][f"model.cx.{name}"]["raw_code"]]


def test_what_is_read_by_no_model_says_so_and_nothing_else_does(manifest: dict[str, Any]) -> None:
    """`row_reconciliation` tells readers of which raw tables nothing is published."""
    followers = {"stg_ingest__rows", "int_customer_360__row_ends"}
    unread = set()
    for source in SOURCES.values():
        for resource in source.resources:
            name = f"stg_{source.name}__{resource.name}"
            own = {name, RECORDS.get(name, name)}
            nodes = [f"source.cx.{source.schema}.{resource.name}", *(f"model.cx.{model}" for model in own)]
            readers = {
                up.split(".")[2] for node in nodes for up in manifest["child_map"].get(node, []) if up.startswith("model.")
            }
            if readers <= followers | own:
                unread.add((source.name, resource.name))
    assert _said_to_be_unread() == unread


def _said_to_be_unread() -> set[tuple[str, str]]:
    told = set()
    for file in (CHECKOUT / "dbt_project" / "macros" / "row_ends").glob("*.sql"):
        source = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if found := re.fullmatch(r"    '(\w+)': \{", line):
                source = found[1]
            elif found := re.match(r" {8}'(\w+)': \{'unread'", line):
                told.add((source, found[1]))
    return told


def _shared_shapes() -> set[str]:
    """One vendor's rows of a shape all vendors share, which are tested where they meet."""
    variables = yaml.safe_load((CHECKOUT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    return {model for name, models in variables.items() if name.endswith("_models") for model in models}


def test_every_model_has_its_yaml_beside_it_with_grain_columns_and_tests(manifest: dict[str, Any]) -> None:
    bare = []
    shared = _shared_shapes()
    for file in MODELS.rglob("*.sql"):
        beside = file.with_suffix(".yml")
        if not beside.exists():
            bare.append(f"{file.name}: no YAML")
            continue
        models = yaml.load(beside.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["models"]
        told = next(model for model in models if model["name"] == file.stem)
        tested = file.stem in shared or any(
            f"{kind}:" in beside.read_text(encoding="utf-8") for kind in ("data_tests", "unit_tests", "constraints")
        )
        if not told.get("description") or not all(c.get("description") for c in told.get("columns") or [{}]) or not tested:
            bare.append(f"{file.name}: grain, columns or tests missing")
    assert bare == []


def test_published_models_have_enforced_contracts(manifest: dict[str, Any]) -> None:
    published = [n for uid, n in manifest["nodes"].items() if _layer(manifest, uid) == "published"]
    assert published and all(node["config"]["contract"]["enforced"] for node in published)
    assert all("data_as_of" in node["columns"] for node in published)


@pytest.mark.parametrize(("package", "banned"), [("ingest", {"dagster", "dagster_dbt", "dagster_dlt", "dbt", "orchestration"})])
def test_extraction_runs_without_the_orchestrator(package: str, banned: set[str]) -> None:
    found = []
    for file in Path(CHECKOUT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [f"{file.name}: {name}" for name in names if name.partition(".")[0] in banned]
    assert found == []
