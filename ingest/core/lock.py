"""One writer at a time: an operating-system lock beside the warehouse file, which a killed process lets go of by itself."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ingest.core.errors import LockHeld
from ingest.core.paths import Paths

DEFAULT_WAIT_SECONDS = 600.0
_POLL_SECONDS = 0.05

_in_process = threading.RLock()
_depth = 0
_handle: TextIO | None = None


@contextmanager
def writer(paths: Paths, holder: str, wait_seconds: float | None = None) -> Iterator[None]:
    """Holds the right to write the warehouse; re-entrant in one thread, exclusive between threads and processes.

    holder: what is being done, told to whoever has to wait.
    wait_seconds: how long to wait (default `CX_LOCK_WAIT_SECONDS` or ten minutes); LockHeld afterwards.
    """
    global _depth, _handle
    wait = float(os.environ.get("CX_LOCK_WAIT_SECONDS", DEFAULT_WAIT_SECONDS)) if wait_seconds is None else wait_seconds
    if not _in_process.acquire(timeout=wait):
        raise LockHeld(
            f"the warehouse is being written by another task of this process ({_describe(paths.lock)})", "Wait and try again."
        )
    try:
        if _depth == 0:
            _handle = _lock_file(paths.lock, f"the warehouse {paths.warehouse} is being written", holder, wait)
        _depth += 1
        try:
            yield
        finally:
            _depth -= 1
            if _depth == 0 and _handle is not None:
                _handle.close()
                _handle = None
    finally:
        _in_process.release()


@contextmanager
def reader(paths: Paths, source: str) -> Iterator[None]:
    """Holds the right to read a source, whose loader's folder is one run's at a time; not re-entrant, and taken before `writer`."""
    wait = float(os.environ.get("CX_LOCK_WAIT_SECONDS", DEFAULT_WAIT_SECONDS))
    handle = _lock_file(paths.dlt / f".{source}.lock", f"{source} is being read", f"cx ingest {source}", wait)
    try:
        yield
    finally:
        handle.close()


def _lock_file(file: Path, what: str, holder: str, wait: float) -> TextIO:
    """The opened and locked file; LockHeld says `what` is being done, and by whom."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = file.open("a+", encoding="utf-8")
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= deadline:
                handle.close()
                raise LockHeld(
                    f"{what} by {_describe(file)}",
                    "Wait for it to end, or end that process; CX_LOCK_WAIT_SECONDS sets how long to wait.",
                ) from None
            time.sleep(_POLL_SECONDS)
    handle.truncate(0)
    handle.write(json.dumps({"holder": holder, "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}))
    handle.flush()
    return handle


def _describe(file: Path) -> str:
    """Who holds the lock, as far as its file tells."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return f"{told['holder']} (process {told['pid']}, since {told['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
