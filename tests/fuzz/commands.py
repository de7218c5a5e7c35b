"""Arguments of the command line: every argument of every command as it is declared, with rubbish in it, over small premises."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from unittest.mock import patch

from ingest.core.errors import CxError
from ingest.registry import SOURCES
from orchestration.cli import _parser, main
from tests.fuzz import premises
from tests.fuzz.feeding import Fate
from tests.fuzz.rubbish import text

# Every command, with what it is kept from doing here: serving until it is stopped, a run of minutes, dbt's parsing of the project.
COMMANDS: dict[str, tuple[str, ...]] = {
    "demo": ("orchestration.demo.demo",), "ingest": (), "run": ("orchestration.run.run_job",), "publish": ("orchestration.run.run_job",),
    "status": (), "query": (), "sources": (), "why": (), "merge": (), "unmerge": (), "review": (), "train": ("orchestration.run.run_job",),
    "build": ("orchestration.run.run_job",), "quarantine": (), "backup": (), "restore": (), "backfill": (), "refresh": (), "accept-missing": (),
    "serve": ("orchestration.reach.serve.LookupFile",), "quack": ("orchestration.reach.quack._served",), "mirror": (), "superset": (),
    "metric": ("orchestration.reach.metricflow.metric",), "docs": ("orchestration.docs.write_docs",), "activate": (),
    "dictionary": ("orchestration.reach.contracts.contracts",), "erase": ("orchestration.privacy.erase.purge_seed",), "export-person": (),
    "bench": ("orchestration.bench.table.bench", "orchestration.bench.identity.bench_identity", "orchestration.bench.lookup.bench_lookup"),
    "app": ("os.execv",), "ui": ("orchestration.docs.refresh_lineage",),
}  # fmt: skip

PEOPLE = (
    *premises.CUSTOMERS,
    *premises.RECORDS,
    premises.CUSTOMERS[0].lower(),
    premises.EMAIL,
    "493012345672",
    "C000000000000000",
)
IDS = ("x" * 32, "a' or '1'='1" + "x" * 20, "{0}" + "x" * 29, "'" * 32)  # as long as those of quarantine
SOUND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("who", "customer", "one", "other", "record"), PEOPLE),
    "source": (*SOURCES, *["file_drops"] * 4, "all", *IDS), "table": ("call_ratings", "spend"), "pair": (premises.QUESTION, "P2"),
    "sql": ("select * from customer_360", "select 1", "show tables", "select 1; select 2", "select 'x"), "kpi": ("nps", "csat"),
    "by": ("month", "channel", "month,channel", ","), "variant": ("standard", "ours"), "to": ("new", "../new", "drops"), "folder": ("backup", "."),
    "host": ("127.0.0.1", "localhost"),
}  # fmt: skip
OTHERS = ("one", "two words")
NUMBERS = ("1", "0", "-1", "7", "65535", "65536", "8350", "99999999999999999999", "1e3", "٣", "1_0", "9" * 5_000)
DAYS = ("2026-06-01", "2026-06-30", "0001-01-01", "9999-12-31", "20260601", "2026-W01-1", "1969-12-31")
PLACES = ("to", "folder", "json")  # arguments that a command may write to: they stay below the folder it runs in
DEEP = "a/b/c/d/e/f/g/h"  # so many folders down that no `..` leads out of the premises


@cache
def parsers() -> dict[str, argparse.ArgumentParser]:
    """Every command's own parser."""
    [found] = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def arguments(chance: Random) -> list[str]:
    """What a shell could hand over: no null byte, and bytes that are no UTF-8 as halves of characters."""
    if chance.random() < 0.04:
        return [_word(chance) for _ in range(chance.randint(0, 3))]
    name = chance.choice(list(COMMANDS))
    share = chance.choice((0.05, 0.25, 0.6))  # of words that are rubbish: the fewer, the further a command comes
    given = [part for action in parsers()[name]._actions for part in _given(chance, action, share)]
    return [name, *given, *([_word(chance)] if chance.random() < 0.04 else [])]


def _given(chance: Random, action: argparse.Action, share: float) -> list[str]:
    """One argument of a command as it is declared; what may be left out sometimes is, what must be there seldom."""
    if isinstance(action, argparse._HelpAction) or chance.random() < (share / 10 if action.required else 0.5):
        return []
    if action.nargs == 0:
        return list(action.option_strings[:1])
    words = [_value(chance, action, share) for _ in range(chance.choice((1, 1, 2)) if action.nargs in ("+", "*") else 1)]
    if not action.option_strings:
        return words
    option = action.option_strings[0]
    return [f"{option}={words[0]}"] if len(words) == 1 and chance.random() < 0.5 else [option, *words]


def _value(chance: Random, action: argparse.Action, share: float) -> str:
    """A sound word or rubbish, or one with the other behind it."""
    is_sound = chance.random() > share
    if action.choices and is_sound:
        return str(chance.choice(list(action.choices)))
    if action.type is not None and is_sound:
        return chance.choice(DAYS if action.metavar == "DAY" else NUMBERS)
    word = chance.choice(SOUND.get(action.dest, OTHERS)) if is_sound else _word(chance)
    word = word + _word(chance) if chance.random() < share / 4 else word
    return word.lstrip("/") if action.dest in PLACES else word


def _word(chance: Random) -> str:
    word = text(chance).replace("\x00", "")[:5_000]
    return word + "\udcff" if chance.random() < 0.05 else word


def check(given: list[str], folder: Path) -> Fate:
    """It ends with 0, 1 or 2, and a failure is told in a line or with how the command is used."""
    premises.restored(folder)
    shutil.rmtree(folder / "a", ignore_errors=True)
    (folder / DEEP).mkdir(parents=True)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_kept_from(given))
        stack.enter_context(patch.dict(os.environ, premises.settings(folder), clear=True))
        for context in (contextlib.chdir(folder / DEEP), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)):
            stack.enter_context(context)
        code = _ended(given)
    told = err.getvalue()
    assert code in (0, 1, 2), code
    assert "Traceback" not in told
    assert code != 1 or "error: " in told or (not told and out.getvalue()), f"it fails and says {told[:300]!r}"
    return Fate(rows=1, landed=int(not code), told=int(bool(code)))


def _ended(given: list[str]) -> int:
    """The exit code; without --traceback, which is there to show one."""
    try:
        return main([word for word in given if word != "--traceback"])
    except SystemExit as ended:
        return int(str(ended.code))


@contextlib.contextmanager
def _kept_from(given: list[str]) -> Iterator[None]:
    """What the command may not do here ends in an error instead."""

    def told(*args: object, **named: object) -> None:
        raise CxError("that would take too long here")

    with contextlib.ExitStack() as stack:
        for place in COMMANDS.get(given[0] if given else "", ()):
            stack.enter_context(patch(place, told))
        yield
