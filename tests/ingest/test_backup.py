"""A backup holds all that cannot be built again, and restoring one loses nothing that came after it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ingest.core.ownership import EMAIL, Rows
from ingest.core.paths import Paths
from ingest.core.suppression import Suppression
from ingest.owners import OWNERS
from orchestration.backup import BackupError, backup, restore
from orchestration.cli import main
from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor

DECISIONS = "create schema identity_state; create table identity_state.ledger (id integer primary key, said varchar)"


@pytest.fixture
def saved(vendor: Vendor, begun: Warehouse) -> Path:
    """A backup of a warehouse with 250 people, a decision, and something that can be built again."""
    with duckdb.connect(str(begun.paths.warehouse)) as connection:
        connection.execute(f"{DECISIONS}; insert into identity_state.ledger values (1, 'same')")
        connection.execute("create schema marts; create table marts.rebuilt as select 1 as one")
    (begun.paths.warehouse.parent / "overrides.csv").write_text("a,b\n", encoding="utf-8")
    backup(begun.paths, begun.paths.root / "backup")
    return begun.paths.root / "backup"


def test_what_was_saved_comes_back_and_nothing_else(saved: Path, tmp_path: Path) -> None:
    elsewhere = Paths(tmp_path / "elsewhere")
    restore(elsewhere, saved)
    with duckdb.connect(str(elsewhere.warehouse)) as connection:
        assert connection.execute("select count(*) from raw_acme.people").fetchall() == [(250,)]
        assert connection.execute("select * from identity_state.ledger").fetchall() == [(1, "same")]
        schemas = {s for (s,) in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        assert schemas == {"raw_acme", "raw_ingest", "identity_state"}
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into identity_state.ledger values (1, 'again')")
    assert (elsewhere.warehouse.parent / "overrides.csv").read_text(encoding="utf-8") == "a,b\n"


def test_rows_of_after_the_backup_are_read_again(saved: Path, vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records += [person(300, "2026-06-30T11:00:00.000Z")]
    warehouse.run()
    restore(warehouse.paths, saved)
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]
    vendor.records += [person(301, "2026-06-30T12:00:00.000Z")]
    report = warehouse.run()
    assert (report.failures, report.runs[0].mode) == ({}, "changes")
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(252, 252)]


def test_somebody_who_was_erased_since_does_not_come_back(
    saved: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OWNERS, "acme", {"people": Rows(told={"email": EMAIL})})
    listed = Suppression.read(warehouse.paths)
    listed.add(EMAIL, "p7@example.com")
    listed.keep()
    restore(warehouse.paths, saved)
    assert warehouse.rows("select count(*), count(*) filter (id = '7') from raw_acme.people") == [(249, 0)]
    assert b"p7@example.com" not in warehouse.paths.warehouse.read_bytes()


def _lose(saved: Path) -> None:
    (saved / "raw_acme" / "people.parquet").unlink()


def _cut(saved: Path) -> None:
    file = saved / "raw_acme" / "people.parquet"
    file.write_bytes(file.read_bytes()[:-200])


def _change(saved: Path) -> None:
    file = saved / "raw_acme" / "people.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table t as from '{file}'; delete from t where id = '7'; copy t to '{file}'")


def _forget(saved: Path) -> None:
    (saved / "manifest.json").unlink()


def _scribble(saved: Path) -> None:
    told = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    (saved / "manifest.json").write_text(json.dumps({"tables": [{"name": "x"}], "was": len(told)}), encoding="utf-8")


@pytest.mark.parametrize("spoil", [_lose, _cut, _change, _forget, _scribble])
def test_a_damaged_backup_leaves_the_warehouse_as_it_is(spoil: object, saved: Path, vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records += [person(300, "2026-06-30T11:00:00.000Z")]
    warehouse.run()
    assert callable(spoil)
    spoil(saved)
    with pytest.raises(BackupError) as error:
        restore(warehouse.paths, saved)
    assert str(saved) in str(error.value)
    assert warehouse.rows("select count(*) from raw_acme.people") == [(251,)]
    assert sorted(p.name for p in warehouse.paths.warehouse.parent.glob("*.duckdb")) == ["cx.duckdb"]


def test_the_commands_say_what_they_did_and_refuse_what_would_lose(
    saved: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    assert main(["backup", "--to", str(saved)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["backup"]) == 0
    [made] = (warehouse.paths.root / "backups").iterdir()
    assert str(made) in capsys.readouterr().out.replace("\n", "")
    assert main(["restore", str(made)]) == 0
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]
