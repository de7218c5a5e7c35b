"""Feeds a source's resources without its vendor, through the engine itself, and holds the books against what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.specs import RuntimeConfiguration

from ingest.core.extract import SourceRun
from ingest.core.landed_types import landed_schema
from ingest.core.spec import Resource, Source

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


@dataclass
class Fate:
    """What became of an input's rows. `told`: errors that ended the reading; rows = landed + duplicates + quarantined."""

    rows: int = 0
    landed: int = 0
    duplicates: int = 0
    quarantined: int = 0
    told: int = 0

    def __add__(self, other: Fate) -> Fate:
        return Fate(
            *(getattr(self, name) + getattr(other, name) for name in ("rows", "landed", "duplicates", "quarantined", "told"))
        )


class Fed(SourceRun):
    """A run whose pages are given instead of read, each under one made-up parent; its clock stands."""

    pages: list[list[Any]]
    observed_at = NOW  # type: ignore[assignment]

    def _parents(self, resource: Resource) -> Iterator[tuple[Mapping[str, Any], str]]:
        yield {} if resource.parent is None else {name: "1" for name in ("id", *self._parent_columns)}, ""

    def _parent_is_there(self, resource: Resource) -> bool:
        return True

    def _pages(self, resource: Resource, listing: Any, parent: Any, since: str = "", answers: Any = None) -> Iterator[Any]:
        if answers is not None:
            answers["position"] = "here"
        given, self.pages = self.pages, []  # the first listing has them all
        yield from given


@cache
def _configuration() -> RuntimeConfiguration:
    told = resolve_configuration(RuntimeConfiguration())
    told.request_max_attempts, told.request_backoff_factor = 1, 0.0
    return told


@contextmanager
def quick() -> Iterator[None]:
    """dlt's own settings resolved once instead of for every run."""
    told = _configuration()
    with (
        patch("ingest.core.http.resolve_configuration", lambda wanted: told),
        patch("dlt.sources.helpers.rest_client.client.resolve_configuration", lambda wanted: told),
    ):
        yield


def run_of(source: Source, place: Path, kind: type[SourceRun] = SourceRun, **settings: str) -> Any:
    """A run over a source with every setting filled."""
    filled = {s.name: s.default if s.default is not None else "https://x.example" for s in source.settings} | settings
    return kind(source, filled, "run", place / "quarantine")


def fate_of(run: SourceRun, resource: Resource, rows: int | None = None, never: str = "") -> Fate:
    """Reads a resource to its end. AssertionError where the books do not balance, a table is not as declared, or holds `never`."""
    batches = list(run.batches(resource, {}))
    tally, quarantine = run.tallies[resource.name], run.quarantine()
    landed = sum(batch.num_rows for batch in batches)
    for batch in batches:
        assert batch.schema.equals(landed_schema(resource.columns)), "not the declared columns"
        batch.validate(full=True)
        rows_of_it = _readable(batch)
        assert not never or never not in str(rows_of_it), "what nobody may read was landed"
    assert run.ledger().num_rows == len(run.tallies)
    assert tally.extracted == tally.distinct_keys + tally.duplicates + tally.quarantined, "the books do not balance"
    assert quarantine.num_rows == tally.quarantined, "the quarantine holds others than were counted"
    assert tally.distinct_keys <= landed <= tally.extracted - tally.quarantined, "rows got lost behind the books"
    assert rows is None or tally.extracted == rows, f"{rows} rows came, {tally.extracted} are in the books"
    return Fate(tally.extracted, tally.distinct_keys, tally.duplicates, tally.quarantined, len(run.errors))


def _readable(batch: pa.Table) -> list[dict[str, Any]]:
    """The rows as whoever reads a warehouse with Python meets them: every value is one Python has."""
    return batch.to_pylist()
