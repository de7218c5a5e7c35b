"""A listing that the vendor's allowance cut off goes on where it stopped, if it comes by age; any other starts over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import registry
from ingest.core.spec import Cursor, Listing
from tests.ingest.conftest import ACME, Warehouse, person
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
