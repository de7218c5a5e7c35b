"""Files that are damaged when the next run comes: a log that ends too early, a warehouse or a publication with wrong bytes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from orchestration.backup import backup
from tests.faults.crashes import contents
from tests.faults.crashes.case import Case
from tests.faults.crashes.company import PUBLISHED, SMALL, Company
from tests.faults.crashes.killing import Moment, run
from tests.faults.crashes.phases import KINDS, SECOND_HALF, cx, job, one_step
from tests.faults.crashes.phases import READ as SOURCES

Spoil = Callable[[Path, random.Random], None]
LOGS, GARBLED = 8, 4


def _cut(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.truncate(chance.randrange(file.stat().st_size))


def _garble(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.seek(chance.randrange(file.stat().st_size))
        opened.write(chance.randbytes(64))


def _head(file: Path, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\0" * 64)


def _empty(file: Path, chance: random.Random) -> None:
    file.write_bytes(b"")


def cases() -> Iterator[Case]:
    for number in range(LOGS):
        yield Case("write-ahead log cut off", number, lambda company, n=number: _log(company, _cut, n), is_small=True)
    for number in range(GARBLED):
        yield Case("write-ahead log garbled", number, lambda company, n=number: _log(company, _garble, n), is_small=True)
    for number, spoil in enumerate((_cut, _head, _empty)):
        yield Case("published file damaged, then publish", number, lambda company, s=spoil: _publication(company, s))
    yield Case("published file damaged, then dbt and publish", 0, lambda company: _publication(company, _head, "second half"))


def _log(company: Company, spoil: Spoil, number: int) -> list[str]:
    """A kill in a load leaves a write-ahead log, which is spoilt; where nothing can go on, a backup does."""
    load = next(kind for kind in KINDS if kind.name == "load")
    paths, chance = company.paths, random.Random(f"log {number}")
    company.restore(SMALL)
    saved = company.root / "backup"
    shutil.rmtree(saved, ignore_errors=True)
    backup(paths, saved)
    ending = run(load.work(paths, number % len(SOURCES)), company.log)
    wanted = contents.landed(paths, SOURCES)
    log = paths.warehouse.with_name(f"{paths.warehouse.name}.wal")
    for _ in range(40):
        company.restore(SMALL)
        run(load.work(paths, number % len(SOURCES)), company.log, Moment(seconds=chance.uniform(0, ending.seconds)))
        if log.exists() and log.stat().st_size:
            break
    else:
        return ["no kill left a write-ahead log"]
    spoil(log, chance)
    if not run(cx("ingest", *SOURCES), company.log).is_through:
        said = company.last_words()
        if "Traceback" in said or "cx restore" not in said:
            return [f"not a line that helps: {said[-600:]}"]
        if not run(cx("restore", str(saved)), company.log).is_through:
            return [f"restore failed: {company.last_words()[-600:]}"]
        if not run(cx("ingest", *SOURCES), company.log).is_through:
            return [f"the run after it failed: {company.last_words()[-600:]}"]
    return contents.differing(contents.landed(paths, SOURCES), wanted)


def _publication(company: Company, spoil: Spoil, begins: str = "publish") -> list[str]:
    """Readers are told in a line; the next publication puts a whole file in its place."""
    company.restore(begins)
    paths = company.paths
    spoil(paths.published, random.Random(begins))
    wrong = []
    is_answered = run(cx("query", "select count(*) from customer_360"), company.log).is_through
    if is_answered and spoil is not _cut:
        wrong.append("a reader got an answer out of a damaged file")
    wrong += [f"a traceback for readers: {company.last_words()[-500:]}"] if "Traceback" in company.last_words() else []
    if not run(cx("status"), company.log).is_through or "Traceback" in company.last_words():
        wrong.append(f"cx status fails: {company.last_words()[-500:]}")
    works = [one_step(paths, SECOND_HALF)] if begins == "second half" else []
    for work in (*works, job(paths, "publish")):
        if not run(work, company.log).is_through:
            return [*wrong, f"the next run failed: {company.last_words()[-600:]}"]
    found, wanted = contents.published(paths.published), contents.published(company.saved(PUBLISHED).published)
    return wrong + [name for name in contents.differing(found, wanted) if "restatement" not in name]
