"""Two runs at once over one data directory: each ends well or is told who writes, and the outcome is that of one."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import PUBLISHED, SMALL, Company
from tests.faults.crashes.killing import Work, fork
from tests.faults.crashes.phases import READ as SOURCES
from tests.faults.crashes.phases import cx
from tests.faults.crashes.watching import watch

ROUNDS = 4


def cases() -> Iterator[Case]:
    for number in range(ROUNDS):
        yield Case("two runs at once: ingest", number, _reading, is_small=True)
    yield Case("two runs at once: publish", 0, _publishing)
    yield Case("two runs at once: ingest and publish", 0, _both)


def _at_once(company: Company, *works: Work) -> list[str]:
    """Runs them side by side; what those said that did not end well."""
    logs = [company.root / f"together{number}.log" for number in range(len(works))]
    children = [fork(work, log) for work, log in zip(works, logs, strict=True)]
    codes = [os.waitpid(child, 0)[1] for child in children]
    return [
        f"of two runs one failed: {log.read_text(encoding='utf-8')[-700:]}" for code, log in zip(codes, logs, strict=True) if code
    ]


def _reading(company: Company) -> list[str]:
    paths = company.paths
    company.restore(SMALL)
    company.do(cx("ingest", *SOURCES))
    wanted = contents.landed(paths, SOURCES)
    company.restore(SMALL)
    wrong = _at_once(company, cx("ingest", *SOURCES), cx("ingest", *SOURCES))
    wrong += contents.differing(contents.landed(paths, SOURCES), wanted)
    company.do(cx("ingest", *SOURCES))
    return wrong + contents.differing(contents.landed(paths, SOURCES), wanted)


def _publishing(company: Company) -> list[str]:
    company.restore("publish")
    with watch(company.paths, company.root / "seen.log") as seen:
        wrong = _at_once(company, cx("publish"), cx("publish"))
    wanted = contents.published(company.saved(PUBLISHED).published)
    return wrong + seen() + contents.differing(contents.published(company.paths.published), wanted)


def _both(company: Company) -> list[str]:
    company.restore("publish")
    wrong = _at_once(company, cx("ingest", *SOURCES), cx("publish"))
    wanted = contents.published(company.saved(PUBLISHED).published)
    return wrong + contents.differing(contents.published(company.paths.published), wanted)
