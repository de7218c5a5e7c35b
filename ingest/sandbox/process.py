"""Starts, steers and stops the sandbox: one server process on a free loopback port over one directory's company.

`python -m ingest.sandbox.process DIRECTORY --customers N` runs it in the foreground and prints the environment that
points the connectors at it.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from ingest.core.errors import CxError
from ingest.sandbox.servers.state import BUILT_WITH, COMPANY, State

HEALTHY_WITHIN_SECONDS = 60.0
LOG = "server.log"


class Sandbox:
    """A running sandbox. Leaving the `with` block, `stop()` or the end of this process ends the server."""

    def __init__(self, directory: Path, process: subprocess.Popen[bytes], port: int) -> None:
        self.directory, self.port = directory, port
        self._process = process

    @classmethod
    def start(
        cls, directory: Path, *, customers: int, seed: int = 7, clock: datetime | None = None, sources: Sequence[str] = ()
    ) -> Sandbox:
        """Builds the company unless the directory holds one for these settings, and serves it.

        `sources` names which of the registered ones to plant and serve; none named means all.

        A restart keeps the clock unless `clock` is given. Raises CxError when the server does not come up.
        """
        directory = directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        _prepare(directory, State(customers, seed, sources=tuple(sources)), clock)
        listener = socket.create_server(("127.0.0.1", 0))
        listener.set_inheritable(True)
        command = [sys.executable, "-m", "ingest.sandbox.servers.app", str(directory), str(listener.fileno())]
        with listener, (directory / LOG).open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                cwd=Path(__file__).parents[2],
            )
            sandbox = cls(directory, process, listener.getsockname()[1])
        sandbox._wait_until_healthy()
        return sandbox

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def clock(self) -> datetime:
        """The instant the vendors stand at."""
        return State.read(self.directory).clock

    def environment(self) -> dict[str, str]:
        """The settings of all sources, as variables the connectors read."""
        told: dict[str, dict[str, str]] = self._get("settings")
        return {f"SOURCES__{s.upper()}__{n.upper()}": v for s, values in told.items() for n, v in values.items()}

    def advance(self, to: datetime, feeds: Sequence[str] | None = None) -> None:
        """Moves the vendors' clock. `feeds`: which of the sources without HTTP follow at once; all, unless told."""
        self._post("clock", {"to": to.isoformat()} | ({} if feeds is None else {"feeds": list(feeds)}))

    def switch(self, source: str, **switches: Any) -> dict[str, Any]:
        """Sets switches of a source (see `ingest.sandbox.faults`) and tells how all stand; `clear=True` puts all of them back."""
        return self._post("switches", {"source": source, **switches})

    def calls(self) -> dict[str, int]:
        """How many calls each source has seen."""
        return dict(self._get("calls"))

    def stop(self) -> None:
        """Ends the server; stopping twice does nothing."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self) -> None:
        """Blocks until the server ends or the user interrupts."""
        with contextlib.suppress(KeyboardInterrupt):
            self._process.wait()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._get("health", timeout=5)
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        told = (self.directory / LOG).read_text(errors="replace").strip().splitlines()
        raise CxError(f"the sandbox did not start: {told[-1] if told else 'no message'}", f"See {self.directory / LOG}.")

    def _get(self, path: str, timeout: float = 60) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/__sandbox__/{path}", timeout=timeout)
        answer.raise_for_status()
        return dict(answer.json())

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/__sandbox__/{path}", json=body, timeout=300)
        if not answer.ok:
            raise CxError(f"the sandbox refused {path}: {answer.json()['error']}", "See ingest/sandbox/faults.py.")
        return dict(answer.json())


def _prepare(directory: Path, wanted: State, clock: datetime | None) -> None:
    """Makes sure that company and state fit the settings; an interrupted build leaves no state and starts again.

    `company.build` knows whether its file is the one asked for; a company put there by other hands is served as it is.
    """
    try:
        state: State | None = State.read(directory)
    except FileNotFoundError:
        state = None
    is_wanted = state is not None and replace(state, clock=wanted.clock) == wanted and (directory / COMPANY).exists()
    if not is_wanted or (directory / BUILT_WITH).exists():
        from ingest.sandbox import company  # heavy, and needed for a build only

        company.build(directory, wanted.customers, wanted.seed, wanted.sources)
    kept = state if state is not None and is_wanted else wanted
    (kept.at(clock) if clock else kept).write(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the sandbox's vendors until interrupted.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--clock", type=datetime.fromisoformat)
    asked = parser.parse_args()
    with Sandbox.start(asked.directory, customers=asked.customers, seed=asked.seed, clock=asked.clock) as sandbox:
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in sandbox.environment().items()))
        sys.stdout.flush()
        sandbox.wait()


if __name__ == "__main__":
    main()
