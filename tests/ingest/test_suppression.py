"""Who was erased stays out: landing drops their rows, counts them, and clears their address from the rows of others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import owners
from ingest.core.load import ingest_source
from ingest.core.ownership import EMAIL, PHONE, Link, Rows, clean_email, normalised, values_at, without_entries
from ingest.core.paths import Paths
from ingest.core.suppression import RECORD, Suppression
from ingest.registry import SOURCES
from tests.ingest.conftest import ACME, Warehouse, person
from tests.ingest.vendor import Vendor

PEOPLE = Rows(told={"email": EMAIL})


@pytest.fixture(autouse=True)
def _people_are_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(owners.OWNERS, "acme", {"people": PEOPLE})  # type: ignore[arg-type]


def _erased(paths: Paths, *listed: tuple[str, str]) -> None:
    made = Suppression.read(paths)
    for kind, value in listed:
        made.add(kind, value)
    made.keep()


def test_rows_of_the_erased_are_dropped_and_counted(vendor: Vendor, warehouse: Warehouse) -> None:
    _erased(warehouse.paths, (RECORD, "acme:people:3"), (EMAIL, "p4@example.com"))
    vendor.records[4]["properties"] = {"email": " P4+news@Example.com"}
    run = warehouse.run().runs[0]
    assert (run.extracted, run.landed, run.suppressed) == (250, 248, 2)
    assert warehouse.rows("select count(*) from raw_acme.people where id in ('3', '4')") == [(0,)]
    ledger = warehouse.rows(
        "select extracted - distinct_keys - duplicates - quarantined - suppressed, suppressed from raw_acme.ingest_runs where resource = 'people'"
    )
    assert ledger == [(0, 2)]


def test_a_dropped_record_stays_out_also_when_it_changes_its_address(vendor: Vendor, warehouse: Warehouse) -> None:
    _erased(warehouse.paths, (EMAIL, "p4@example.com"))
    warehouse.run()
    vendor.records[4] = {**person(4, "2026-07-01T05:00:00.000Z"), "properties": {"email": "another@example.com"}}
    run = warehouse.run().runs[0]
    assert run.suppressed >= 1
    assert warehouse.rows("select count(*) from raw_acme.people where id = '4'") == [(0,)]


def test_others_lose_what_they_tell_of_the_erased(vendor: Vendor, warehouse: Warehouse) -> None:
    _erased(warehouse.paths, (EMAIL, "gone@example.com"), (PHONE, normalised(PHONE, "+49 30 1234567")))
    vendor.records[1]["tags"] = ["ask gone@example.com", "or 030 / 123 45 67", "not p2@example.com"]
    vendor.records[2]["nickname"] = "Gone@Example.com"
    assert warehouse.run().runs[0].suppressed == 0
    assert warehouse.rows("select tags from raw_acme.people where id = '1'") == [
        ('["ask [erased]","or [erased]","not p2@example.com"]',)
    ]
    assert warehouse.rows("select _extra from raw_acme.people where id = '2'") == [('{"nickname":"[erased]"}',)]


def test_a_list_of_others_loses_the_whole_entry_of_the_erased(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the key stands a name, in appointments for instance."""
    among = Rows(of=(Link(("tags",), "people", path="$[*].actor.reference", prefix="Person/"),))
    monkeypatch.setitem(owners.OWNERS, "acme", {"people": among})  # type: ignore[arg-type]
    _erased(warehouse.paths, (RECORD, "acme:people:900"))
    both = [{"actor": {"reference": f"Person/{key}", "display": f"Name {key}"}} for key in (900, 901)]
    vendor.records[1]["tags"], vendor.records[2]["tags"] = both, both[:1]
    assert warehouse.run().runs[0].suppressed == 1, "who is the only one takes the row with them"
    kept = '[{"actor":{"reference":"Person/901","display":"Name 901"}}]'
    assert warehouse.rows("select tags from raw_acme.people where id in ('1', '2')") == [(kept,)]


def test_entries_are_taken_out_where_the_list_stands() -> None:
    assert (
        without_entries('{"a": [{"id": 1, "n": "A"}, {"id": 2}], "b": "é"}', "$.a[*].id", "1".__eq__)
        == '{"a":[{"id":2}],"b":"é"}'
    )
    assert without_entries('["x", "y"]', "$[*]", "x".__eq__) == '["y"]'


def test_a_record_that_does_not_fit_is_not_kept_when_it_is_theirs(vendor: Vendor, warehouse: Warehouse) -> None:
    _erased(warehouse.paths, (RECORD, "acme:people:5"), (EMAIL, "p6@example.com"))
    for number in (5, 6, 7):
        vendor.records[number]["age"] = "about forty"
    run = warehouse.run().runs[0]
    assert (run.extracted, run.landed, run.quarantined, run.suppressed) == (250, 247, 1, 2)
    assert warehouse.rows("select record_key from raw_acme.quarantine") == [("7",)]


def test_nothing_lands_of_what_was_read_before_somebody_was_erased(vendor: Vendor, warehouse: Warehouse) -> None:
    def erase_meanwhile(resource: str, rows: int, calls: int) -> None:
        warehouse.paths.suppression.mkdir(parents=True, exist_ok=True)
        (warehouse.paths.suppression / "newest").write_text("20260701T060000-1\n", encoding="ascii")

    with pytest.raises(Exception, match="somebody was erased while it was read"):
        ingest_source(ACME, warehouse.paths, erase_meanwhile)
    assert warehouse.run().runs[0].landed == 250, "the next run reads it again from where the warehouse stands"


def test_a_phone_alone_keeps_nobody_out_who_has_another_address(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are shared and handed on."""
    monkeypatch.setitem(owners.OWNERS, "acme", {"people": replace(PEOPLE, told={"email": EMAIL, "_extra": PHONE})})  # type: ignore[arg-type]
    _erased(warehouse.paths, (PHONE, normalised(PHONE, "030 1234567")))
    vendor.records[1]["line"] = "030 1234567"
    vendor.records[2] |= {"line": "+49 (30) 1234567", "properties": {"email": None}}
    assert warehouse.run().runs[0].suppressed == 1
    assert warehouse.rows("select id from raw_acme.people where id in ('1', '2')") == [("1",)]


def test_the_list_holds_hashes_and_a_salt_of_its_own(warehouse: Warehouse) -> None:
    _erased(warehouse.paths, (EMAIL, "gone@example.com"))
    written = (warehouse.paths.suppression / "hashes.txt").read_text(encoding="ascii")
    other = Paths(warehouse.paths.root / "elsewhere")
    _erased(other, (EMAIL, "gone@example.com"))
    assert "gone" not in written and written != (other.suppression / "hashes.txt").read_text(encoding="ascii")
    assert (warehouse.paths.suppression / "salt").stat().st_mode & 0o077 == 0


def test_every_raw_table_is_somebodys_or_nobodys_by_columns_it_has() -> None:
    for name, source in SOURCES.items():
        for resource in source.resources:
            rows = owners.OWNERS.get(name, {}).get(resource.name)
            if name == "acme" or (rows is None) != (resource.name in owners.NOBODYS.get(name, {})):
                assert name == "acme", f"{name}.{resource.name} is to be in one of OWNERS and NOBODYS"
            if rows is not None and name != "acme":
                links: list[Link] = [*rows.of, *rows.brings]
                told = {*rows.key, *rows.told, *(column for one in links for column in one.columns)}
                assert told <= {column.name for column in resource.columns}, f"{name}.{resource.name}"


def test_identifiers_have_one_spelling() -> None:
    assert clean_email(" Mailto:A.B+x@GoogleMail.com ") == "ab@gmail.com" and clean_email("no address") == ""
    assert {normalised(PHONE, told) for told in ("+49 (30) 123-4567", "0049 30 1234567", "030/1234567")} == {"301234567"}
    assert list(values_at('{"a": [{"id": 1}, {"id": "x"}, {}]}', "$.a[*].id")) == ["1", "x"]
