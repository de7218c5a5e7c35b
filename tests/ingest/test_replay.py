"""What was set aside lands once its declaration is repaired: each record once, none over a newer version of itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ingest import registry
from ingest.core.replay import replay
from ingest.core.spec import Children, Listing, Resource, integer, text
from orchestration.cli import main
from tests.ingest.conftest import ACME, Warehouse, person, registered
from tests.ingest.vendor import Vendor

PEOPLE = ACME.resources[0]
MOVED = integer("age", "age.value")  # where the vendor began to tell the age
REPAIRED = replace(ACME, resources=(replace(PEOPLE, columns=tuple(MOVED if c.name == "age" else c for c in PEOPLE.columns)),))
BOOKS = "select extracted, distinct_keys, duplicates, quarantined, is_complete from raw_acme.ingest_runs where mode = 'replay'"


@pytest.fixture(scope="module")
def once_drifted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people of whom two came in a shape that was not declared then: what the run leaves, made once."""
    root = tmp_path_factory.mktemp("drifted")
    with pytest.MonkeyPatch.context() as patch, registered(patch) as vendor:
        vendor.records = [person(n) for n in range(10)]
        for number in (3, 4):
            vendor.records[number]["age"] = {"value": 60 + number}
        assert Warehouse(root).run().runs[0].quarantined == 2
    return root


@pytest.fixture
def drifted(vendor: Vendor, warehouse: Warehouse, once_drifted: Path) -> Warehouse:
    """That, in a data directory of this test's own."""
    shutil.copytree(once_drifted, warehouse.paths.root, dirs_exist_ok=True)
    vendor.records = []  # what follows reads nothing of the vendor
    return warehouse


def test_what_was_not_repaired_stays(drifted: Warehouse) -> None:
    [told] = replay(ACME, drifted.paths)
    assert (told.resource, told.landed, told.superseded, told.still_unfit) == ("people", 0, 0, 2)
    assert drifted.rows("select count(*) from raw_acme.quarantine") == [(2,)]
    assert drifted.rows(BOOKS) == [(2, 0, 0, 2, True)]


def test_a_repaired_record_lands_once_however_often_it_is_replayed(drifted: Warehouse) -> None:
    [told] = replay(REPAIRED, drifted.paths)
    assert (told.landed, told.still_unfit) == (2, 0)
    assert replay(REPAIRED, drifted.paths) == []
    assert drifted.rows("select count(*), count(distinct id) from raw_acme.people") == [(10, 10)]
    assert drifted.rows("select age from raw_acme.people where id in ('3', '4') order by id") == [(63,), (64,)]
    assert drifted.rows("select count(*) from raw_acme.quarantine") == [(0,)]


def test_the_books_reconcile_and_rows_keep_the_time_they_were_told(drifted: Warehouse) -> None:
    replay(REPAIRED, drifted.paths)
    assert drifted.rows(BOOKS) == [(2, 2, 0, 0, True)]
    assert drifted.rows("select count(distinct _observed_at), count(distinct _run_id) from raw_acme.people") == [(1, 2)]


def test_a_replay_that_was_cut_off_before_it_took_records_out_doubles_nothing(drifted: Warehouse) -> None:
    with duckdb.connect(str(drifted.paths.warehouse)) as connection:
        connection.execute("create table kept as from raw_acme.quarantine")
    replay(REPAIRED, drifted.paths)
    with duckdb.connect(str(drifted.paths.warehouse)) as connection:
        connection.execute("insert into raw_acme.quarantine from kept")
    assert replay(REPAIRED, drifted.paths)[0].landed == 2
    assert drifted.rows("select count(*), count(distinct id) from raw_acme.people") == [(10, 10)]


def test_a_newer_version_that_landed_since_stays(vendor: Vendor, drifted: Warehouse) -> None:
    with duckdb.connect(str(drifted.paths.warehouse)) as connection:
        connection.execute("update raw_acme.quarantine set observed_at = observed_at - interval 1 day")
    vendor.records = [{**person(3), "age": 33}]
    drifted.run()
    [told] = replay(REPAIRED, drifted.paths)
    assert (told.landed, told.superseded, told.still_unfit) == (1, 1, 0)
    assert drifted.rows("select id, age from raw_acme.people where id in ('3', '4') order by id") == [("3", 33), ("4", 64)]


def test_the_next_run_goes_on_from_where_the_last_one_stopped(vendor: Vendor, drifted: Warehouse) -> None:
    replay(REPAIRED, drifted.paths)
    assert drifted.run().runs[0].mode == "changes"


def test_a_child_keeps_what_it_was_listed_under(vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Resource(
        name="notes",
        key=("person_id", "id"),
        columns=(text("person_id", "$parent.id"), text("id"), integer("age")),
        full=Listing("/people/{parent.id}/notes", "results"),
        parent=Children("people"),
    )
    people = replace(PEOPLE, columns=tuple(MOVED if c.name == "age" else c for c in PEOPLE.columns))
    monkeypatch.setitem(registry.SOURCES, "acme", replace(ACME, resources=(people, notes)))
    vendor.records = [{**person(7), "age": {"value": 40}}]
    warehouse.run()
    repaired = replace(notes, columns=(text("person_id", "$parent.id"), text("id"), MOVED))
    [told] = replay(replace(ACME, resources=(people, repaired)), warehouse.paths)
    assert told.landed == 1
    assert warehouse.rows("select person_id, id, age from raw_acme.notes") == [("7", "7", 40)]


def test_the_command_tells_what_is_there_and_what_became_of_it(
    drifted: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(drifted.paths.root))
    assert main(["quarantine", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(word in listed for word in ("acme", "people", "age", "2026-07-01"))
    assert main(["quarantine", "show", "acme"]) == 0
    assert capsys.readouterr().out.count('"record_key": ') == 2
    assert main(["quarantine", "replay"]) == 1  # nothing was repaired
    monkeypatch.setitem(registry.SOURCES, "acme", REPAIRED)
    assert main(["quarantine", "replay", "acme"]) == 0
    assert main(["quarantine", "list", "nobody"]) == 1
    assert "there is no source nobody" in capsys.readouterr().err
