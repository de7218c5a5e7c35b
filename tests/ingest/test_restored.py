"""The warehouse put back to an earlier day, or damaged: the cursors that ran ahead of it lose nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlt.common.storages import FileStorage
from dlt.load import Load

from orchestration.cli import main
from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor

LATER = "2026-06-30T12:00:00.000Z"


def test_rows_that_an_older_warehouse_lacks_are_read_again(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records = [person(n, "2026-06-01T10:00:00.000Z") for n in range(5)]
    warehouse.run()
    shutil.copy(warehouse.paths.warehouse, warehouse.paths.root / "yesterday.duckdb")
    vendor.records += [person(n, f"2026-06-{5 + n:02}T10:00:00.000Z") for n in range(5, 8)]  # days apart: no lag reaches back
    warehouse.run()
    shutil.copy(warehouse.paths.root / "yesterday.duckdb", warehouse.paths.warehouse)
    vendor.records += [person(8, LATER)]
    report = warehouse.run()
    assert report.failures == {}
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(9, 9)]


@pytest.mark.usefixtures("begun")
def test_a_lost_warehouse_is_read_anew(vendor: Vendor, warehouse: Warehouse) -> None:
    warehouse.paths.warehouse.unlink()
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]


def _leave_a_log(warehouse: Warehouse) -> Path:
    """What a process that was killed behind a commit leaves beside the warehouse."""
    leave_a_log = (
        'import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute("pragma disable_checkpoint_on_shutdown");'
        "c.execute('create table t as select * from range(50000)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", leave_a_log, str(warehouse.paths.warehouse)], check=True)
    log = warehouse.paths.warehouse.with_name("cx.duckdb.wal")
    assert log.stat().st_size > 1_000
    return log


@pytest.mark.usefixtures("begun")
def test_a_log_with_wrong_bytes_is_told_of_in_a_line(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _leave_a_log(warehouse).open("r+b") as handle:
        handle.seek(500)
        handle.write(b"wrong" * 20)
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    assert main(["ingest", "acme"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "cx.duckdb.wal is damaged" in told and "cx restore" in told, told


@pytest.mark.usefixtures("begun")
def test_a_log_that_was_cut_off_costs_no_rows(vendor: Vendor, warehouse: Warehouse) -> None:
    log = _leave_a_log(warehouse)
    with log.open("r+b") as handle:
        handle.truncate(log.stat().st_size // 2)
    vendor.records += [person(900, LATER)]
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*) from raw_acme.people") == [(251,)]


@pytest.mark.usefixtures("begun")
def test_a_load_whose_end_the_warehouse_forgot_is_loaded_again(vendor: Vendor, warehouse: Warehouse) -> None:
    """A run is killed behind its last table, and then its commits are lost: what the loader believes done is none of it there."""
    vendor.records += [person(900, LATER)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Load, "complete_package", _killed)
        shutil.copy(warehouse.paths.warehouse, warehouse.paths.root / "before.duckdb")
        assert warehouse.run().failures
    shutil.copy(warehouse.paths.root / "before.duckdb", warehouse.paths.warehouse)
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(251, 251)]
    assert warehouse.rows("select count(*) from raw_acme.ingest_runs") == [(3,)]


def test_a_load_that_was_told_complete_and_not_moved_is_completed(vendor: Vendor, warehouse: Warehouse) -> None:
    """dlt notes that a package is loaded, then moves it; killed in between, it would fail at the note on every run."""
    vendor.records += [person(900, LATER)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileStorage, "rename_tree", _killed_at_loaded(FileStorage.rename_tree))
        assert warehouse.run().failures
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(251, 251)]


def _killed(*_: object, **__: object) -> None:
    raise RuntimeError("killed")


def _killed_at_loaded(moved: Callable[..., None]) -> Callable[..., None]:
    def move(storage: FileStorage, source: str, target: str) -> None:
        if target.startswith("loaded"):
            _killed()
        moved(storage, source, target)

    return move


@pytest.mark.parametrize("spoilt", ["head", "half"])
@pytest.mark.usefixtures("begun")
def test_a_damaged_warehouse_is_named_and_not_made_anew(
    spoilt: str, vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = warehouse.paths.warehouse
    whole = file.read_bytes()
    file.write_bytes(b"\0" * 4096 + whole[4096:] if spoilt == "head" else whole[: len(whole) // 2])
    damaged = file.read_bytes()
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    assert main(["ingest", "acme"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and str(file) in told and "cx restore" in told, told
    if spoilt == "head":  # of half a file DuckDB opens what the head tells of, and has signed it anew when it misses the rest
        assert file.read_bytes() == damaged
    assert main(["ingest", "acme"]) == 1 and "cx restore" in capsys.readouterr().err
