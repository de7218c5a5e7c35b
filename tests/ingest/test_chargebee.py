"""The Chargebee connector against the planted care plans: all of it lands, later runs read what moved, deletions are marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.core.load import ingest_source
from ingest.core.paths import Paths
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from ingest.sources.chargebee import CHARGEBEE
from tests.ingest.two_runs import TwoRuns, two_runs

FIRST, LATER = datetime(2026, 2, 1, 6, tzinfo=UTC), START + timedelta(days=2)
RESOURCES = tuple(resource.name for resource in CHARGEBEE.resources)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("chargebee")
    with Sandbox.start(directory, customers=200, sources=("chargebee",), clock=FIRST) as running:
        yield running


@pytest.fixture(scope="module")
def landed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRuns]:
    with two_runs(CHARGEBEE, sandbox, tmp_path_factory.mktemp("landed"), (FIRST, LATER), "resource_version") as made:
        yield made


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_landed_is_what_chargebee_shows(landed: TwoRuns, resource: str) -> None:
    assert landed.rows(f"select id, resource_version from raw_chargebee.{resource} order by all") == landed.told(resource, LATER)


def test_later_runs_list_what_moved_and_the_counts_add_up(landed: TwoRuns) -> None:
    for run in (run for runs in landed.runs for run in runs.values()):
        assert run.is_complete
        assert run.extracted == run.landed + run.duplicates + run.quarantined
    first, later = (runs["invoices"] for runs in landed.runs)
    assert (first.mode, later.mode, first.calls) == ("full", "changes", 1)
    assert 0 < later.extracted < len(landed.told("invoices", LATER))


def test_money_is_minor_units_and_time_whole_seconds(landed: TwoRuns) -> None:
    told = landed.rows("select distinct price, currency_code from raw_chargebee.item_prices where id = 'care-basic-JPY-Monthly'")
    assert told == [(3040, "JPY")]
    invoice = landed.rows("select invoiced_at <= updated_at, line_items from raw_chargebee.invoices limit 1")[0]
    assert (invoice[0], '"date_from":' in invoice[1]) == (True, True)


def test_what_was_deleted_is_marked(landed: TwoRuns) -> None:
    assert landed.rows("select id from raw_chargebee.item_prices where deleted") == [("care-try-EUR-Weekly",)]


def test_trouble_on_the_way_costs_one_record_and_two_calls(
    landed: TwoRuns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCES__CHARGEBEE__CATALOGUE", "1")
    landed.sandbox.switch(
        "chargebee",
        fail_next={"status": 429, "count": 1, "retry_after": 0},
        empty_page_continues=1,
        duplicate_rows=1,
        bad_value={"resource": "customers", "field": "customer.created_at", "value": "soon"},
    )
    runs, errors = ingest_source(CHARGEBEE, Paths(tmp_path))
    customers = runs[0]
    assert (errors, sum(run.calls for run in runs)) == ([], len(RESOURCES) - 1 + 2)  # an older site is not asked for item prices
    assert (customers.quarantined, customers.duplicates) == (1, 1)
    assert customers.landed == len(landed.told("customers", LATER)) - 1
    assert all(run.landed == len(landed.told(run.resource, LATER)) for run in runs[2:])
    assert (runs[1].resource, runs[1].extracted, runs[1].is_complete) == ("item_prices", 0, True)
