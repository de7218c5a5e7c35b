"""Extracts a source again and again as the engine does, without loading it: what came, what was set aside, what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.core.accounts import Tally
from ingest.core.errors import IngestError
from ingest.core.extract import SourceRun
from ingest.core.spec import Source


@dataclass
class Came:
    """One run's rows per resource, its quarantine as (record, reason), its books and errors."""

    rows: dict[str, list[dict[str, Any]]]
    refused: list[tuple[str, str]]
    books: dict[str, Tally]
    errors: list[IngestError]

    def only(self) -> dict[str, Any]:
        """The one row of a run that brought one."""
        [row] = [row for rows in self.rows.values() for row in rows]
        return row


@dataclass
class Extraction:
    """A source with its settings; what one `run` keeps the next one continues from."""

    source: Source
    settings: Mapping[str, str]
    folder: Path
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: Path | None = None

    def run(self, **settings: str) -> Came:
        defaults = {s.name: s.default or "" for s in self.source.settings}
        run = SourceRun(
            self.source, {**defaults, **self.settings, **settings}, "run", self.folder / "quarantine", notes=self.notes
        )
        rows: dict[str, list[dict[str, Any]]] = {}
        for resource in self.source.resources:
            tables: list[pa.Table] = list(run.batches(resource, self.states.setdefault(resource.name, {})))
            rows[resource.name] = [row for table in tables for row in table.to_pylist()]
            if resource.keys is not None:
                name = f"{resource.name}_keys"
                keys = run.keys(resource, self.states.setdefault(name, {}))
                rows[name] = [row for table in keys for row in table.to_pylist()]
        for tally in run.tallies.values():
            assert tally.extracted == tally.distinct_keys + tally.duplicates + tally.quarantined
        refused = [(row["record"], row["reason"]) for row in run.quarantine().to_pylist()]
        return Came(rows, refused, run.tallies, run.errors)
