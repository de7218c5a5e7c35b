"""How quickly `cx serve` answers: a real server in its own process, requests over loopback at a steady rate.

The rate is held whatever the answers take (open loop) and a request's time runs from the moment it was due, so that a
server that falls behind cannot hide it. Asked are customers drawn from the publication that stands: half by an identifier,
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


def bench_lookup(paths: Paths, seconds: int, rate: int) -> tuple[int, list[Answered]]:
    """Customers in the publication, and the figures per kind of question and over all. CxError when a request fails."""
    customers, questions = _questions(paths, count=seconds * rate)
    token = secrets.token_hex(16)
    with _server(paths, token) as port:
        callers = _Callers(port, token)
        for _, path in questions[:50]:
            callers.ask(path)
        began = time.perf_counter() + 0.1
        with ThreadPoolExecutor(_CALLERS) as pool:
            waits = list(
                pool.map(callers.timed, [path for _, path in questions], [began + i / rate for i in range(len(questions))])
            )
    kinds = sorted({kind for kind, _ in questions})
    told = [_figures(kind, [w for w, (k, _) in zip(waits, questions, strict=True) if k == kind]) for kind in kinds]
    return customers, [*told, _figures("all", waits)]


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
def _server(paths: Paths, token: str) -> Iterator[int]:
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
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
