"""The data directory on a small file system of its own that fills up, turns read-only or runs out of inodes in a phase."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import NEXT, Company
from tests.faults.crashes.killing import run
from tests.faults.crashes.phases import KINDS, Kind

ROOMY = "size=900m,nr_inodes=200000"
WORDS = ("no space left", "disk is full", "read-only", "readonly", "out of memory", "could not write")
Trouble = Callable[[Path], str]
"""Which mount options bring it about."""

_TRIED_ON = ("load", "dbt, first half", "identity", "publish")


def _full(left_kb: int) -> Trouble:
    def options(at: Path) -> str:
        used = int(
            subprocess.run(["df", "--output=used", "-k", str(at)], capture_output=True, text=True, check=True).stdout.split()[1]
        )
        return f"size={used + left_kb}k"

    return options


def _no_inodes(at: Path) -> str:
    used = int(subprocess.run(["df", "--output=iused", str(at)], capture_output=True, text=True, check=True).stdout.split()[1])
    return f"nr_inodes={used + 1}"


TROUBLES: dict[str, Trouble] = {
    "disk full at once": _full(16),
    "disk full after a megabyte": _full(1_000),
    "disk full after twelve megabytes": _full(12_000),
    "read-only": lambda at: "ro",
    "no inodes": _no_inodes,
}


def cases() -> Iterator[Case]:
    """Each trouble in each phase that writes."""
    kinds = {kind.name: kind for kind in KINDS}
    for name, trouble in TROUBLES.items():
        for number, phase in enumerate(_TRIED_ON):
            yield Case(name, number, _trial(kinds[phase], trouble), is_small=phase == "load")


def _trial(kind: Kind, trouble: Trouble) -> Callable[[Company], list[str]]:
    def tried(company: Company) -> list[str]:
        paths = company.paths
        wanted = _wanted(kind, company)
        with _mounted(paths.root):
            company.restore(kind.begins_from, is_mounted=True)
            before = _standing(company)
            _remount(paths.root, trouble(paths.root))
            is_through = run(kind.command, company.log).is_through
            wrong = [] if is_through else _complaints(company.log.read_text(encoding="utf-8", errors="replace"))
            _remount(paths.root, f"{ROOMY},rw")
            _standing(company)
            if kind.name != "publish" and _standing(company) != before:
                wrong.append("the published file changed")
            if not run((kind.recovery or kind.work)(paths, 0), company.log).is_through:
                return [*wrong, f"the next run failed: {company.last_words()[-600:]}"]
            return wrong + contents.differing(kind.found(paths), wanted)

    return tried


def _wanted(kind: Kind, company: Company) -> contents.Contents:
    """What the phase leaves undisturbed: the state the next one begins from, or a run of its own."""
    if kind.begins_from in NEXT:
        return kind.found(company.saved(NEXT[kind.begins_from]))
    company.restore(kind.begins_from)
    company.do(kind.work(company.paths, 0))
    return kind.found(company.paths)


def _standing(company: Company) -> contents.Contents:
    """What is published, which has to be whole."""
    return contents.published(company.paths.published) if company.paths.published.exists() else {}


def _complaints(said: str) -> list[str]:
    """What is wrong with what was said: it names the trouble, in a line a person can act on."""
    wrong = [] if any(words in said.lower() for words in WORDS) else [f"the trouble is not named: {said[-400:]}"]
    return [*wrong, f"a traceback: {said[-700:]}"] if "Traceback" in said else wrong


@contextmanager
def _mounted(at: Path) -> Iterator[None]:
    at.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", ROOMY, "tmpfs", str(at)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def _remount(at: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(at)], check=True)
