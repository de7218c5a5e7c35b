"""A registered test vendor, a fresh data directory, and fast retries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingest import registry
from ingest.core.load import IngestReport, ingest
from ingest.core.paths import Paths
from ingest.core.spec import (
    Bearer,
    Cursor,
    ErrorRule,
    Listing,
    Resource,
    Setting,
    Source,
    Verdict,
    flag,
    instant,
    integer,
    nested,
    text,
)
from tests.ingest.vendor import Vendor, app
from tests.loopback import serving

after = partial(JSONResponseCursorPaginator, cursor_path="paging.next.after", cursor_param="after")

ACME = Source(
    name="acme",
    title="Acme",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(Setting("base_url", "address"), Setting("token", "Acme: profile > tokens", secret=True)),
    errors=(ErrorRule(429, Verdict.QUOTA, "daily"),),
    resources=(
        Resource(
            name="people",
            key=("id",),
            columns=(
                text("id"),
                text("email", "properties.email", personal=True),
                integer("age"),
                flag("active"),
                nested("tags"),
                instant("updated_at", "updated"),
            ),
            full=Listing("/people", "results", after),
            changes=Listing("/people", "results", after, params={"since": "{since}"}),
            cursor=Cursor("updated_at", lag=timedelta(minutes=5)),
        ),
    ),
)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with registered(monkeypatch) as running:
        yield running


@contextmanager
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """The vendor with 250 people, registered and configured."""
    monkeypatch.setitem(registry.SOURCES, "acme", ACME)
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "2")
    running = Vendor(records=[person(n) for n in range(250)])
    with serving(app(running)) as running.url:
        monkeypatch.setenv("SOURCES__ACME__BASE_URL", running.url)
        monkeypatch.setenv("SOURCES__ACME__TOKEN", "test-token")
        yield running


def person(number: int, updated: str = "2026-06-30T10:00:00.000Z") -> dict[str, object]:
    return {
        "id": str(number),
        "properties": {"email": f"p{number}@example.com"},
        "age": 20 + number % 50,
        "active": True,
        "tags": ["a"],
        "updated": updated,
    }


class Warehouse:
    """A data directory with the runs a test makes in it."""

    def __init__(self, root: Path) -> None:
        self.paths = Paths(root)

    def run(self) -> IngestReport:
        return ingest(["acme"], paths=self.paths)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first run of the vendor leaves in a data directory, made once."""
    root = tmp_path_factory.mktemp("first_run")
    with pytest.MonkeyPatch.context() as patch, registered(patch):
        assert Warehouse(root).run().failures == {}
    return root


@pytest.fixture
def begun(vendor: Vendor, warehouse: Warehouse, first_run: Path) -> Warehouse:
    """A data directory of this test's own in which the vendor's 250 people have landed."""
    shutil.copytree(first_run, warehouse.paths.root, dirs_exist_ok=True)
    return warehouse
