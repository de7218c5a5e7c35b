"""Kills: a saved state, a phase killed at a random moment, the ordinary next run, and what an undisturbed run leaves beside it."""

from __future__ import annotations

import filecmp
import json
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass

from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import PUBLISHED, READ, SMALL, Company
from tests.faults.crashes.contents import Contents
from tests.faults.crashes.killing import Ending, Moment, run
from tests.faults.crashes.phases import Kind, job
from tests.faults.crashes.watching import watch

SEED = 20260701
TRIES = 12  # a moment may lie behind the end of a run that is faster than the measured one
ALL_THE_WAY = {"load": 11, "identity": 5, "publish": 5}
"""The points from which the next run goes on to the publication."""


@dataclass(frozen=True, slots=True)
class Result:
    """One point of the matrix. `wrong`: what was not as in an undisturbed run, empty when it recovered."""

    kind: str
    number: int
    seconds: float
    event: int
    to_publication: bool
    wrong: list[str]


@dataclass
class Undisturbed:
    """What an undisturbed phase of one variant leaves, and how long it is."""

    found: Contents
    length: Ending


class Matrix:
    """The points of all phases over one company; results are kept in a file, so that a later call goes on where this one ends."""

    def __init__(self, company: Company, seed: int = SEED) -> None:
        self.company, self.seed = company, seed
        self.file = company.root / "results.jsonl"
        self._undisturbed: dict[str, Undisturbed] = {}
        self._kept_contents: dict[str, Contents] = {}

    def results(self) -> list[Result]:
        if not self.file.exists():
            return []
        return [Result(**json.loads(line)) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def point(self, kind: Kind, number: int) -> Result:
        """Tries one point and keeps its result."""
        undisturbed = self._of(kind, number)
        chance = random.Random(f"{self.seed} {kind} {number}")
        to_publication = goes_all_the_way(kind, number)
        work = kind.work(self.company.paths, number)
        for _ in range(TRIES):
            moment = _drawn(chance, undisturbed.length, by_event=number % 2 == 1)
            self.company.restore(READ if to_publication and kind.begins_from == SMALL else kind.begins_from)
            with self._watched(kind, to_publication) as seen:
                if not run(work, self.company.log, moment).inside:
                    continue
                wrong = [f"after the kill: {told}" for told in self._torn()] + self._recover(
                    kind, number, undisturbed, to_publication
                )
            break
        else:
            raise AssertionError(f"{kind} {number}: no kill fell into the phase")
        wrong += [f"a reader: {told}" for told in seen()]
        return self._kept_result(Result(kind.name, number, round(moment.seconds, 4), moment.event, to_publication, wrong))

    def case(self, case: Case) -> Result:
        """Tries a special case and keeps its result."""
        try:
            wrong = case.trial(self.company)
        except AssertionError as error:
            wrong = [str(error)[-1500:]]
        return self._kept_result(Result(case.name, case.number, 0.0, 0, False, wrong))

    def _kept_result(self, result: Result) -> Result:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        return result

    def _watched(self, kind: Kind, to_publication: bool) -> AbstractContextManager[Callable[[], list[str]]]:
        """A reader's eyes on whatever may publish."""
        if kind.name == "publish" or to_publication:
            return watch(self.company.paths, self.company.root / "seen.log")
        return nullcontext(list)

    def _recover(self, kind: Kind, number: int, undisturbed: Undisturbed, to_publication: bool) -> list[str]:
        """What differs from an undisturbed run after the ordinary next one."""
        paths, wrong = self.company.paths, list[str]()
        work = job(paths, "daily") if to_publication else (kind.recovery or kind.work)(paths, number)
        if not run(work, self.company.log).is_through:
            return [f"the next run failed: {self.company.last_words()[-600:]}"]
        try:
            if not to_publication:
                wrong += contents.differing(kind.found(paths), undisturbed.found)
            else:
                wrong += contents.differing(contents.published(paths.published), self._published())
        except AssertionError as error:
            wrong.append(str(error))
        return wrong

    def _torn(self) -> Iterator[str]:
        """What a reader would meet right now: the last publication or the next one, whole."""
        paths = self.company.paths
        if not paths.published.exists() or filecmp.cmp(paths.published, self.company.saved("read").published, shallow=False):
            return
        try:
            if contents.published(paths.published) not in (self._published(), self._published_before()):
                yield "the published file is neither the last nor the next"
        except Exception as error:
            yield f"the published file: {type(error).__name__}: {error}"

    def _published(self) -> Contents:
        return self._kept("published", lambda: contents.published(self.company.saved(PUBLISHED).published))

    def _published_before(self) -> Contents:
        return self._kept("published before", lambda: contents.published(self.company.saved("read").published))

    def _kept(self, name: str, make: Callable[[], Contents]) -> Contents:
        if name not in self._kept_contents:
            self._kept_contents[name] = make()
        return self._kept_contents[name]

    def _of(self, kind: Kind, number: int) -> Undisturbed:
        """The phase undisturbed: tried once a variant."""
        variant = number % kind.variants
        name = f"{kind} {variant}"
        if name not in self._undisturbed:
            ending = self._undisturbed_run(kind, number)
            if ending.imported:  # which are events of the phase too
                ending = self._undisturbed_run(kind, number)
            assert ending.is_through, self.company.last_words()
            self._undisturbed[name] = Undisturbed(kind.found(self.company.paths), ending)
        return self._undisturbed[name]

    def _undisturbed_run(self, kind: Kind, number: int) -> Ending:
        self.company.restore(kind.begins_from)
        return run(kind.work(self.company.paths, number), self.company.log)


def goes_all_the_way(kind: Kind, number: int) -> bool:
    return number == ALL_THE_WAY.get(kind.name)


def _drawn(chance: random.Random, length: Ending, *, by_event: bool) -> Moment:
    """A moment drawn uniformly from the phase's duration, or from its file-system events."""
    if by_event and length.events:
        return Moment(event=chance.randint(1, length.events))
    return Moment(seconds=chance.uniform(0.0, length.seconds) or 1e-6)
