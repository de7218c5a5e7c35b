"""Gate 1 on a real warehouse file: good data passes, every planted fault is named, quiet days trip nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths
from ingest.registry import SOURCES
from orchestration.quality.results import GateResult
from orchestration.quality.run import validate_landed

from .conftest import CANARY, OBSERVED, ROWS, Change

FAULTS = {
    # table: (what goes wrong, the measure that sees it, its severity)
    "raw_zendesk_support.tickets": (f"update {{t}} set status = '{CANARY}7@example.com' where id < 100", "known_status", "error"),
    "raw_zendesk_support.users": (
        f"update {{t}} set created_at = {OBSERVED} + interval 2 hour where id = 17",
        "stamp_created_at",
        "error",
    ),
    "raw_zendesk_support.satisfaction_ratings": ("alter table {t} drop column comment", "missing_columns", "error"),
    "raw_hubspot.contacts": ("update {t} set email = null where _seq % 10 < 8", "filled_email", "error"),
    "raw_hubspot.companies": ("update {t} set updated_at = null where _seq < 30", "filled_updated_at", "error"),
    "raw_hubspot.deals": ("delete from {t}", "rows", "error"),
    "raw_hubspot.deal_contacts": ("drop table {t}", "tables", "error"),
    "raw_stripe.customers": ("update {t} set created_at = timestamptz '1970-01-21 00:00:00+00'", "stamp_created_at", "error"),
    "raw_stripe.subscriptions": ("update {t} set status = 'active'", "variety_status", "error"),
    "raw_stripe.charges": ("update {t} set amount = -amount", "negative_amount", "error"),
    "raw_stripe.refunds": (
        "update raw_stripe.ingest_runs set quarantined = 60, distinct_keys = 240 where resource = 'refunds'",
        "quarantined_rows",
        "error",
    ),
    "raw_stripe.events": ("alter table {t} alter created_at type varchar", "readable_tables", "error"),
    "raw_stripe.prices": (
        "update raw_stripe.ingest_runs set is_complete = false where resource = 'prices'",
        "incomplete_runs",
        "warn",
    ),
    "raw_business_central.customer_payments": (
        "update {t} set posting_date = date '2027-01-01' where _seq = 5",
        "stamp_posting_date",
        "warn",
    ),
    "raw_business_central.items": (
        f"insert into raw_business_central.ingest_runs values "
        f"('run-2', 'items_keys', 'full', {OBSERVED} + interval 1 day, 90, 0, 0, 90, 1, true, null, null)",
        "listed_keys",
        "error",
    ),
    "raw_business_central.companies": (
        f"insert into raw_business_central.ingest_runs values "
        f"('run-2', 'companies', 'full', {OBSERVED} + interval 1 day, 9, 0, 0, 9, 1, true, null, null)",
        "full_listing_rows",
        "error",
    ),
    "raw_brandwatch.mentions": (
        f"insert into raw_brandwatch.ingest_runs values ('run-2', 'mentions', 'changes', {OBSERVED} + interval 1 day, "
        "90000, 0, 0, 90000, 9, true, null, null)",
        "newest_run_rows",
        "error",
    ),
}
ALSO = {"raw_brandwatch.mentions": {"rows"}}  # so many rows cannot have landed in a table of three hundred


Judged = dict[str, GateResult]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, landed_template: Path) -> Paths:
    """A warehouse with one fault in each of many tables."""
    paths = Paths(tmp_path_factory.mktemp("broken"))
    paths.warehouse.parent.mkdir(parents=True)
    shutil.copy(landed_template, paths.warehouse)
    with duckdb.connect(str(paths.warehouse)) as connection:
        for table, (statement, _, _) in FAULTS.items():
            connection.execute(statement.format(t=table))
    return paths


@pytest.fixture(scope="module")
def judged(broken: Paths) -> Judged:
    faulty = dict.fromkeys(table.split(".")[0].removeprefix("raw_") for table in FAULTS)
    return {result.table: result for result in validate_landed(broken, [*faulty, "surveymonkey"])}


def failed_measures(result: GateResult) -> set[str]:
    return {failure.split("; ")[1].split(" is ")[0] for failure in result.failures}


def test_good_data_passes_at_every_table(landed: Paths) -> None:
    results = validate_landed(landed, list(SOURCES))
    assert [result.failures for result in results if not result.passed] == []
    assert {result.table for result in results} == {f"{s.schema}.{r.name}" for s in SOURCES.values() for r in s.resources}
    assert all(result.evaluated > 3 for result in results)


@pytest.mark.parametrize("table", FAULTS)
def test_the_planted_fault_is_found_and_nothing_else(judged: Judged, table: str) -> None:
    _, measure, severity = FAULTS[table]
    result = judged[table]
    assert not result.passed
    assert failed_measures(result) == {measure} | ALSO.get(table, set())
    assert (result.severity, result.holds) == (severity, severity == "error")


def test_tables_without_a_fault_pass_beside_broken_ones(judged: Judged) -> None:
    assert [table for table, result in judged.items() if not result.passed and table not in FAULTS] == []


def test_a_failure_says_what_was_expected_seen_where_and_what_to_do(judged: Judged) -> None:
    (told,) = judged["raw_zendesk_support.users"].failures
    assert told == (
        "raw_zendesk_support.users: expected that created_at lies between 2000 and the moment the row was seen; stamp_created_at is 1 "
        "(for example id 17). See whether the vendor changed the unit or zone of its stamps, then read the declaration of the column again."
    )


def test_no_personal_value_reaches_results_or_data_docs(broken: Paths, judged: Judged) -> None:
    pages = [page for page in broken.docs.rglob("*") if page.is_file()]
    assert len(pages) > len(judged)
    assert [page.name for page in pages if CANARY in page.read_text(encoding="utf-8")] == []
    assert CANARY not in str(judged)


def test_data_docs_load_nothing_from_the_network_and_link_every_table(broken: Paths, judged: Judged) -> None:
    site = broken.docs / "quality" / "landed"
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert "<script" not in html and 'src="http' not in html and "url(http" not in html and "<link" not in html
    index = (site / "index.html").read_text(encoding="utf-8")
    assert all(f">{table}</a>" in index for table in judged)
    assert "holds publication: filled_email" in index


def test_an_empty_warehouse_names_every_missing_table(tmp_path: Path) -> None:
    results = validate_landed(Paths(tmp_path), ["surveymonkey"])
    assert [failed_measures(result) for result in results] == [{"tables"}] * 3
    assert all("cx ingest surveymonkey" in result.failures[0] for result in results)


def _second_run(table: str, changed: int, mode: str = "changes") -> tuple[str, ...]:
    """Statements for a next day on which `changed` rows came again."""
    schema, resource = table.split(".")
    at = f"{OBSERVED} + interval 1 day"
    return (
        f"update {table} set _run_id = 'run-2', _observed_at = {at} where _seq < {changed}",
        f"insert into {schema}.ingest_runs values ('run-2', '{resource}', '{mode}', {at}, {changed}, 0, 0, {changed}, 1, true, null, null)",
    )


@pytest.mark.parametrize("changed", [0, 1, 40])
def test_a_quiet_day_trips_nothing_even_with_odd_rows(landed: Paths, change: Change, changed: int) -> None:
    change(
        landed.warehouse,
        *_second_run("raw_surveymonkey.responses", changed),
        "update raw_surveymonkey.responses set pages = null where _run_id = 'run-2' and _seq < 20",
        "update raw_surveymonkey.ingest_runs set quarantined = 2, extracted = extracted + 2 where run_id = 'run-2'",
    )
    assert [result.failures for result in validate_landed(landed, ["surveymonkey"]) if not result.passed] == []


def test_a_field_lost_today_is_seen_although_older_rows_have_it(landed: Paths, change: Change) -> None:
    table = "raw_surveymonkey.responses"
    older = " union all ".join(f"select * replace (id || '-{n}' as id, _seq + {ROWS} as _seq) from {table}" for n in range(15))
    change(
        landed.warehouse,
        f"insert into {table} {older}",
        *_second_run(table, 250),
        f"update {table} set pages = null where _run_id = 'run-2'",
    )
    responses = validate_landed(landed, ["surveymonkey"])[-1]
    assert failed_measures(responses) == {"filled_pages"}
