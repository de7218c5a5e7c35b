"""A registered source is known everywhere it has to be: none of these lists can forget one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ingest.registry import SOURCES
from orchestration.parts import CHECKOUT
from tests.faults.readings import READINGS

STAGING = CHECKOUT / "dbt_project" / "models" / "staging"
STAGED = {path.stem for path in STAGING.glob("*/stg_*.sql")}
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The variables of the dbt project."""
    project: dict[str, Any] = yaml.safe_load((CHECKOUT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    variables: dict[str, Any] = project["vars"]
    return variables


def test_the_dbt_project_lists_every_source(told: dict[str, Any]) -> None:
    assert sorted(told["sources"]) == sorted(SOURCES)


def test_people_of_every_vendor_reach_identity(told: dict[str, Any]) -> None:
    vendors = {name.removeprefix("stg_").removesuffix("__persons") for name in STAGED if name.endswith("__persons")}
    assert vendors == set(told["person_sources"])


def test_a_model_of_a_shared_shape_stands_in_that_shapes_list(told: dict[str, Any]) -> None:
    lists = {name: models for name, models in told.items() if name.endswith("_models")}
    assert len(lists) > 5
    for name, models in lists.items():
        shapes = {model.partition("__")[2] for model in models}
        staged = {model for model in STAGED if model.partition("__")[2] in shapes}
        assert set(models) == staged, name


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_tried_under_faults_and_stands_in_readme(source: str) -> None:
    assert source in READINGS, "add its Reading to tests/faults/readings.py"
    assert f"SOURCES__{source.upper()}__" in README, "add it to README's table of variables"
