"""Runs a connector against the served chat vendors into a fresh warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.errors import IngestError
from ingest.core.extract import OnPage
from ingest.core.load import ResourceRun, configure_dlt, ingest_source
from ingest.core.paths import Paths
from ingest.core.spec import Resource, Source
from tests.sandbox.chat_company import Served


@dataclass
class Runs:
    """One data directory and the runs made in it."""

    paths: Paths
    served: Served
    errors: list[IngestError]

    @classmethod
    def into(cls, root: Path, served: Served, patch: pytest.MonkeyPatch) -> Runs:
        configure_dlt()
        patch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
        for name, value in served.environment().items():
            patch.setenv(name, value)
        served.reset()
        return cls(Paths(root), served, [])

    def run(self, source: Source, on_page: OnPage | None = None) -> dict[str, ResourceRun]:
        """One run; its books per resource, which must balance."""
        runs, self.errors = ingest_source(source, self.paths, on_page)
        assert all(run.extracted == run.landed + run.duplicates + run.quarantined for run in runs)
        return {run.resource: run for run in runs}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


def only(source: Source, name: str, **changes: Any) -> Source:
    """The source with one resource alone, changed."""
    resource: Resource = replace(source.resource(name), **changes)
    return replace(source, resources=(resource,))
