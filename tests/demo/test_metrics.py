"""MetricFlow answers what kpi_period says, month by month, for every metric both hold. Needs the extra `semantic`."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ingest.core.errors import UnknownName
from orchestration.reach import metricflow
from orchestration.reach.metric import METRICFLOW, ask
from tests.demo.conftest import CHECKOUT, Demo

pytestmark = pytest.mark.skipif(
    metricflow.tools() is None,
    reason=f"the extra `semantic` is not installed here, nor does {metricflow.PYTHON} name a Python that has it",
)

# metric: the variant of kpi_period it answers for, and how many of its units make one of that row's
METRICS = {
    "nps": ("standard", 1), "csat": ("standard", 1), "csat_mean": ("standard", 1), "ces_ease": ("standard", 1), "aov": ("standard", 1),
    "resolution_time": ("mean_minutes", 1), "first_contact_resolution": ("standard", 1), "logo_churn_rate": ("standard", 1),
    "conversion_rate": ("standard", 1), "mrr": ("standard", 100),
}  # fmt: skip


def _told(demo: Demo, place: Path) -> dict[tuple[str, date], float]:
    """What `mf query` answers per metric and month, from a copy of the project over the demo's warehouse."""
    project = place / "dbt_project"
    shutil.copytree(CHECKOUT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    files = {"CX_WAREHOUSE": str(demo.paths.warehouse), "CX_PUBLISHED_NEXT": str(place / "next.duckdb")}
    environment = {**demo.environment, **files, "DBT_PROFILES_DIR": str(project)}
    tools = metricflow.tools()
    assert tools is not None
    answer = place / "answer.csv"
    for command in (
        [str(tools / "dbt"), "parse"],
        [str(tools / "mf"), "query", "--metrics", ",".join(METRICS), "--group-by", "metric_time__month", "--csv", str(answer)],
    ):
        done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with answer.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (metric, date.fromisoformat(row["metric_time__month"][:10])): float(row[metric])
        for row in rows
        for metric in METRICS
        if row[metric] not in ("", "nan", "None")
    }


def test_metricflow_and_kpi_period_say_the_same(demo: Demo, tmp_path: Path) -> None:
    told = _told(demo, tmp_path)
    published = demo.published("""
        select kpi_id, variant, period_start, value from kpi_period where segment_type = 'all' and is_complete and value is not null
    """)
    compared = 0
    for kpi_id, variant, month, value in published:
        wanted, scale = METRICS.get(str(kpi_id), ("", 1))
        if variant == wanted and not (kpi_id == "mrr" and value == 0):
            said = told[str(kpi_id), month]  # type: ignore[index]
            assert math.isclose(said / scale, float(value), rel_tol=1e-9, abs_tol=1e-9), (kpi_id, month, said, value)  # type: ignore[arg-type]
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("kpi", "cut", "variant"),
    [("resolution_time", "channel", "mean_minutes"), ("nps", "country_code", None), ("conversion_rate", "country_code", None)],
)
def test_cx_metric_asks_metricflow_when_told_to(demo: Demo, kpi: str, cut: str, variant: str | None) -> None:
    names, rows, answered_by = ask(demo.paths, kpi, ["month", cut], None, METRICFLOW)
    assert names == ["month", cut, "value"] and "MetricFlow" in answered_by
    told = {(month, segment): value for month, segment, value in rows}
    published = ask(demo.paths, kpi, ["month", cut], variant, "published")[1]
    compared = [(row[2], told[row[0], row[1]]) for row in published if row[2] is not None]
    assert len(compared) > 20
    assert [one for one in compared if not math.isclose(*one, rel_tol=1e-9, abs_tol=1e-9)] == []


def test_metricflow_refuses_what_its_models_do_not_have(demo: Demo) -> None:
    with pytest.raises(UnknownName, match="cannot cut nps by channel"):
        ask(demo.paths, "nps", ["month", "channel"], None, METRICFLOW)
    with pytest.raises(UnknownName, match="has no KPI npss"):
        ask(demo.paths, "npss", ["month"], None, METRICFLOW)
