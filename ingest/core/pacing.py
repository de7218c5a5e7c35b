"""Keeps a source within its vendor's allowances, in one run and over all runs within an allowance's window.

Every call is noted in a file before it is sent, so that a run which was killed counts too. Belongs here: budgets and that
file. What a vendor itself says about its allowances is read where its answers are.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.core.errors import QuotaUsedUp
from ingest.core.spec import Budget, Source

_NOTED_FROM = 30.0  # seconds; shorter windows are over before another run could begin


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a budget is used at the moment."""

    budget: Budget
    used: int


class Pacer:
    """Lets calls through as the source's budgets allow: waits for a window to free, or reports the allowance as used up."""

    def __init__(self, source: Source, notes: Path | None = None) -> None:
        self.source = source
        self._budgets = [(budget, deque[float]()) for budget in source.budgets]
        self._notes = notes if any(budget.per.total_seconds() >= _NOTED_FROM for budget in source.budgets) else None
        if self._notes:
            self._remember(self._notes)

    def take(self, address: str) -> None:
        """Counts a call to `address`, after the wait it needs. Raises QuotaUsedUp, without counting, when that is too long."""
        asked = [(budget, sent) for budget, sent in self._budgets if budget.path in address]
        while wait := max((self._wait(budget, sent) for budget, sent in asked), default=0.0):
            time.sleep(wait)
        now = time.time()
        for _, sent in asked:
            sent.append(now)
        if self._notes and asked:
            with self._notes.open("a", encoding="utf-8") as file:
                file.write(f"{now:.3f} {address.partition('?')[0]}\n")

    def _wait(self, budget: Budget, sent: deque[float]) -> float:
        """Seconds until this budget lets one more call through."""
        window, now = budget.per.total_seconds(), time.time()
        while sent and now - sent[0] >= window:
            sent.popleft()
        if len(sent) < budget.calls:
            return 0.0
        wait = max(window - (now - sent[0]), 0.001)
        if wait > budget.patience.total_seconds():
            raise QuotaUsedUp(
                f"{self.source.name}: {budget.calls} calls per {budget.per} are used up",
                f"The next run may start in {wait:.0f} seconds and resumes where this one stopped.",
            )
        return wait

    def _remember(self, notes: Path) -> None:
        """Counts what earlier runs sent, and writes the notes anew without what is over."""
        notes.parent.mkdir(parents=True, exist_ok=True)
        longest = max(budget.per.total_seconds() for budget in self.source.budgets)
        now = time.time()
        # a call that is yet to come was noted before the clock was put back: it counts from now on, and not for a year
        kept = [(min(at, now), address) for at, address in _noted(notes) if now - at < longest]
        part = notes.with_name(f".{notes.name}")
        part.write_text("".join(f"{at:.3f} {address}\n" for at, address in kept), encoding="utf-8")
        part.replace(notes)
        for budget, sent in self._budgets:
            sent.extend(at for at, address in kept if budget.path in address)


def used(source: Source, notes: Path) -> list[Use]:
    """How much of each budget the calls noted so far have used."""
    now, noted = time.time(), list(_noted(notes))
    return [
        Use(budget, sum(now - at < budget.per.total_seconds() and budget.path in address for at, address in noted))
        for budget in source.budgets
    ]


def _noted(notes: Path) -> Iterator[tuple[float, str]]:
    """Instant and address of every noted call; a line that a killed run left unfinished is passed over."""
    if not notes.exists():
        return
    for line in notes.read_text(encoding="utf-8").splitlines():
        at, _, address = line.partition(" ")
        try:
            yield float(at), address
        except ValueError:
            continue
