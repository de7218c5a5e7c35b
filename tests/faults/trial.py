"""One source under one fault: an extraction disturbed, another one undisturbed, and what both brought laid side by side."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.core.errors import IngestError
from ingest.core.extract import ENGINE_COLUMNS
from ingest.core.spec import Resource, Source
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.faults.readings import READINGS, Reading, lifted
from tests.ingest.extraction import Came, Extraction

LATER = START + timedelta(days=20)
Key = tuple[Any, ...]
Rows = dict[str, dict[Key, dict[str, Any]]]
COUNTED = {
    *("fail_next", "stall", "html_200", "truncated_body", "malformed_json", "reset", "expired_token", "scroll_busy"),
    *("lost_locator", "overlap", "duplicate_rows", "empty_page_continues"),
}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@dataclass
class Undisturbed:
    """What a source holds at an instant, how many calls it took to read, and what a next run would continue from."""

    rows: Rows
    calls: int
    states: dict[str, dict[str, Any]]


@dataclass
class Trial:
    """A source of the running sandbox with its switches off, and the rows its runs have brought so far."""

    sandbox: Sandbox
    name: str
    folder: Path
    settings: dict[str, str]
    known: dict[tuple[str, datetime], Undisturbed]
    merged: Rows = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.source: Source = lifted(self.name)
        self.reading: Reading = READINGS[self.name]
        self.extraction = Extraction(self.source, {**self.settings, **self.reading.settings}, self.folder)
        self.off()
        self.move(START)
        self.expected = self._undisturbed(START)  # what an undisturbed extraction gives, made once per source

    def on(self, **switches: Any) -> None:
        self.sandbox.switch(self.name, **switches)

    def off(self) -> None:
        """All switches back, pages short, and no limit to calls."""
        self.on(clear=True, rate_limit=0, page_rows=self.reading.rows)

    def move(self, to: datetime) -> None:
        """Moves the vendors' clock; of the feeds only this source follows."""
        self.sandbox.advance(to, feeds=[self.name])

    def later(self) -> Undisturbed:
        """What an undisturbed extraction gives at `LATER`, where the clock is moved to."""
        self.move(LATER)
        return self._undisturbed(LATER)

    def _undisturbed(self, at: datetime) -> Undisturbed:
        if (self.name, at) not in self.known:
            before, extraction = self.sandbox.calls()[self.name], Extraction(self.source, self.extraction.settings, self.folder)
            came = extraction.run()
            assert came.errors == [], [str(error) for error in came.errors]
            rows: Rows = {}
            self._merge(rows, came)
            self.known[self.name, at] = Undisturbed(rows, self.sandbox.calls()[self.name] - before, extraction.states)
        return self.known[self.name, at]

    def continue_from(self, undisturbed: Undisturbed) -> None:
        """As if an undisturbed run had gone before."""
        self.merged, self.extraction.states = copy.deepcopy(undisturbed.rows), copy.deepcopy(undisturbed.states)

    def run(self, *, fails: bool = False) -> Came:
        """One extraction, its books balanced (the harness sees to that), its rows merged, its errors of use to a person."""
        came = self.extraction.run()
        for error in came.errors:
            self._is_of_use(error)
        assert bool(came.errors) == fails, [str(error) for error in came.errors]
        self._merge(self.merged, came)
        return came

    def through(self, *, fails: bool = False, after: int = 1, **switches: Any) -> Came:
        """A run with switches on behind `after` calls, and one without them; then everything is there, once."""
        self.on(after=after, **switches)
        first = self.run(fails=fails)
        left = self.sandbox.switch(self.name)
        untouched = {name for name in COUNTED & switches.keys() if left[name] == switches[name]}
        assert not untouched, f"the fault never came: {untouched}"
        self.off()
        self.recover()
        return first

    def recover(self) -> None:
        """A run without the fault, after which everything is there, once."""
        self.run()
        self.compare(self.expected.rows)

    def compare(self, rows: Rows) -> None:
        """Says which rows differ by resource and key; values stay unsaid."""
        for name, wanted in rows.items():
            found = self.merged.get(name, {})
            assert found.keys() == wanted.keys(), (
                f"{name}: lost {sorted(wanted.keys() - found.keys())}, too many {sorted(found.keys() - wanted.keys())}"
            )
            differing = {key: {c for c in row if row[c] != found[key].get(c)} for key, row in wanted.items() if row != found[key]}
            assert not differing, f"{name}: {differing}"

    @property
    def aim(self) -> Resource:
        return self.source.resource(self.reading.aimed)

    @property
    def served(self) -> str:
        """The resource aimed at, as its server calls it."""
        return self.reading.served or self.aim.name

    def merge(self, came: Came) -> None:
        self._merge(self.merged, came)

    def _merge(self, rows: Rows, came: Came) -> None:
        for resource in self.source.resources:
            kept = rows.setdefault(resource.name, {})
            for row in came.rows[resource.name]:
                kept[tuple(row[name] for name in resource.key)] = {c: v for c, v in row.items() if c not in ENGINE_COLUMNS}
            name = f"{resource.name}_keys"
            if name in came.rows and came.books[name].is_complete:
                rows[name] = {tuple(row[part] for part in resource.key): {} for row in came.rows[name]}

    def _is_of_use(self, error: IngestError) -> None:
        told = f"{error} {error.remedy}"
        assert str(error).startswith(f"{self.name}: "), told
        assert error.remedy, told
        assert "\n" not in told and not _EMAIL.search(told), "more than one line, or an e-mail"
        secrets = [self.extraction.settings.get(s.name, "") for s in self.source.settings if s.secret]
        assert not any(secret and secret in told for secret in secrets), "a secret is shown"
