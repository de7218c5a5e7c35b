"""What a gate says about one table, and where its Data Docs lie. How long a gate has been closed is Dagster's to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.core.paths import Paths

Gate = Literal["landed", "published"]
Severity = Literal["error", "warn"]


@dataclass(frozen=True, slots=True)
class GateResult:
    """One table at one gate.

    passed: every expectation was met. severity: the worst of those that were not ('error' where all were met).
    failures: sentences naming expectation, column, observed value, keys of rows and what to do; never personal values.
    """

    gate: Gate
    table: str
    passed: bool
    severity: Severity
    evaluated: int
    failed: int
    failures: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True when nothing may be published because of this table."""
        return not self.passed and self.severity == "error"


def site_folder(paths: Paths, gate: Gate) -> Path:
    """The gate's Data Docs; `index.html` is the page to open."""
    return paths.docs / "quality" / gate
