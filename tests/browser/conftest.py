"""One planted publication, one server and one browser for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.core.paths import Paths
from tests.app.planted import publish_planted
from tests.browser.visitor import CHROMIUM, DRIVER, Visitor, chromium, serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not (CHROMIUM and DRIVER):
                item.add_marker(pytest.mark.skip(reason="no chromium and chromedriver are installed"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`cx app` on a planted publication: its address."""
    paths = Paths(tmp_path_factory.mktemp("browsed"))
    publish_planted(paths)
    with serving(paths) as address:
        yield address


@pytest.fixture(scope="session")
def visitor(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield Visitor(browser, server)


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: CX_SCREENSHOTS, or beside the other leavings of the tests."""
    folder = Path(os.environ.get("CX_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
