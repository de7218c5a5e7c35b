"""`cx quack` over real DuckDB clients: reads what is published, and only that. Needs the extra `quack`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.reach import quack

from .planted import PEOPLE, plant

TOKEN = "quack-token-0123456789"
needs_extension = pytest.mark.skipif(
    None in [quack.extension(name) for name in quack.EXTENSIONS], reason="the extra `quack` is not installed"
)


@dataclass(frozen=True)
class Served:
    paths: Paths
    address: str

    def ask(self, sql: str, token: str = TOKEN) -> list[tuple[Any, ...]]:
        """What a fresh client is told."""
        with _client() as connection:
            return connection.execute("from quack_query(?, ?, token = ?)", [self.address, sql, token]).fetchall()


def _client() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    for name in quack.EXTENSIONS:
        connection.execute(f"load '{quack.extension(name)}'")
    return connection


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    paths = Paths(tmp_path_factory.mktemp("quack"))
    plant(paths, PEOPLE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stop, said = threading.Event(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(quack.TOKEN, TOKEN)
        thread = threading.Thread(target=quack.serve, args=(paths, port, said.append, stop), daemon=True)
        thread.start()
        _until(lambda: bool(said))
        yield Served(paths, f"quack:127.0.0.1:{port}")
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.05)


@needs_extension
def test_a_client_attaches_and_reads_what_is_published(served: Served) -> None:
    with _client() as connection:
        connection.execute(f"create secret (type quack, token '{TOKEN}')")
        connection.execute(f"attach '{served.address}' as cx")
        assert connection.execute("select customer_id, count(*) from cx.touchpoints group by 1").fetchall() == [("C1", 5)]
    # a client of DuckDB 1.5 cannot stream two remote tables in one query: the server joins them
    joined = "select customer_id, count(*) from customer_360 join touchpoints using (customer_id) group by 1"
    assert served.ask(joined) == [("C1", 5)]
    assert served.ask("with one as (select 1 as a) select a + 1 from one") == [(2,)]


@needs_extension
@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')", "select * from glob('/*')", "copy (select 1) to '/tmp/never.csv'",
        "attach '/tmp/never.duckdb' as other", "attach ':memory:' as other", "create temp table t (a int)", "delete from customer_360",
        "set memory_limit = '90GB'", "set enable_external_access = true", "install json", "load json", "pragma version",
        "call quack_serve('quack:127.0.0.1:1', token = 'a')", "select * from quack_stop('quack:127.0.0.1:9494')",
        "select * from \"quack_stop\"('quack:127.0.0.1:9494')", "select * from query('from qu' || 'ack_server_list()')",
        "with a as (from QUERY('select 1')) from a", "select 1; select 2", "from duckdb_secrets()", "not sql",
        "select * from read_text('http://127.0.0.1:1/')",
    ],
)  # fmt: skip
def test_a_client_does_nothing_but_read(served: Served, sql: str) -> None:
    with pytest.raises(duckdb.Error, match=r"Authorization failed|Cannot access|disabled by configuration"):
        served.ask(sql)
    assert served.ask("select count(*) from customer_360") == [(3,)]


@needs_extension
def test_a_wrong_token_reads_nothing(served: Served) -> None:
    with pytest.raises(duckdb.Error, match="Authentication failed"):
        served.ask("select 1", token="wrong-token-0123456789")


@needs_extension
def test_a_new_publication_is_answered_from(served: Served) -> None:
    def runs() -> list[tuple[Any, ...]]:
        try:
            return served.ask("select any_value(run_id) from publication")
        except duckdb.Error:  # while it begins anew
            return []

    assert runs() == [("first-run",)]
    plant(served.paths, PEOPLE, run_id="second-run")
    _until(lambda: runs() == [("second-run",)])


def test_it_does_not_start_without_token_or_extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(quack.TOKEN, raising=False)
    with pytest.raises(SettingMissing, match=quack.TOKEN):
        quack.serve(Paths(tmp_path), 1, pytest.fail)
    monkeypatch.setenv(quack.TOKEN, "short")
    with pytest.raises(CxError, match="fewer than"):
        quack.serve(Paths(tmp_path), 1, pytest.fail)
    monkeypatch.setenv(quack.TOKEN, TOKEN)
    with pytest.raises(CxError, match="nothing has been published"):
        quack.serve(Paths(tmp_path), 1, pytest.fail)
    plant(Paths(tmp_path), PEOPLE)
    monkeypatch.setattr(quack, "EXTENSIONS", ("nowhere",))
    with pytest.raises(CxError, match="no extension nowhere") as refused:
        quack.serve(Paths(tmp_path), 1, pytest.fail)
    assert "duckdb-extension-nowhere==" in refused.value.remedy
