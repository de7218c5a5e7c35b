"""Arguments of the command line: every command that takes one, with rubbish in it, over a small publication."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from random import Random
from unittest.mock import patch

from orchestration.cli import main
from tests.fuzz.feeding import Fate
from tests.fuzz.rubbish import text

# `{}` is where the rubbish goes. Left out: what starts servers or takes a whole run.
COMMANDS = (
    ("query", "{}"), ("query", "{}", "--csv"), ("query", "select '{}'"), ("query", "select * from customer_360 where email = '{}'", "--role", "pseudonymised"),
    ("query", 'select "{}" from customer_360'), ("ingest", "{}"), ("sources", "{}"), ("why", "{}"), ("why", "{}", "--json"), ("merge", "{}", "{}", "--why", "{}"),
    ("unmerge", "{}", "--why", "{}"), ("review", "{}"), ("review", "list", "--limit", "{}"), ("quarantine", "list", "{}"), ("quarantine", "show", "{}"), ("quarantine", "replay", "{}"),
    ("restore", "{}"), ("backup", "--to", "/nonexistent/{}"), ("metric", "{}"), ("metric", "nps", "--by", "{}"), ("dictionary", "--to", "/nonexistent/{}"), ("erase", "{}"),
    ("export-person", "{}"), ("status", "{}"), ("{}",), ("{}", "{}"), ("bench", "{}"), ("bench", "--records", "{}"), ("mirror", "{}"), ("--{}",), ("demo", "--customers", "{}"),
)  # fmt: skip


def arguments(chance: Random) -> list[str]:
    """What a shell could hand over: no null byte, and bytes that are no UTF-8 as halves of characters."""
    asked = chance.choice(COMMANDS)
    told = [word.replace("{}", _word(chance)) for word in asked]
    return told if asked[0] != "demo" or not told[2].isdecimal() else ["status"]


def _word(chance: Random) -> str:
    word = text(chance).replace("\x00", "")[:5_000]
    return word + "\udcff" if chance.random() < 0.05 else word


def check(given: list[str], folder: Path) -> Fate:
    """It ends with 0, 1 or 2, and complains in a line or shows how it is used."""
    out, err = io.StringIO(), io.StringIO()
    data = folder.parent / "published"
    _publish(data)
    with patch.dict(os.environ, {"CX_DATA_DIR": str(data)}), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(given)
        except SystemExit as ended:
            code = int(str(ended.code))
    assert code in (0, 1, 2), code
    assert "Traceback" not in err.getvalue()
    assert code != 1 or err.getvalue().startswith("error: "), err.getvalue()[:300]
    return Fate(rows=1, landed=int(not code), told=int(bool(code)))


def _publish(data: Path) -> None:
    from ingest.core.paths import Paths
    from tests.reach.planted import PEOPLE, plant

    if not data.exists():
        plant(Paths(data), PEOPLE)
