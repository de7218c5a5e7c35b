"""What rubbish in arguments once brought down: each ends in a line now."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.cli import main
from orchestration.reach.serve import serve


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """One record in quarantine."""
    monkeypatch.setenv("CX_DATA_DIR", str(tmp_path / "data"))
    made = Paths(tmp_path / "data")
    made.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute(
            f"create schema raw_hubspot; create table raw_hubspot.quarantine as select '{'a' * 32}' as id, 'contacts' as resource, "
            "'1' as record_key, 'age' as field, 'text' as value_class, 'no number' as reason, now() as observed_at, '{}' as record"
        )
    return made


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize("days", [("2026-06-01", "9999-12-31"), ("0001-01-01", "2026-06-01")], ids=str)
def test_days_no_vendor_has_are_not_asked_for(paths: Paths, days: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backfill", "--from", days[0], "--to", days[1]]) == 1
    assert told(capsys).startswith("error: no vendor tells of ")


@pytest.mark.parametrize("name", ["'" * 32, "{0}" + "x" * 29, "a' or '1'='1" + "x" * 20, '"] or 1=1 --' + "x" * 20], ids=str)
def test_an_id_of_quarantine_is_a_value_and_no_sql(paths: Paths, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(name) == 32 and main(["quarantine", "show", name]) == 1
    assert told(capsys).startswith("error: no record ")
    assert main(["quarantine", "show", "a" * 32]) == 0


@pytest.mark.parametrize("name", ["it's", "a[bc]*?", "x[/]", "{a,b}", "a;b 100%"], ids=str)
def test_a_backup_stands_in_a_folder_of_any_name(paths: Paths, name: str, tmp_path: Path) -> None:
    assert main(["backup", "--to", str(tmp_path / name)]) == 0
    paths.warehouse.unlink()
    assert main(["restore", str(tmp_path / name)]) == 0
    with duckdb.connect(str(paths.warehouse)) as connection:
        assert connection.execute("select count(*) from raw_hubspot.quarantine").fetchall() == [(1,)]


def test_a_place_that_cannot_be_is_said(paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert main(["export-person", "a@example.org", "--to", str(tmp_path / "file")]) == 1
    assert "is no folder" in told(capsys)
    for command in (["export-person", "a@example.org", "--to"], ["backup", "--to"], ["restore"]):
        assert main([*command, str(tmp_path / ("x" * 300))]) == 1
        assert told(capsys).startswith("error: File name too long: ")
    assert main(["restore", str(tmp_path / "file")]) == 1
    assert told(capsys).startswith("error: Not a directory: ")


@pytest.mark.parametrize("command", ["serve", "quack", "app", "ui"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "9" * 5_000, "x"], ids=lambda told: told[:6])
def test_a_port_is_one(paths: Paths, command: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, f"--port={port}"])
    assert "must be a port from 1 to 65535" in told(capsys)


@pytest.mark.parametrize("host", ["999.1.1.1", "x" * 70, "a.b.example", "192.0.2.1", "\x00"], ids=lambda told: told[:9])
def test_an_address_nothing_can_listen_on_is_said_before_anything_is_made(
    paths: Paths, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_API_TOKEN", "x" * 32)
    with pytest.raises(CxError, match="cannot be listened on"):
        serve(paths, host, 8350)
    assert not paths.lookup.exists()
