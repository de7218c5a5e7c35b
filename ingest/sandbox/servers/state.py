"""What a sandbox directory remembers between starts: the settings its company was built with, and the clock."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

START = datetime(2026, 7, 1, 6, tzinfo=UTC)  # the clock of a new sandbox
FILE = "sandbox.json"
COMPANY = "company.duckdb"
BUILT_WITH = "company.json"  # written beside the company by `ingest.sandbox.company`


@dataclass(frozen=True, slots=True)
class State:
    """Settings and clock of a directory; written whole or not at all."""

    customers: int
    seed: int
    clock: datetime = START
    sources: tuple[str, ...] = ()  # which of the registered ones are planted and served; none named means all

    @classmethod
    def read(cls, directory: Path) -> State:
        """The state of a directory; FileNotFoundError where there is none."""
        told = json.loads((directory / FILE).read_text())
        clock = datetime.fromisoformat(told["clock"])
        return cls(int(told["customers"]), int(told["seed"]), clock, tuple(told.get("sources", ())))

    def at(self, clock: datetime) -> State:
        return replace(self, clock=clock.astimezone(UTC))

    def write(self, directory: Path) -> None:
        part = directory / f".{FILE}.{os.getpid()}"
        part.write_text(json.dumps({**asdict(self), "clock": self.clock.isoformat()}))
        part.replace(directory / FILE)
