"""A piece of work in a forked process that tells when its phase begins and ends, and is ended by SIGKILL in between.

Forking spares each of hundreds of trials the imports. The child is the leader of a process group of its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from pathlib import Path

FILE_EVENTS = ("open", "os.", "shutil.", "sqlite3.", "tempfile.")


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: so many seconds behind the beginning of a phase, or at its so manyth file-system event."""

    seconds: float = 0.0
    event: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended. `inside`: killed between the phase's beginning and its end; `seconds` and `events`: a whole phase's;
    `imported`: so many modules an undisturbed one had to import, which the next one finds there."""

    is_through: bool
    inside: bool
    seconds: float
    events: int
    imported: int = 0


class Phase:
    """The phase's beginning and end, told through a pipe; counts what Python does to files in between."""

    def __init__(self, pipe: int, last_event: int) -> None:
        self._pipe, self._last_event = pipe, last_event
        self._is_on, self.events = False, 0
        sys.addaudithook(self._hear)

    @contextmanager
    def on(self) -> Iterator[None]:
        started = time.monotonic()
        os.write(self._pipe, b"begin\n")
        self._is_on = True
        yield
        self._is_on = False
        os.write(self._pipe, f"end {time.monotonic() - started} {self.events}\n".encode())

    def _hear(self, event: str, arguments: object) -> None:
        if self._is_on and event.startswith(FILE_EVENTS):
            self.events += 1
            if self.events == self._last_event:
                os.kill(os.getpid(), signal.SIGKILL)


Work = Callable[[Phase], None]


def fork(work: Work, log: Path, pipe: int = -1, last_event: int = 0) -> int:
    """The child's process id. It ends with 0 when the work did, with 1 and a traceback in `log` when it failed."""
    gc.disable()  # a collection of the child's would walk, and thereby copy, all it shares with us
    child = os.fork()
    if child:
        gc.enable()
        return child
    code = 1
    try:
        os.setsid()
        told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(told, 1)
        os.dup2(told, 2)
        work(Phase(pipe if pipe >= 0 else os.open(os.devnull, os.O_WRONLY), last_event))
        code = 0
        log.with_suffix(".modules").write_text("\n".join(list(sys.modules)), encoding="utf-8")
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(work: Work, log: Path, moment: Moment | None = None) -> Ending:
    """Runs the work to its end, or kills it at a moment of its phase; a moment behind the phase's end kills it there."""
    inlet, outlet = os.pipe()
    child = fork(work, log, outlet, moment.event if moment else 0)
    os.close(outlet)
    told = _listen(inlet, child, moment)
    os.close(inlet)
    _, status = os.waitpid(child, 0)
    seconds, events = (told[told.index("end") + 1 :] if "end" in told else ["0", "0"])[:2]
    imported = _import_the_same(log.with_suffix(".modules")) if moment is None and status == 0 else 0
    is_killed = os.WIFSIGNALED(status)
    return Ending(status == 0, is_killed and "begin" in told and "end" not in told, float(seconds), int(events), imported)


def _import_the_same(listed: Path) -> int:
    """Imports what a child had to, in its order, so that the next one need not: most of the time of a short piece of work."""
    before = len(sys.modules)
    for name in listed.read_text(encoding="utf-8").splitlines():
        if name not in sys.modules and not name.startswith("_"):
            with suppress(Exception), Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
                importlib.import_module(name)
    return len(sys.modules) - before


def _listen(inlet: int, child: int, moment: Moment | None) -> list[str]:
    """What the child told, in words; kills it when its time has come."""
    told, deadline = b"", None
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([inlet], [], [], left)[0] or (moment is not None and b"end" in told):
            os.killpg(child, signal.SIGKILL)
            moment = deadline = None
        chunk = os.read(inlet, 4096) if select.select([inlet], [], [], None)[0] else b""
        if not chunk:
            return told.decode().split()
        told += chunk
        if deadline is None and moment is not None and moment.seconds and b"begin" in told:
            deadline = time.monotonic() + moment.seconds
