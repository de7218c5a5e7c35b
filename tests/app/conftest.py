"""The app without a browser: its real script on a publication in the shape of the contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
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
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No answer of one test's file is kept for the next one's, and the role is the default."""
    monkeypatch.delenv("CX_APP_ROLE", raising=False)
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def look(paths: Paths, monkeypatch: pytest.MonkeyPatch, page: str = "scorecard") -> AppTest:
    """The page as a visitor finds it. Whatever is not said on the page is an exception here."""
    monkeypatch.setenv("CX_DATA_DIR", str(paths.root))
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    if page != "scorecard":
        app.switch_page(f"screens/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def words(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = (app.header, app.subheader, app.caption, app.markdown, app.text, app.info, app.warning, app.error, app.success)
    written = [str(told.value) for kind in kinds for told in kind]
    return "\n".join([*written, *(f"{one.label} {one.value} {one.delta}" for one in app.metric)])
