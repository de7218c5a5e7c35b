"""How quickly `cx serve` answers: a real server in its own process, requests over loopback at a steady rate.

The rate is held whatever the answers take (open loop) and a request's time runs from the moment it was due, so that a server
that falls behind cannot hide it. Beside the time stands what does not depend on who else uses the machine: the server's CPU time
per request; and how long it stood ready and waited for a processor. Asked are customers drawn from the publication that stands: half by an identifier,
a quarter by id, a quarter for a timeline.
"""

from __future__ import annotations

import http.client
import os
import random
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT
from orchestration.reach.serve import TOKEN
from orchestration.reader import published

GOAL_P95_MS = 20.0
_STARTS_WITHIN_SECONDS = 600.0
_CALLERS = 16


@dataclass(frozen=True, slots=True)
class Answered:
    """Milliseconds at the quantiles, of `requests` answers to one kind of question."""

    kind: str
    requests: int
    p50: float
    p95: float
    p99: float
    most: float


@dataclass(frozen=True, slots=True)
class Spent:
    """The server's time per request: milliseconds it ran, and milliseconds it was ready to run while others had the processors."""

    cpu_ms: float
    waiting_ms: float

    @property
    def waiting(self) -> float:
        """Share of the time in which the server had something to do that it spent waiting for a processor."""
        return self.waiting_ms / (self.cpu_ms + self.waiting_ms)


def bench_lookup(paths: Paths, seconds: int, rate: int) -> tuple[int, list[Answered], Spent | None]:
    """Customers in the publication, the figures per kind of question and over all, and what the server spent where the system tells.

    CxError when a request fails.
    """
    customers, questions = _questions(paths, count=seconds * rate)
    token = secrets.token_hex(16)
    with _server(paths, token) as (port, process):
        callers = _Callers(port, token)
        for _, path in questions[:50]:
            callers.ask(path)
        before = _account(process)
        began = time.perf_counter() + 0.1
        with ThreadPoolExecutor(_CALLERS) as pool:
            waits = list(
                pool.map(callers.timed, [path for _, path in questions], [began + i / rate for i in range(len(questions))])
            )
        after = _account(process)
    spent = Spent(*((b - a) / 1e6 / len(questions) for a, b in zip(before, after, strict=True))) if before and after else None
    kinds = sorted({kind for kind, _ in questions})
    told = [_figures(kind, [w for w, (k, _) in zip(waits, questions, strict=True) if k == kind]) for kind in kinds]
    return customers, [*told, _figures("all", waits)], spent


def _account(process: int) -> tuple[int, int] | None:
    """Nanoseconds all threads of a process have run, and have waited for a processor; None on systems that do not tell."""
    try:
        threads = [file.read_text().split() for file in Path(f"/proc/{process}/task").glob("*/schedstat")]
    except OSError:
        return None
    return (sum(int(one[0]) for one in threads), sum(int(one[1]) for one in threads)) if threads else None


def _figures(kind: str, waits: Sequence[float]) -> Answered:
    ordered = sorted(waits)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)

    return Answered(kind, len(ordered), at(0.5), at(0.95), at(0.99), round(ordered[-1], 1))


def _questions(paths: Paths, count: int) -> tuple[int, list[tuple[str, str]]]:
    with published(paths) as connection:
        customers = connection.execute("select count(*) from customer_360").fetchall()[0][0]
        ids = [row[0] for row in connection.execute(f"select customer_id from customer_360 using sample {count}").fetchall()]
        known = connection.execute(
            "select identifier_type, identifier_value from customer_identifiers "
            f"where identifier_type not in ('social_handle', 'social_account') using sample {count}"
        ).fetchall()
    if not ids or not known:
        raise CxError("the published file has no customers to look up", "Publish some with `cx demo`.")
    draw = random.Random(1)  # noqa: S311 - a load, not a secret
    return customers, [_question(draw, ids, known) for _ in range(count)]


def _question(draw: random.Random, ids: Sequence[str], known: Sequence[tuple[str, str]]) -> tuple[str, str]:
    kind = draw.choice(("identifier", "identifier", "card", "timeline"))
    if kind == "identifier":
        name, value = draw.choice(known)
        return kind, "/customers?" + (
            urlencode({"email": value})
            if name == "email"
            else urlencode({"phone": f"+{value}"} if name == "phone" else {"source_id": value})
        )
    return kind, f"/customers/{draw.choice(ids)}" + ("/timeline" if kind == "timeline" else "")


class _Callers:
    """One kept-alive connection per thread, as call-centre software holds them."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._headers = port, {"Authorization": f"Bearer {token}"}
        self._own = threading.local()

    def timed(self, path: str, due: float) -> float:
        """Milliseconds from when the request was due to its whole answer."""
        time.sleep(max(0.0, due - time.perf_counter()))
        self.ask(path)
        return (time.perf_counter() - due) * 1000

    def ask(self, path: str) -> None:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection: http.client.HTTPConnection = self._own.connection
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 422):  # an odd identifier of the data may be refused, which is an answer too
            raise CxError(f"cx serve answered {answer.status}", "Its log is on the screen.")


@contextmanager
def _server(paths: Paths, token: str) -> Iterator[tuple[int, int]]:
    """Its port and the id of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {**os.environ, "CX_DATA_DIR": str(paths.root), TOKEN: token}
    command = [sys.executable, "-m", "orchestration.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CxError("cx serve did not start", "Start it by hand to see why.")
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
