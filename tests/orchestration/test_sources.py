"""One vendor's bad day stays that vendor's."""

from __future__ import annotations

import dagster as dg
import pytest

from ingest.core.errors import IngestError, SettingMissing
from orchestration.gates import read_holds
from tests.orchestration.conftest import Company


@pytest.fixture
def two_vendors(company: Company) -> Company:
    company.sources = ("desk", "shop")
    return company


def _landed(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.path[0] for event in result.get_asset_materialization_events() if event.asset_key}


def test_a_failing_source_leaves_the_others_materialised_and_is_named(two_vendors: Company, instance: dg.DagsterInstance) -> None:
    two_vendors.landing.failing = {"shop": IngestError("shop: 503 for ten minutes")}
    result = two_vendors.run("ingest_all", instance)
    assert not result.success
    assert _landed(result) == {"raw_ingest", "raw_desk"}
    [hold] = read_holds(two_vendors.paths)
    assert (hold.gate, hold.subject, hold.reason) == ("extraction", "shop", "shop: 503 for ten minutes")


def test_a_retry_asks_only_the_sources_that_failed(two_vendors: Company, instance: dg.DagsterInstance) -> None:
    two_vendors.landing.failing = {"shop": IngestError("shop: 503 for ten minutes")}
    two_vendors.run("ingest_all", instance)
    assert two_vendors.landing.asked == [["desk", "shop"], ["shop"]]


def test_a_missing_setting_is_not_tried_again(two_vendors: Company, instance: dg.DagsterInstance) -> None:
    two_vendors.landing.failing = {"shop": SettingMissing("shop: no value for SOURCES__SHOP__TOKEN")}
    two_vendors.run("ingest_all", instance)
    assert len(two_vendors.landing.asked) == 1


def test_the_counts_of_a_run_stand_on_its_tables(company: Company, instance: dg.DagsterInstance) -> None:
    result = company.run("ingest_all", instance)
    [told] = [
        event for event in result.get_asset_materialization_events() if event.asset_key == dg.AssetKey(["raw_desk", "answers"])
    ]
    metadata = told.materialization.metadata
    assert (metadata["rows extracted"].value, metadata["rows landed"].value, metadata["calls"].value) == (3, 3, 1)
