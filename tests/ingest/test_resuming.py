"""A listing that the vendor's allowance cut off goes on where it stopped, if it comes by age; any other starts over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import registry
from ingest.core.spec import Children, Cursor, Listing, Resource, instant, text
from tests.ingest.conftest import ACME, Warehouse, after, person
from tests.ingest.vendor import Vendor, json_answer

PEOPLE = ACME.resources[0]


def _in_order(listing: object) -> Listing:
    assert isinstance(listing, Listing)
    return replace(listing, in_order=True)


def _cut_off(vendor: Vendor) -> None:
    """A first page of 100 people, then no more for today."""
    vendor.records = [person(n, f"2026-06-{1 + n // 10:02}T10:00:00.000Z") for n in range(250)]
    page = {"results": vendor.records[:100], "paging": {"next": {"after": "100"}}}
    vendor.answers = [json_answer(page), json_answer({"policy": "daily"}, 429)]


def test_by_age_it_goes_on_from_the_newest_row_it_gave(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = replace(PEOPLE, full=_in_order(PEOPLE.full), changes=_in_order(PEOPLE.changes))
    monkeypatch.setitem(registry.SOURCES, "acme", replace(ACME, resources=(ordered,)))
    _cut_off(vendor)
    assert "acme" in warehouse.run().failures
    assert warehouse.rows("select count(*) from raw_acme.people") == [(100,)]
    report = warehouse.run()
    assert (report.failures, report.runs[0].mode, report.runs[0].extracted) == ({}, "changes", 160)
    assert {asked["since"] for asked in vendor.requests[2:]} == {"2026-06-10T09:55:00.000Z"}
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(250, 250)]


def test_without_order_it_starts_over(vendor: Vendor, warehouse: Warehouse) -> None:
    _cut_off(vendor)
    warehouse.run()
    report = warehouse.run()
    assert (report.runs[0].mode, report.runs[0].extracted) == ("full", 250)


def test_a_stream_goes_on_from_the_last_position_it_told(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = replace(_in_order(PEOPLE.full), params={"after": "{position}"})
    streamed = replace(PEOPLE, full=stream, changes=stream, cursor=Cursor(token="reached"))
    monkeypatch.setitem(registry.SOURCES, "acme", replace(ACME, resources=(streamed,)))
    _cut_off(vendor)
    page = {"results": vendor.records[:100], "paging": {"next": {"after": "100"}}, "reached": "100"}
    vendor.answers[0] = json_answer(page)
    warehouse.run()
    report = warehouse.run()
    assert (report.failures, report.runs[0].mode, report.runs[0].extracted) == ({}, "changes", 150)
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(250, 250)]


def test_under_a_parent_it_goes_on_from_the_newest_row_of_that_parent(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Listing("/people/{parent.id}/visits", "results", after, in_order=True)
    visits = Resource(
        name="visits",
        key=("person_id", "id"),
        columns=(text("id"), text("person_id", "$parent.id"), instant("updated_at", "updated")),
        full=listed,
        changes=replace(listed, params={"since": "{since}"}),
        parent=Children("people", each_keeps_its_cursor=True),
        cursor=Cursor("updated_at"),
    )
    monkeypatch.setitem(registry.SOURCES, "acme", replace(ACME, resources=(PEOPLE, visits)))
    people = [json_answer({"results": [person(1), person(2)]})]
    vendor.records = [person(n, f"2026-06-{1 + n // 10:02}T10:00:00.000Z") for n in range(250)]
    first = {"results": vendor.records[:100], "paging": {"next": {"after": "100"}}}
    vendor.answers = [
        *people,
        json_answer({"results": vendor.records[:10]}),
        json_answer(first),
        json_answer({"policy": "daily"}, 429),
    ]
    assert "acme" in warehouse.run().failures
    vendor.answers, asked = [*people], len(vendor.requests)
    assert warehouse.run().failures == {}
    assert [told.get("since", "")[:10] for told in vendor.requests[asked + 1 :]] == ["2026-06-01"] * 3 + ["2026-06-10"] * 2
    assert warehouse.rows("select person_id, count(*) from raw_acme.visits group by 1 order by 1") == [("1", 250), ("2", 250)]
