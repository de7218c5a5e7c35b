"""Where files live: everything under one data directory, `CX_DATA_DIR` or `data/` in the checkout."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Paths:
    """The layout below the data directory. Nothing is created until a writer needs it."""

    root: Path

    @classmethod
    def from_environment(cls) -> Paths:
        return cls(Path(os.environ.get("CX_DATA_DIR") or _CHECKOUT / "data").resolve())

    @property
    def warehouse(self) -> Path:
        """The one file that is written, by one process at a time; readers never open it."""
        return self.root / "warehouse" / "cx.duckdb"

    @property
    def lock(self) -> Path:
        return self.root / "warehouse" / ".writer.lock"

    @property
    def published(self) -> Path:
        """The complete read-only file that readers open; replaced whole by atomic rename."""
        return self.root / "published" / "cx.duckdb"

    @property
    def pseudonymised(self) -> Path:
        """The same publication for those who need no names: keyed hashes instead, and no free text."""
        return self.root / "published" / "cx_pseudonymised.duckdb"

    @property
    def pseudonym_key(self) -> Path:
        """The key of those hashes, unless the environment gives one; whoever has it can tell who is who."""
        return self.root / "pseudonym.key"

    @property
    def lookup(self) -> Path:
        """The look-up API's copy of the publication, which it makes for itself."""
        return self.root / "lookup"

    @property
    def staging_file(self) -> Path:
        """The next publication while it is being built."""
        return self.root / "published" / ".next.duckdb"

    @property
    def quarantine(self) -> Path:
        """Answers that could not be decoded at all, as they came; undecodable rows stand in each schema's `quarantine` table."""
        return self.root / "quarantine"

    def calls(self, source: str) -> Path:
        """Which calls a source has sent lately, for the vendors whose allowances outlast a run."""
        return self.root / "calls" / source

    @property
    def suppression(self) -> Path:
        """Hashes of who was erased and must not come back, and their salt: never in version control."""
        return self.root / "suppression"

    @property
    def erasures(self) -> Path:
        """A receipt per erasure, without personal data."""
        return self.root / "erasures"

    @property
    def backups(self) -> Path:
        """Copies of what cannot be built again, one folder each."""
        return self.root / "backups"

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    @property
    def dlt(self) -> Path:
        return self.root / ".dlt"

    @property
    def dagster(self) -> Path:
        return self.root / ".dagster"

    @property
    def sandbox(self) -> Path:
        return self.root / "sandbox"
