"""The app without a browser: its real script on a publication in the shape of the contracts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.main import PAGES
from ingest.core.paths import Paths
from tests.app.planted import publish_empty, publish_planted

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"
NAMES = [name for name, _, _ in PAGES]


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A publication the tests only look at."""
    paths = Paths(tmp_path_factory.mktemp("planted"))
    publish_planted(paths)
    return paths


@pytest.fixture(scope="session")
def first_morning(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A publication in which every table is empty."""
    paths = Paths(tmp_path_factory.mktemp("empty"))
    publish_empty(paths)
    return paths


@pytest.fixture(autouse=True)
def _full_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CX_APP_ROLE", raising=False)


@cache
def _visitor() -> AppTest:
    """One visitor for all tests: Streamlit looks through every installed package when one arrives."""
    return AppTest.from_file(str(MAIN), default_timeout=60).run()


def look(paths: Paths, monkeypatch: pytest.MonkeyPatch, page: str = "scorecard") -> AppTest:
    """The page as a visitor finds it who has touched nothing. Whatever is not said on the page is an exception here."""
    monkeypatch.setenv("CX_DATA_DIR", str(paths.root))
    app = _visitor()
    app.query_params.clear()
    for name in ("scorecard" if page == "customers" else "customers", page):  # what was touched on a page is forgotten on another
        app.switch_page(f"screens/{name}.py").run()
    if page == "customers" and app.text_input and app.text_input(key="q").value:
        app.text_input(key="q").input("").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def words(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = (app.header, app.subheader, app.caption, app.markdown, app.text, app.info, app.warning, app.error, app.success)
    written = [str(told.value) for kind in kinds for told in kind]
    return "\n".join([*written, *(f"{one.label} {one.value} {one.delta}" for one in app.metric)])
