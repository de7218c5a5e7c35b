"""Every command the documentation shows is tried: run on a copy of the demo's data, or, where its fence says why not, parsed.

A fence is `sh` for what is run, `sh not run: <why>` for what needs more than a test has. Lines are `cx` commands, `export`, `make`
targets and what a shell knows.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from orchestration.cli import _parser, main
from tests.demo.conftest import CHECKOUT, Demo

_FENCE = re.compile(r"^```(sh|bash|console)\b(.*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "dbt_project" / "docs").glob("*.md"))]
_NOT_RUN = "not run:"
# reasons the documentation gives, counted: whoever takes another block out of the test changes this list with it
REASONS = {
    "asks the vendor's servers",
    "builds everything",
    "changes who is who",
    "fetches the next version",
    "makes another environment",
    "makes the demo, serves and tests",
    "needs an account there",
    "needs servers of your own",
    "serves until it is stopped",
    "takes a quarter of an hour",
    "takes half a minute",
    "takes hours",
    "takes somebody out",
}


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, why it is not run (empty when it is), its lines."""

    place: str
    reason: str
    lines: tuple[str, ...]


def _blocks() -> Iterator[Block]:
    for file in _FILES:
        text = file.read_text(encoding="utf-8")
        for found in _FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            told = found[2].strip()
            assert not told or told.startswith(_NOT_RUN), f"{file.name}:{line}: {told!r}"
            lines = tuple(line for line in found[3].splitlines() if line.strip() and not line.strip().startswith("#"))
            yield Block(f"{file.name}:{line}", told.removeprefix(_NOT_RUN).strip(), lines)


BLOCKS = list(_blocks())
RUN, PARSED = [block for block in BLOCKS if not block.reason], [block for block in BLOCKS if block.reason]


def _words(line: str) -> list[str]:
    """The words of a line; what is alternative or optional in it is read as its first choice."""
    told = re.sub(r"<([^<>|]+)(\|[^<>]*)?>", lambda found: found[1], line)
    words = shlex.split(told, comments=True)
    return ["cx", *words[1:]] if words and words[0] == ".venv/bin/cx" else words


def test_the_documentation_shows_commands_and_says_why_some_are_not_run() -> None:
    assert len(RUN) >= 4 and len(PARSED) >= 4
    assert {block.reason for block in PARSED} == REASONS


@pytest.mark.parametrize("block", PARSED, ids=lambda block: block.place)
def test_a_command_that_is_not_run_is_one_there_is(block: Block) -> None:
    environments = tuple(f"{found}/" for line in block.lines for found in re.findall(r"-m venv (\S+)", line))
    for line in block.lines:
        words = _words(line)
        if words[0] == "cx":
            _parser().parse_args(words[1 : words.index(">") if ">" in words else None])
        elif words[0] == "make":
            done = subprocess.run(["make", "--dry-run", *words[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        else:
            assert shutil.which(words[0]) or words[0] == "export" or words[0].startswith(environments), line


@pytest.mark.parametrize("wrong", ["cx no-such-command", "cx erase --no-such-option", "make no-such-target", "no-such-program"])
def test_a_command_that_is_none_is_found_out(wrong: str) -> None:
    with pytest.raises((AssertionError, SystemExit)):
        test_a_command_that_is_not_run_is_one_there_is(Block("here", "builds everything", (wrong,)))


@pytest.fixture(scope="module")
def copied(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo's data, for commands that change it."""
    made = Demo(tmp_path_factory.mktemp("documented") / "data", demo.customers)
    shutil.copytree(demo.root, made.root)
    return made


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.place)
def test_a_documented_command_does_what_is_said(
    copied: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], block: Block
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(copied.root))
    monkeypatch.chdir(copied.root.parent)  # `data/...` is the copy's from here
    ((customer,),) = copied.published("select customer_id from customer_360 where email is not null order by 1 limit 1")
    for line in block.lines:
        words = [str(customer) if word in _SOMEBODY else word for word in _words(line)]
        if words[0] == "cx":
            assert main(words[1:]) == 0, line + capsys.readouterr().err
        else:
            done = subprocess.run(line, shell=True, capture_output=True, text=True, env=dict(os.environ), check=False)
            assert done.returncode == 0 and (done.stdout or words[0] == "export"), line + done.stderr
    assert capsys.readouterr().out.strip() or block.lines[0].startswith("export")


_SOMEBODY = {"customer_id", "email", "ada@example.com", "C0123456789ABCDE"}
