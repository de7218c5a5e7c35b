"""Views that stand are not made again, and nothing that changed is missed for it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.standing import Standing
from tests.orchestration.conftest import Company

VIEW = dg.AssetKey(["staging", "stg_desk__answers"])


def _stood(result: dg.ExecuteInProcessResult) -> bool:
    """Whether the run found the staging view standing."""
    made = [event.materialization for event in result.get_asset_materialization_events() if event.asset_key == VIEW]
    assert len(made) == 1, "the view is in every run's lineage, made or standing"
    return "stands" in made[0].metadata


def test_views_stand_until_one_is_taken_away_or_the_tables_below_change(company: Company, instance: dg.DagsterInstance) -> None:
    assert not _stood(company.run("daily", instance))
    before = company.published("select count(*) from customer_360")
    company.landing.scores = (9, 10, 3, 8)
    second = company.run("daily", instance)
    assert second.success and _stood(second)
    assert [(4,)] == company.published("select count(*) from customer_360") != before, "new rows are read through them"
    for change in ("drop view staging.stg_desk__answers", "create table raw_desk.agents (id bigint)"):
        with duckdb.connect(str(company.paths.warehouse)) as connection:
            connection.execute(change)
        again = company.run("daily", instance)
        assert again.success and not _stood(again), change
    assert _stood(company.run("daily", instance))


def test_a_changed_project_is_built_whole(company: Company, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    company.run("daily", instance)
    project = tmp_path / "changed"
    shutil.copytree(company.project, project)
    model = project / "models" / "staging" / "stg_desk__answers.sql"
    model.write_text(model.read_text(encoding="utf-8") + "\n-- told otherwise\n", encoding="utf-8")
    assert not _stood(replace(company, project=project).run("daily", instance))


def test_a_build_that_ended_half_way_is_not_taken_for_whole(tmp_path: Path) -> None:
    warehouse = tmp_path / "cx.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema staging; create view staging.answers as select 1 as id")
    view = {
        "unique_id": "answers",
        "resource_type": "model",
        "config": {"materialized": "view"},
        "schema": "staging",
        "alias": "answers",
    }
    old, new = (Standing(warehouse, project, "first", [], [view]) for project in ("old", "new"))
    old.note()
    assert old.found() == {"answers"}
    assert new.found() == frozenset()  # the new project begins to build, and is killed
    assert old.found() == frozenset(), "its views may be the new project's"
