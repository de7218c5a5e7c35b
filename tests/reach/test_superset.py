"""`cx superset` against a real Superset. Needs an environment with it (CX_SUPERSET_PYTHON); what it sends is looked at without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.reach import superset

from .planted import PEOPLE, columns_of, plant
from .superset_server import PASSWORD, PYTHON, USER, running

FIGURE = {
    "kpi_id": "nps", "variant": "standard", "grain": "month", "segment_type": "all", "segment": "all", "is_complete": True, "n": 40,
}  # fmt: skip
KPIS = [{**FIGURE, "period_start": f"2026-{month:02d}-01", "value": 30.0 + month} for month in (4, 5, 6)]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    made = Paths(tmp_path_factory.mktemp("superset"))
    plant(made, {**PEOPLE, "kpi_period": KPIS})
    return made


def test_the_bundle_is_the_same_every_time_and_reads_published_columns(paths: Paths) -> None:
    assert superset.bundle(paths.published) == superset.bundle(paths.published)
    made = superset.assets(paths.published)
    database = yaml.safe_load(yaml.safe_dump(made["databases/cx"]))
    assert database["extra"]["engine_params"]["connect_args"] == {
        "read_only": True, "config": {"enable_external_access": "false", "lock_configuration": "true"},
    }  # fmt: skip
    assert database["sqlalchemy_uri"] == f"duckdb:///{paths.published}"
    dataset = made["datasets/cx/customer_360"]
    assert {column["column_name"] for column in dataset["columns"]} <= set(columns_of("customer_360"))
    charts = [asset for name, asset in made.items() if name.startswith("charts/")]
    placed = [
        tile["meta"]["uuid"] for tile in made["dashboards/customer-experience"]["position"].values() if "CHART" in str(tile)[:20]
    ]
    assert sorted(placed) == sorted(chart["uuid"] for chart in charts) and len(set(placed)) == 5


def test_what_is_missing_is_told(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CxError, match="nothing has been published"):
        superset.superset(Paths(tmp_path))
    for name in (superset.URL, superset.USER, superset.PASSWORD):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingMissing, match=superset.URL):
        superset.superset(paths)
    for name, value in ((superset.URL, "http://127.0.0.1:1"), (superset.USER, USER), (superset.PASSWORD, PASSWORD)):
        monkeypatch.setenv(name, value)
    with pytest.raises(CxError, match="Superset does not answer"):
        superset.superset(paths)


class Asked:
    """A Superset that `cx superset` has set up, asked over its API."""

    def __init__(self, address: str) -> None:
        self.address, self.session = address, requests.Session()
        superset.login(self.session, address, USER, PASSWORD)

    def list(self, kind: str) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.session.get(f"{self.address}/api/v1/{kind}/", timeout=60).json()["result"]
        return told

    def sql(self, text: str) -> requests.Response:
        [database] = self.list("database")
        asked = {"database_id": database["id"], "sql": text, "schema": "main"}
        return self.session.post(f"{self.address}/api/v1/sqllab/execute/", json=asked, timeout=120)

    def rows(self, dataset: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        [found] = [one for one in self.list("dataset") if one["table_name"] == dataset]
        asked = {"datasource": {"id": found["id"], "type": "table"}, "queries": [query], "force": True}
        answer = self.session.post(f"{self.address}/api/v1/chart/data", json=asked, timeout=120)
        assert answer.ok, answer.text
        told: list[dict[str, Any]] = answer.json()["result"][0]["data"]
        return told


@pytest.fixture(scope="module")
def asked(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    if PYTHON not in os.environ:
        pytest.skip(f"{PYTHON} names no Python of an environment with apache-superset, duckdb and duckdb-engine")
    home = Path(os.environ.get("CX_SUPERSET_HOME") or tmp_path_factory.mktemp("superset-home"))
    with running(home) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in ((superset.URL, address), (superset.USER, USER), (superset.PASSWORD, PASSWORD)):
            patch.setenv(name, value)
        assert superset.superset(paths) == superset.superset(paths) == f"{address}/superset/dashboard/customer-experience/"
        yield Asked(address)


def test_superset_has_each_thing_once(asked: Asked) -> None:
    assert [one["database_name"] for one in asked.list("database")] == ["Customer experience"]
    assert sorted(one["table_name"] for one in asked.list("dataset")) == ["customer_360", "monthly_figures"]
    assert sorted(one["slice_name"] for one in asked.list("chart")) == sorted(
        [superset.PROFILES, *(t.title for t in superset.TRENDS)]
    )
    assert [one["dashboard_title"] for one in asked.list("dashboard")] == ["Customer experience"]


def test_no_page_of_superset_may_ask_another_machine_for_pictures_or_data(asked: Asked) -> None:
    policy = requests.get(f"{asked.address}/login/", timeout=60).headers["Content-Security-Policy"]
    assert "'self'" in policy and "http" not in policy


def test_superset_shows_what_is_published_and_follows_a_new_publication(asked: Asked, paths: Paths) -> None:
    nps = {"columns": ["month"], "metrics": ["figure"], "filters": [{"col": "kpi_id", "op": "==", "val": "nps"}]}
    assert sorted(row["figure"] for row in asked.rows("monthly_figures", nps)) == [34.0, 35.0, 36.0]
    profiles = {"columns": ["profile"], "metrics": ["figure"]}
    assert {row["profile"]: row["figure"] for row in asked.rows("customer_360", profiles)} == {"negative": 1, "advocate": 2}
    plant(paths, {**PEOPLE, "kpi_period": KPIS[:1]}, run_id="second-run")
    assert [row["figure"] for row in asked.rows("monthly_figures", nps)] == [34.0]


@pytest.mark.parametrize(
    "text",
    [
        "select * from read_csv('/etc/hostname')", "copy (select 1) to '/tmp/never.csv'", "delete from customer_360",
        "set enable_external_access = true", "attach '/tmp/never.duckdb' as other",
    ],
)  # fmt: skip
def test_who_writes_sql_in_superset_only_reads_what_is_published(asked: Asked, text: str) -> None:
    assert asked.sql("select count(*) as n from customer_360").json()["data"] == [{"n": 3}]
    assert not asked.sql(text).ok
