"""The sandbox's ERP is a real PostgreSQL: started by the first who connects, in step with the clock, gone with its sandbox."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest.sandbox.servers.postgres import Cluster
from ingest.sandbox.servers.state import START
from tests.sandbox.erp_company import NEXT_DAY, Served, serving_erp


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_erp(tmp_path_factory.mktemp("erp")) as running:
        yield running


def rows(served: Served, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(served.database.settings("")["connection"], connect_timeout=30) as connection:
        return connection.execute(query).fetchall()


def test_the_first_visitor_starts_it_and_the_clock_moves_it_both_ways(served: Served) -> None:
    assert served.database.cluster is None
    count = "select count(*), count(*) filter (where street is not null), max(write_date)::text from res_partner"
    assert rows(served, count) == [(40, 0, "2026-06-25 06:00:00")]
    served.advance(NEXT_DAY)
    served.advance(NEXT_DAY)
    assert rows(served, count) == [(40, 1, "2026-07-01 09:00:00")]  # one gone, one late, one changed
    assert rows(served, "select name ->> 'en_US', create_date from product_template") == [("Chair", None)]
    served.advance(START)
    assert rows(served, count) == [(40, 0, "2026-06-25 06:00:00")]


def test_its_reader_can_only_read_and_only_with_the_password(served: Served) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(served, "delete from res_partner returning id")
    address = served.database.settings("")["connection"].replace("password@", "other@")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(address, connect_timeout=10)


def test_it_listens_on_loopback_only_through_its_door(served: Served) -> None:
    rows(served, "select 1")
    assert served.database.cluster is not None
    with served.database.cluster.connect() as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_a_process_that_is_killed_leaves_neither_server_nor_folder_and_the_next_one_starts() -> None:
    script = (
        "import sys; from ingest.sandbox.servers.postgres import Cluster; print(Cluster().folder, flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder = Path(owner.stdout.readline().strip())
    assert (folder / "data" / "postmaster.pid").exists()
    owner.kill()
    owner.wait(timeout=10)
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    successor = Cluster()
    successor.stop()
    assert not successor.folder.exists()
