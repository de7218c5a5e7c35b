"""Serves payloads that others recorded from the real vendors, in each vendor's envelope, so that connectors meet them over HTTP.

The files are not part of this project: `CX_RECORDED_PAYLOADS` names their folder (default: `shared/fixtures` beside the
checkout). Where it is missing, the tests that need it are skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.registry import SOURCES
from tests.loopback import serving

FOLDER = Path(os.environ.get("CX_RECORDED_PAYLOADS") or Path(__file__).resolve().parents[3] / "shared" / "fixtures")
_DATE = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}


def recorded(path: str) -> Any:
    """One recorded JSON file."""
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def _hubspot(path: str, request: Request) -> Any:
    if "associations" in path or request.query_params.get("archived") == "true" or "search" in path:
        return {"results": []}
    return recorded(f"hubspot/dlt_mock/mock_{path.rsplit('/', 1)[-1]}_data.json")


_BUSINESS_CENTRAL = {
    "companies": "company",
    "customers": "customer",
    "items": "item",
    "salesOrders": "salesorder",
    "salesInvoices": "salesinvoice",
    "salesCreditMemos": "salescreditmemo",
    "customerPayments": "customerpayment",
}


def _business_central(path: str, request: Request) -> Any:
    if path.endswith("token"):
        return {"access_token": "recorded", "expires_in": 3600}
    return {"value": [recorded(f"erp_business_central/docs/dynamics_{_BUSINESS_CENTRAL[path.rsplit('/', 1)[-1]]}_get.json")]}


def stripe_events() -> list[dict[str, Any]]:
    """All recorded events, newest first as Stripe lists them."""
    files = sorted((FOLDER / "stripe/events_ruby_mock").glob("*.json"))
    events = [{**json.loads(file.read_text(encoding="utf-8")), "id": f"evt_{at}"} for at, file in enumerate(files)]
    return [event for event in events if event.get("type") and isinstance(event.get("data"), dict)]


def _stripe(path: str, request: Request) -> Any:
    name = path.rsplit("/", 1)[-1]
    if name == "events":
        wanted = set(request.query_params.getlist("types[]"))
        rows = [event for event in stripe_events() if not wanted or event["type"] in wanted]
    else:
        rows = [recorded("stripe/openapi_fixtures3.json")["resources"][name.removesuffix("s")]]
    return {"object": "list", "data": rows, "has_more": False}


def _surveymonkey(path: str, request: Request) -> Any:
    docs = "surveymonkey/official_docs"
    if path.endswith("details"):
        return {**recorded(f"{docs}/surveys_02_surveys_id.json"), "pages": []}
    if path.endswith("bulk"):
        return recorded(f"{docs}/responses_02_collectors_id_responses_bulk.json")
    return {"data": [recorded(f"{docs}/surveys_01_surveys.json")], "links": {}}


def _zendesk_support(path: str, request: Request) -> Any:
    name = "users" if "users" in path else "tickets" if "tickets" in path else "satisfaction_ratings"
    if name == "satisfaction_ratings":
        return {name: [], "meta": {"has_more": False}, "links": {}}
    return {name: recorded(f"zendesk_support/go_zendesk/{name}.json")[name], "after_cursor": "MTU3", "end_of_stream": True}


def _brandwatch(path: str, request: Request) -> Any:
    examples = "brandwatch/openapi_examples"
    if path.endswith("mentions"):
        page = dict(recorded(f"{examples}/get_projects_projectId_data_mentions.json")["200"]["Result"])
        page.pop("nextCursor")
        return page
    file = "get_projects_summary" if path.endswith("projects/summary") else "get_projects_projectId_queries_summary"
    return recorded(f"{examples}/{file}.json")["200"]["Result"]


_VENDORS: dict[str, Callable[[str, Request], Any]] = {
    "hubspot": _hubspot,
    "business_central": _business_central,
    "stripe": _stripe,
    "surveymonkey": _surveymonkey,
    "zendesk_support": _zendesk_support,
    "brandwatch": _brandwatch,
}
_ELSEWHERE = ("fhir", "intercom", "qualtrics", "salesforce", "sprout_social", "zendesk_chat")
RECORDED = (*_VENDORS, *_ELSEWHERE)  # the sources somebody recorded payloads of


def _answers_of(source: str) -> Callable[[str, Request], Any]:
    return _VENDORS[source] if source in _VENDORS else cast("Callable[[str, Request], Any]", _module(source).answer)


def _module(source: str) -> ModuleType:
    return import_module(f"tests.replay.{source}")


async def _answer(request: Request) -> Response:
    if request.method == "HEAD":
        return Response(headers=_DATE)
    vendor, _, path = request.path_params["path"].partition("/")
    told = _answers_of(vendor)(path, request)
    if isinstance(told, Response):
        told.headers["Date"] = _DATE["Date"]
        return told
    return JSONResponse(told, headers=_DATE)


@contextmanager
def replaying() -> Iterator[dict[str, str]]:
    """Serves the recorded payloads on loopback; gives the environment that points every connector at them."""
    app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "HEAD", "POST"])])
    with serving(app) as address:
        yield _environment(address)


def _environment(address: str) -> dict[str, str]:
    """Every required setting, with addresses that lead here."""
    environment: dict[str, str] = {}
    for name in RECORDED:
        own = {} if name in _VENDORS else getattr(_module(name), "SETTINGS", {})
        settings = {setting.name: "recorded" for setting in SOURCES[name].settings if setting.default is None}
        settings |= {"base_url": f"{address}/{name}"} | {key: value.format(address=address) for key, value in own.items()}
        environment |= {f"SOURCES__{name.upper()}__{key.upper()}": value for key, value in settings.items()}
    return environment | {"SOURCES__BUSINESS_CENTRAL__TOKEN_URL": f"{address}/business_central/token"}
