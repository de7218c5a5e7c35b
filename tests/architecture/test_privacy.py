"""What the project has to say of people's data: which column is what, and who may be on which list."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.core.paths import Paths
from orchestration.layers import published_tables
from orchestration.parts import CHECKOUT
from orchestration.privacy.pseudonyms import CLASSES, classes_of
from orchestration.transformer import Transformer

NAMES_PEOPLE = {"customer_id", "email", "phone", "full_name", "first_name", "last_name"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return Transformer(CHECKOUT / "dbt_project", Paths(tmp_path_factory.mktemp("manifest"))).manifest()


def _published(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {node["alias"]: node["columns"] for node in models if node["fqn"][1] == "published"}


def test_every_published_text_column_is_classified(manifest: dict[str, Any]) -> None:
    """By `meta: {privacy: ...}` of its own, or of a model that is about nobody in particular."""
    told = classes_of(manifest, published_tables(manifest))
    bare = [
        f"{table}.{name}: {told[table].get(name)}"
        for table, columns in _published(manifest).items()
        for name, column in columns.items()
        if str(column["data_type"]).startswith("varchar") and told[table].get(name) not in CLASSES
    ]
    assert bare == []


def test_what_names_people_is_personal_and_no_model_about_people_is_waved_through(manifest: dict[str, Any]) -> None:
    told = classes_of(manifest, published_tables(manifest))
    wrong = [
        f"{table}.{name}"
        for table, columns in told.items()
        for name, said in columns.items()
        if name in NAMES_PEOPLE and said != "personal"
    ]
    assert wrong == []
    assert told["feedback"]["comment"] == "free_text" and sum("personal" in columns.values() for columns in told.values()) >= 10


def _reads(manifest: dict[str, Any], name: str) -> set[str]:
    """Every node above this one."""
    above, waiting = set[str](), [name]
    while waiting:
        for parent in manifest["nodes"].get(waiting.pop(), {}).get("depends_on", {}).get("nodes", ()):
            if parent not in above:
                above.add(parent)
                waiting.append(parent)
    return above


def test_every_list_made_for_a_purpose_reads_the_consent_and_is_held_to_it(manifest: dict[str, Any]) -> None:
    """`meta: {purpose: ...}`: the model stands below `consent`, and a data test looks for refusals in it."""
    nodes = manifest["nodes"]
    lists = {
        name: node["config"]["meta"]["purpose"]
        for name, node in nodes.items()
        if node["resource_type"] == "model" and "purpose" in node["config"].get("meta", {})
    }
    held = {
        node["attached_node"]: node["test_metadata"]["kwargs"]["purpose"]
        for node in nodes.values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "leaves_out_refusals"
    }
    assert lists and held == lists
    assert [name for name in lists if "model.cx.consent" not in _reads(manifest, name)] == []
