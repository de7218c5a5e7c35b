"""`cx metric --engine metricflow`: a KPI counted now by MetricFlow from the records in the warehouse, by `semantic_models.yml`.

For checking, and for cuts that MetricFlow can make and that are not published. It reads the warehouse, which readers otherwise never
open: it waits its turn among those who write. MetricFlow pins what this project does not, so it may stand in an environment of its own.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.core.errors import CxError, SettingMissing, UnknownName
from ingest.core.lock import writer
from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT

PYTHON = "CX_METRICFLOW_PYTHON"
PROJECT = CHECKOUT / "dbt_project"
_MONTH = "metric_time__month"
_SECONDS = 600
Json = dict[str, Any]


def tools() -> Path | None:
    """The folder with `mf` and its `dbt`: of the environment CX_METRICFLOW_PYTHON names, else of this one; None where neither has it."""
    named = os.environ.get(PYTHON)
    if named:
        folder = Path(named).parent
    elif importlib.util.find_spec("metricflow"):
        folder = Path(sys.executable).parent
    else:
        return None
    return folder if (folder / "mf").exists() else None


def metric(paths: Paths, kpi: str, cuts: Sequence[str], by_month: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows (month as YYYY-MM, the cuts, value), oldest month first.

    SettingMissing without MetricFlow; UnknownName for a KPI or a cut that its models do not have.
    """
    folder = tools()
    if folder is None:
        raise SettingMissing(
            "MetricFlow is not installed",
            f"Install the extra `semantic`, or name the Python of an environment that has dbt-metricflow and dbt-duckdb in {PYTHON}.",
        )
    with tempfile.TemporaryDirectory(prefix="cx-metricflow-") as place:
        project = Path(place)
        environment = _prepare(paths, folder, project)
        manifest = json.loads((project / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
        known = metrics_of(manifest)
        if kpi not in known:
            raise UnknownName(f"MetricFlow has no KPI {kpi}", f"It has: {', '.join(sorted(known))}.")
        dimensions = [_dimension(manifest, known[kpi], cut) for cut in cuts]
        asked = ",".join([*([_MONTH] if by_month else []), *dimensions])
        answer = project / "answer.csv"
        command = [str(folder / "mf"), "query", "--metrics", kpi, "--csv", str(answer), *(["--group-by", asked] if asked else [])]
        with writer(paths, "cx metric --engine metricflow"):
            _run(command, environment, project)
        with answer.open(encoding="utf-8", newline="") as lines:
            rows = [_row(row, kpi, dimensions, by_month) for row in csv.DictReader(lines)]
    return [*(["month"] if by_month else []), *cuts, "value"], sorted(rows, key=lambda row: [str(value) for value in row[:-1]])


def metrics_of(manifest: Json) -> dict[str, Json]:
    """The KPIs MetricFlow answers for, by name: those that are not parts of others."""
    known = {str(one["name"]): one for one in manifest["metrics"]}
    parts = {
        one["type_params"][side]["name"]
        for one in known.values()
        for side in ("numerator", "denominator")
        if one["type_params"].get(side)
    }
    return {name: one for name, one in known.items() if name not in parts}


def _dimension(manifest: Json, metric: Json, cut: str) -> str:
    """A cut as MetricFlow names it: entity__dimension of the model the KPI is counted from."""
    given = metric["type_params"]
    measure = (given.get("numerator") or given["measure"])["name"]
    model = next(one for one in manifest["semantic_models"] if measure in [each["name"] for each in one["measures"]])
    entity = model.get("primary_entity") or next(one["name"] for one in model["entities"] if one["type"] == "primary")
    cuts = [one["name"] for one in model["dimensions"] if one["type"] == "categorical"]
    if cut not in cuts:
        raise UnknownName(f"MetricFlow cannot cut {metric['name']} by {cut}", f"By: {', '.join(['month', *cuts])}.")
    return f"{entity}__{cut}"


def _prepare(paths: Paths, folder: Path, project: Path) -> dict[str, str]:
    """A project folder with what MetricFlow reads and room for what it writes; its environment. Parses where nobody has since the last change."""
    if not paths.warehouse.exists():
        raise CxError(f"there is no warehouse yet: {paths.warehouse} does not exist", "`cx demo` or `cx run` makes it.")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project)
    files = {
        "CX_WAREHOUSE": str(paths.warehouse),
        "CX_PUBLISHED_NEXT": str(project / "next.duckdb"),
        "DBT_PROFILES_DIR": str(project),
    }
    environment = {**os.environ, **files, "DO_NOT_TRACK": "1"}
    target = project / "target"
    target.mkdir()
    parsed = PROJECT / "target" / "semantic_manifest.json"
    models = max(file.stat().st_mtime for file in (PROJECT / "models" / "marts" / "kpi").glob("*.yml"))
    if parsed.exists() and parsed.stat().st_mtime > models:
        shutil.copy(parsed, target)
    else:
        _run([str(folder / "dbt"), "parse", "--target-path", str(target), "--log-path", str(project)], environment, PROJECT)
    return environment


def _run(command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "rror" in line] or ["it did not say why"]
        raise CxError(f"{Path(command[0]).name} failed: {said[0][:300]}", f"{' '.join(command[1:4])} in {PROJECT} shows more.")


def _row(row: dict[str, str], kpi: str, dimensions: Sequence[str], by_month: bool) -> tuple[Any, ...]:
    told = row[kpi]
    value = float(told) if told not in ("", "nan", "None") else None
    return (*([row[_MONTH][:7]] if by_month else []), *(row[name] for name in dimensions), value)
