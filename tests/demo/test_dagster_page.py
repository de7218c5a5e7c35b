"""Dagster's page as a data engineer finds it: the graph opens, an asset tells what it is, a run started from it ends well."""

from __future__ import annotations

import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.visitor import CHROMIUM, DRIVER, Visitor, chromium, free_port, started
from tests.demo.conftest import Demo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium and chromedriver are installed"),
]
ASSET = "reference/survivorship"  # a seed: dbt makes it within a second
_LAYERS = ("stripe", "staging", "identity", "customer_360", "marts", "published")
_TEXT = "return document.body.innerText"
_BUTTON = "//button[contains(., 'Materialize')]"
_RUNS = "{ runsOrError(limit: 1) { ... on Runs { results { status jobName stepStats { status } } } } }"
_ROWS = """{ assetNodeOrError(assetKey: {path: ["reference", "survivorship"]}) { ... on AssetNode {
    assetMaterializations(limit: 1) { metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }"""


@pytest.fixture(scope="module")
def visitor(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A browser before `cx ui` over a copy of the demo's data."""
    copied = Demo(tmp_path_factory.mktemp("dagster") / "data", demo.customers)
    shutil.copytree(demo.root, copied.root)
    port, profile = free_port(), tmp_path_factory.mktemp("chromium")
    address = f"http://127.0.0.1:{port}"
    told = ("ui", "--port", str(port))
    with started(told, copied.paths, f"{address}/server_info", copied.root / "ui.log", 240), chromium(profile) as browser:
        yield Visitor(browser, address)


def test_a_run_is_started_from_the_page_and_ends_well(visitor: Visitor, tmp_path: Path) -> None:
    browser = visitor.browser
    browser.set_window_size(1400, 900)
    browser.get(f"{visitor.address}/asset-groups")
    _until(visitor, *_LAYERS)
    browser.get(f"{visitor.address}/assets/{ASSET}")
    _until(visitor, "One row per source", "name_priority", "customer-data", "dim_customers")
    browser.get(f"{visitor.address}/assets/customer_360/dim_customers")
    _until(visitor, "One row per customer", "Made of identity.int_identity__records.email")
    browser.get(f"{visitor.address}/assets/{ASSET}")
    _until(visitor, "One row per source")
    WebDriverWait(browser, 30).until(lambda page: page.find_element(By.XPATH, _BUTTON).is_enabled())
    browser.find_element(By.XPATH, _BUTTON).click()
    assert _ended(visitor) == "SUCCESS"
    browser.get(f"{visitor.address}/runs")
    _until(visitor, "Success")
    browser.save_screenshot(str(tmp_path / "runs.png"))
    (newest,) = _asked(visitor, _ROWS)["assetNodeOrError"]["assetMaterializations"]
    assert {entry["label"]: entry.get("intValue") for entry in newest["metadataEntries"]}["dagster/row_count"] > 5
    assert visitor.hosts() == {"127.0.0.1"}


def _until(visitor: Visitor, *expected: str) -> None:
    """Waits for words on the page."""

    def missing() -> list[str]:
        text = str(visitor.browser.execute_script(_TEXT)).lower()
        return [word for word in expected if word.lower() not in text]

    until = time.monotonic() + 60
    while missing():
        assert time.monotonic() < until, missing()
        time.sleep(0.5)  # each look lays a page of hundreds of tables out anew


def _ended(visitor: Visitor) -> str:
    """How the newest run ended, once it has."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = _asked(visitor, _RUNS)["runsOrError"]["results"]
        if found and found[0]["jobName"].startswith("__") and found[0]["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
            return str(found[0]["status"])
        time.sleep(0.5)
    raise AssertionError(f"no run has ended: {found}")


def _asked(visitor: Visitor, query: str) -> dict[str, Any]:
    """What the page's own server answers."""
    asked = urllib.request.Request(
        f"{visitor.address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)["data"]
    return told
