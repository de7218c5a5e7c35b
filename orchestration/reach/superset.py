"""`cx superset`: tells a running Superset of the published file: database, datasets, charts and one dashboard, by its REST API.

What it makes is one bundle of assets whose ids never change, so that asking again changes nothing and brings back what was altered.
Superset itself is installed apart: it pins an older SQLAlchemy. It opens the file read-only and locked down, as every reader does.
"""

from __future__ import annotations

import io
import os
import secrets
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.reader import LOCKED_DOWN, QueryError

URL, USER, PASSWORD = "CX_SUPERSET_URL", "CX_SUPERSET_USER", "CX_SUPERSET_PASSWORD"
DASHBOARD = "customer-experience"
_SECONDS = 120
_MAKER = uuid.UUID("8a0c7f3e-5d1b-4a55-9f0e-3c1c6f1f2b10")
_VERSION = "1.0.0"
# one row per month and figure, so that a chart never adds or averages what cannot be added
_FIGURES = """
select period_start as month, kpi_id, variant, value, interval_low, interval_high, n
from kpi_period where grain = 'month' and segment_type = 'all' and is_complete
"""
Asset = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trend:
    """A line by month: one KPI in one variant. `scale` turns the published unit into the one shown."""

    title: str
    kpi: str
    variant: str = "standard"
    scale: str = ""


TRENDS = (
    Trend("NPS by month", "nps"),
    Trend("CSAT by month, %", "csat"),
    Trend("Resolution time by month, median hours", "resolution_time", "median_minutes", " / 60"),
    Trend("Customers lost by month, %", "logo_churn_rate"),
)
PROFILES = "Customers by profile"


def configuration() -> str:
    """A superset_config.py with a fresh secret. Superset's pages load a picture from its makers' counter; a browser is told not to."""
    return f'''SECRET_KEY = "{secrets.token_hex(32)}"

from superset.config import TALISMAN_CONFIG

# nothing of a page comes from, or goes to, anywhere but this Superset
TALISMAN_CONFIG["content_security_policy"] |= {{
    "img-src": ["'self'", "blob:", "data:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}}
'''


def superset(paths: Paths) -> str:
    """Sets Superset up and returns the dashboard's address. SettingMissing for where Superset is and who is asking; CxError when it says no."""
    if not paths.published.exists():
        raise QueryError(f"nothing has been published yet: {paths.published} does not exist", "`cx demo` or `cx run` makes it.")
    address = _setting(URL, "the address of Superset, such as http://127.0.0.1:8088").rstrip("/")
    with requests.Session() as session:
        login(session, address, _setting(USER, "a user of Superset who may import"), _setting(PASSWORD, "that user's password"))
        files = {"bundle": ("cx.zip", bundle(paths.published), "application/zip")}
        _called(session, "POST", f"{address}/api/v1/assets/import/", files=files)
    return f"{address}/superset/dashboard/{DASHBOARD}/"


def login(session: requests.Session, address: str, user: str, password: str) -> None:
    """Signs a session in; what it asks from then on bears Superset's token and its guard against forged requests."""
    given = {"username": user, "password": password, "provider": "db", "refresh": False}
    token = _called(session, "POST", f"{address}/api/v1/security/login", json=given)["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    session.headers["X-CSRFToken"] = _called(session, "GET", f"{address}/api/v1/security/csrf_token/")["result"]
    session.headers["Referer"] = address


def bundle(published: Path) -> bytes:
    """The assets as a zip file; the same for the same file's place."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, asset in assets(published).items():
            archive.writestr(zipfile.ZipInfo(f"cx/{name}.yaml"), yaml.safe_dump(asset, sort_keys=True))
    return written.getvalue()


def assets(published: Path) -> dict[str, Asset]:
    """Name in the bundle, without .yaml: the asset."""
    charts = {**{f"charts/{t.kpi}": _trend(t) for t in TRENDS}, "charts/profiles": _profiles()}
    return {
        "metadata": {"version": _VERSION, "type": "assets"},
        "databases/cx": _database(published),
        "datasets/cx/monthly_figures": _dataset(
            "monthly_figures",
            {"month": "DATE", "kpi_id": "VARCHAR", "variant": "VARCHAR", "value": "DOUBLE"},
            "max(value)",
            _FIGURES,
        ),
        "datasets/cx/customer_360": _dataset(
            "customer_360", {"profile": "VARCHAR", "customer_type": "VARCHAR", "country_code": "VARCHAR"}, "count(*)"
        ),
        **charts,
        f"dashboards/{DASHBOARD}": _dashboard([(chart["uuid"], chart["slice_name"]) for chart in charts.values()]),
    }


def _database(published: Path) -> Asset:
    reading = {"connect_args": {"read_only": True, "config": dict(LOCKED_DOWN)}}
    allowed = dict.fromkeys(("allow_ctas", "allow_cvas", "allow_dml", "allow_csv_upload", "allow_run_async"), False)
    return {
        "database_name": "Customer experience",
        "sqlalchemy_uri": f"duckdb:///{published.as_posix()}",
        "expose_in_sqllab": True,
        **allowed,
        "extra": {"engine_params": reading, "allows_virtual_table_explore": True},
        **_identity("database"),
    }


def _dataset(name: str, columns: dict[str, str], figure: str, sql: str | None = None) -> Asset:
    """figure: the one thing charts ask of it, as SQL."""
    kinds = [
        {"column_name": column, "type": kind, "is_dttm": kind == "DATE", "groupby": True, "filterable": True}
        for column, kind in columns.items()
    ]
    time = next((column for column, kind in columns.items() if kind == "DATE"), None)
    return {
        "table_name": name,
        "schema": "main",
        "sql": sql.strip() if sql else None,
        "main_dttm_col": time,
        "columns": kinds,
        "metrics": [{"metric_name": "figure", "expression": figure, "verbose_name": "figure"}],
        "database_uuid": _identity("database")["uuid"],
        **_identity(name),
    }


def _trend(trend: Trend) -> Asset:
    value = {"expressionType": "SQL", "sqlExpression": f"max(value){trend.scale}", "label": trend.title}
    params = {
        "viz_type": "echarts_timeseries_line",
        "x_axis": "month",
        "time_grain_sqla": "P1M",
        "metrics": [value],
        "groupby": [],
        "adhoc_filters": [_is("kpi_id", trend.kpi), _is("variant", trend.variant)],
        "row_limit": 1000,
        "show_legend": False,
        "markerEnabled": True,
        "x_axis_time_format": "%Y-%m",
        "y_axis_format": ",.1f",
        "truncateYAxis": False,
        "rich_tooltip": True,
    }
    return _chart(trend.title, "monthly_figures", params)


def _profiles() -> Asset:
    params = {
        "viz_type": "pie",
        "groupby": ["profile"],
        "metric": "figure",
        "adhoc_filters": [_is("customer_type", "customer")],
        "row_limit": 20,
        "donut": True,
        "show_legend": True,
        "label_type": "key_value",
        "number_format": "SMART_NUMBER",
        "color_scheme": "supersetColors",
    }
    return _chart(PROFILES, "customer_360", params)


def _is(column: str, value: str) -> Asset:
    return {"clause": "WHERE", "expressionType": "SIMPLE", "subject": column, "operator": "==", "comparator": value}


def _chart(title: str, dataset: str, params: Asset) -> Asset:
    told = {"slice_name": title, "viz_type": params["viz_type"], "params": params}
    return {**told, "dataset_uuid": _identity(dataset)["uuid"], **_identity(title)}


def _dashboard(charts: list[tuple[str, str]]) -> Asset:
    """Two charts to a row of twelve columns, the last row as they come."""
    rows = [charts[start : start + 2] for start in range(0, len(charts), 2)]
    position: Asset = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [f"ROW-{n}" for n in range(len(rows))], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Customer experience"}},
    }
    for n, row in enumerate(rows):
        ids = [f"CHART-{chart}" for chart, _ in row]
        parents = ["ROOT_ID", "GRID_ID"]
        position[f"ROW-{n}"] = {
            "type": "ROW",
            "id": f"ROW-{n}",
            "children": ids,
            "parents": parents,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for name, (chart, title) in zip(ids, row, strict=True):
            meta = {"uuid": chart, "chartId": 0, "sliceName": title, "width": 12 // len(row), "height": 50}
            position[name] = {"type": "CHART", "id": name, "children": [], "parents": [*parents, f"ROW-{n}"], "meta": meta}
    told = {"dashboard_title": "Customer experience", "slug": DASHBOARD, "published": True, "position": position, "metadata": {}}
    return {**told, **_identity("dashboard")}


def _identity(name: str) -> Asset:
    return {"uuid": str(uuid.uuid5(_MAKER, name)), "version": _VERSION}


def _setting(name: str, what: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"no value for {name}", f"Give {what}.")
    return value


def _called(session: requests.Session, method: str, url: str, **given: Any) -> Asset:
    try:
        answer = session.request(method, url, timeout=_SECONDS, **given)
    except requests.RequestException as error:
        raise CxError(f"Superset does not answer: {type(error).__name__}", f"Is it running at {URL}?") from error
    if not answer.ok:
        raise CxError(f"Superset answered {answer.status_code} to {url}: {answer.text[:300]}", "Its own log says more.")
    told: Asset = answer.json()
    return told
