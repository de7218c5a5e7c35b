"""The sandbox as a process: its clock, its restarts, its end, and what it tells its callers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.sandbox.caller import CONTACTS, LISTS, Client, listing
from tests.sandbox.small_company import LATER, small_company, write_company


def test_records_change_when_the_clock_reaches_their_version(sandbox: Sandbox) -> None:
    def name() -> str:
        rows = Client(sandbox, "hubspot").get(CONTACTS, after="250", properties="firstname").json()["results"]
        return str(rows[0]["properties"]["firstname"])

    assert name() == "Old"
    sandbox.advance(LATER)
    assert name() == "New"
    assert sandbox.clock == LATER


def test_a_restart_keeps_the_clock_unless_told(tmp_path: Path) -> None:
    write_company(tmp_path, small_company())
    with Sandbox.start(tmp_path, customers=1) as sandbox:
        sandbox.advance(LATER)
    with Sandbox.start(tmp_path, customers=1) as sandbox:
        assert sandbox.clock == LATER
    with Sandbox.start(tmp_path, customers=1, clock=START) as sandbox:
        assert sandbox.clock == START


def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    write_company(tmp_path, small_company())
    script = (
        "import sys; from pathlib import Path; from ingest.sandbox.process import Sandbox\n"
        "s = Sandbox.start(Path(sys.argv[1]), customers=1); print(s.url, flush=True); sys.stdin.read(); import os; os._exit(9)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout and parent.stdin
        url = parent.stdout.readline().decode().strip()
        assert requests.get(f"{url}/__sandbox__/health", timeout=10).ok
        parent.stdin.close()
        parent.wait(10)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/__sandbox__/health", timeout=1)
        except requests.ConnectionError:
            return
        time.sleep(0.05)
    pytest.fail("the server outlived its parent")


def test_calls_are_counted_per_source(sandbox: Sandbox) -> None:
    before = sandbox.calls()
    listing(sandbox, "stripe")
    after = sandbox.calls()
    assert {s: after[s] - before[s] for s in after} == {s: int(s == "stripe") for s in after}


def test_the_environment_holds_every_required_setting(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    required = {
        f"SOURCES__{s.name.upper()}__{x.name.upper()}"
        for s in map(SOURCES.__getitem__, LISTS)
        for x in s.settings
        if x.default is None
    }
    assert required <= set(environment)
