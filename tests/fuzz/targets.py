"""The parsers by name: what is tried on each, how, and its share of the inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz import answers, commands, exports, files, mail, shaping
from tests.fuzz.feeding import Fate


@dataclass(frozen=True, slots=True)
class Target:
    """`make` draws an input; `check(input, folder)` tells its fate, or fails."""

    make: Callable[[Random], Any]
    check: Callable[[Any, Path], Fate]
    share: int


TARGETS: dict[str, Target] = {
    "vendor records": Target(shaping.pages, shaping.check, 30),
    **{name: Target(make, files.check, 4) for name, make in files.FORMATS.items()},
    "mails": Target(mail.messages, mail.check, 8),
    "letters": Target(mail.letters, mail.check, 4),
    "export files": Target(exports.export, exports.check_export, 12),
    "CSV answers of queries": Target(exports.csv_answer, exports.check_csv_answer, 12),
    "answers over HTTP": Target(answers.answers, answers.check, 6),
    "command line": Target(commands.arguments, commands.check, 2),
    "Arrow pages": Target(exports.batch, exports.check_batch, 6),
}
