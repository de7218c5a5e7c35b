"""Children that a run missed are read by the next one, although their parents did not change again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import Response

from ingest import registry
from ingest.core.http import VendorClient
from ingest.core.spec import Children, Cursor, Listing, Resource, instant, text
from tests.ingest.conftest import ACME, Warehouse, person
from tests.ingest.extraction import Extraction
from tests.ingest.vendor import Vendor, json_answer

NOTES = Resource(
    name="notes",
    key=("person_id", "id"),
    columns=(text("id"), text("person_id", "$parent.id")),
    full=Listing("/people/{parent.id}/notes", "results"),
    parent=Children("people", changed_only=True),
)


@pytest.mark.parametrize(
    "trouble", [json_answer({"message": "no"}, 400), json_answer({"policy": "daily"}, 429)], ids=["failed", "quota"]
)
def test_missed_children_are_read_by_the_next_run(
    trouble: Response, vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.SOURCES, "acme", replace(ACME, resources=(*ACME.resources, NOTES)))
    old = "2026-06-29T10:00:00.000Z"
    vendor.records = [person(1, old), person(2)]  # of which a run that went on from its cursor would list one
    vendor.answers = [json_answer({"results": vendor.records}), json_answer({"results": vendor.records}), trouble]
    assert "acme" in warehouse.run().failures
    assert warehouse.rows("select distinct person_id from raw_acme.notes") == [("1",)]
    report = warehouse.run()
    assert (report.failures, report.runs[0].mode) == ({}, "full")
    assert warehouse.rows("select person_id, count(*) from raw_acme.notes group by 1 order by 1") == [("1", 2), ("2", 2)]
    assert warehouse.run().runs[0].mode == "changes"


def test_a_table_with_a_cursor_needs_no_column_id(vendor: Vendor, tmp_path: Path) -> None:
    listing = Listing("/people", "results")
    people = Resource(
        name="people",
        key=("number",),
        columns=(text("number", "id"), instant("updated_at", "updated")),
        full=listing,
        changes=listing,
        cursor=Cursor("updated_at"),
    )
    acme = Extraction(replace(ACME, resources=(people,)), {"base_url": vendor.url, "token": "t"}, tmp_path)
    assert (len(acme.run().rows["people"]), acme.run().errors) == (100, [])


def test_the_clock_of_a_vendor_out_of_reach_stands_still_for_the_run(vendor: Vendor) -> None:
    client = VendorClient(ACME, {"base_url": "http://127.0.0.1:9", "token": "t"}, lambda body: "")
    assert client.vendor_clock() == client.vendor_clock()
