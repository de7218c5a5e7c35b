"""A reader that looks at the published file without a pause, in a process of its own, while something else goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.core.paths import Paths
from tests.faults.crashes import contents
from tests.faults.crashes.killing import Phase, fork

_EVERY_SECONDS = 0.2


@contextmanager
def watch(paths: Paths, log: Path) -> Iterator[Callable[[], list[str]]]:
    """Watches for as long as the block runs; the given function then tells what was wrong."""
    told: list[str] = []

    def look(phase: Phase) -> None:
        while True:
            try:
                contents.whole(paths.published)
            except Exception as error:
                os.write(1, f"{type(error).__name__}: {error}\n".encode())
            time.sleep(_EVERY_SECONDS)

    child = fork(look, log)
    try:
        yield lambda: told
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told += log.read_text(encoding="utf-8").splitlines()[:5]
