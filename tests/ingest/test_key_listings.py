"""A listing of keys that names too few is not believed, since staging takes for deleted what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.ingest.conftest import ACME, Warehouse, person
from tests.ingest.extraction import Extraction
from tests.ingest.vendor import Vendor

PEOPLE = ACME.resources[0]
LISTED = replace(ACME, resources=(replace(PEOPLE, keys=PEOPLE.full),))


@pytest.fixture
def acme(vendor: Vendor, tmp_path: Path) -> Extraction:
    return Extraction(LISTED, {"base_url": vendor.url, "token": "t"}, tmp_path)


def _is_believed(acme: Extraction) -> bool:
    return acme.run().books["people_keys"].is_complete


def test_fewer_than_half_are_refused_with_both_counts_and_the_way_out(acme: Extraction, vendor: Vendor) -> None:
    assert _is_believed(acme)
    vendor.records = vendor.records[:124]
    came = acme.run()
    assert not came.books["people_keys"].is_complete
    [error] = came.errors
    assert "124 of 250" in str(error) and "SOURCES__ACME__ACCEPT_SHORT_LISTING=true" in error.remedy
    assert not _is_believed(acme)  # the last believed listing stays the measure
    vendor.records = [person(n) for n in range(130)]
    assert _is_believed(acme)


def test_half_is_believed_and_so_is_anything_after_a_short_list(acme: Extraction, vendor: Vendor) -> None:
    assert _is_believed(acme)
    for count in (125, 63, 32, 19, 1):
        vendor.records = vendor.records[:count]
        assert _is_believed(acme)


def test_a_deletion_on_purpose_is_said_for_one_run(acme: Extraction, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _is_believed(acme)
    vendor.records = vendor.records[:30]
    monkeypatch.setenv("SOURCES__ACME__ACCEPT_SHORT_LISTING", "true")
    assert _is_believed(acme)
    monkeypatch.delenv("SOURCES__ACME__ACCEPT_SHORT_LISTING")
    assert _is_believed(acme)


def test_the_count_is_remembered_from_run_to_run(vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("ingest.registry").registry.SOURCES, "acme", LISTED)
    assert warehouse.run().failures == {}
    vendor.records = vendor.records[:10]
    assert "10 of 250" in str(warehouse.run().failures["acme"])
    listed = "select is_complete from raw_acme.ingest_runs where resource = 'people_keys' order by extracted desc"
    assert warehouse.rows(listed) == [(True,), (False,)]


def test_a_listing_is_not_repeated_before_it_is_due(vendor: Vendor, tmp_path: Path) -> None:
    weekly = replace(LISTED, resources=(replace(LISTED.resources[0], keys_every=timedelta(days=7)),))
    acme = Extraction(weekly, {"base_url": vendor.url, "token": "t"}, tmp_path)
    assert len(acme.run().rows["people_keys"]) == 250
    again = acme.run()
    assert "people_keys" not in again.books and again.rows["people_keys"] == []
    a_week_ago = datetime.fromisoformat(acme.states["people_keys"]["listed_at"]) - timedelta(days=7)
    acme.states["people_keys"]["listed_at"] = a_week_ago.isoformat()
    vendor.records = vendor.records[:240]
    assert len(acme.run().rows["people_keys"]) == 240
