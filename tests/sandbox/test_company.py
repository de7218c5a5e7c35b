"""Claims about the planted company: it keeps the declared shapes, its stories are there, and every difficulty can be solved."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.spec import Kind, Resource
from ingest.registry import SOURCES
from ingest.sandbox.company import FILE_NAME, PLAN_END, START, build
from tests.sandbox.caller import LISTS
from tests.sandbox.linkage import linked

RESOURCES = [(f"{source.name}__{resource.name}", resource) for source in SOURCES.values() for resource in source.resources]
PLANNED_AHEAD = {
    "closed_at", "cancel_at", "trial_end_at", "starts_at", "ends_at", "cancelled_at", "current_term_end_at", "close_on", "due_on",
}  # fmt: skip
"""Instants a vendor names before they come: a deal's closing day, a trial's end, an appointment, a term."""

_resources = pytest.mark.parametrize(("table", "resource"), RESOURCES, ids=[table for table, _ in RESOURCES])


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    directory = tmp_path_factory.mktemp("company")
    build(directory, customers=2000, seed=7)
    with duckdb.connect(str(directory / FILE_NAME), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def value(company: duckdb.DuckDBPyConnection, query: str) -> Any:
    rows = company.execute(query).fetchall()
    return rows[0][0]


def fingerprint(directory: Path) -> dict[str, int]:
    """One number per table that no order of rows changes."""
    with duckdb.connect(str(directory / FILE_NAME), read_only=True) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {name: value(connection, f"select sum(hash(t)::hugeint) from {name} t") for (name,) in tables}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a company that no test changes."""
    directory = tmp_path_factory.mktemp("small")
    build(directory, customers=60, seed=7)
    return directory


def test_the_same_seed_plants_the_same_company_and_another_seed_another(small: Path, tmp_path: Path) -> None:
    for name, seed in (("same", 7), ("other", 8)):
        build(tmp_path / name, customers=60, seed=seed)
    one, same, other = (fingerprint(directory) for directory in (small, tmp_path / "same", tmp_path / "other"))
    assert one == same
    assert all(one[table] != other[table] for table in ("truth.people", "vendor.hubspot__contacts", "vendor.stripe__invoices"))


def test_a_standing_company_is_kept_and_one_of_another_size_replaced(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    first = (tmp_path / FILE_NAME).stat().st_ino
    build(tmp_path, customers=60, seed=7)
    assert (tmp_path / FILE_NAME).stat().st_ino == first
    build(tmp_path, customers=90, seed=7)
    assert (tmp_path / FILE_NAME).stat().st_ino != first


@_resources
def test_a_vendor_table_has_the_declared_columns_and_some_rows(
    company: duckdb.DuckDBPyConnection, table: str, resource: Resource
) -> None:
    relation = company.execute(f"select * from vendor.{table} limit 1")
    assert [column[0] for column in relation.description] == [column.name for column in resource.columns] + [
        "_visible_at",
        "_is_gone",
    ]
    assert relation.fetchall()


@_resources
def test_one_version_of_a_record_is_told_at_an_instant(
    company: duckdb.DuckDBPyConnection, table: str, resource: Resource
) -> None:
    keys = ", ".join(resource.key)
    if not table.startswith("web_events"):  # trackers send some events twice
        twice = f"select {keys} from vendor.{table} group by {keys}, _visible_at having count(*) > 1"
        assert not company.execute(twice).fetchall()
    missing = " or ".join(f"{key} is null" for key in (*resource.key, "_visible_at", "_is_gone"))
    assert value(company, f"select count(*) from vendor.{table} where {missing}") == 0


@_resources
def test_no_record_shows_a_stamp_from_its_future_or_finer_than_its_vendor_tells(
    company: duckdb.DuckDBPyConnection, table: str, resource: Resource
) -> None:
    grain = "second" if table.startswith(("stripe", "zendesk")) else "milliseconds"
    for column in resource.columns:
        if column.kind in (Kind.INSTANT, Kind.EPOCH):
            finer = f"{column.name} <> date_trunc('{grain}', {column.name})"
            future = "false" if column.name in PLANNED_AHEAD else f"{column.name} > _visible_at"
            assert value(company, f"select count(*) from vendor.{table} where {finer} or {future}") == 0, column.name


@_resources
def test_nested_columns_hold_json(company: duckdb.DuckDBPyConnection, table: str, resource: Resource) -> None:
    for column in resource.columns:
        if column.kind is Kind.JSON:
            assert value(company, f"select count(*) from vendor.{table} where not json_valid({column.name})") == 0, column.name


@pytest.mark.parametrize("clock", [START, START + timedelta(days=7), PLAN_END], ids=["first day", "a week on", "plan's end"])
def test_the_stated_rules_link_all_records_of_a_person_and_of_no_two(company: duckdb.DuckDBPyConnection, clock: datetime) -> None:
    owners = dict(
        company.execute("select source || '/' || resource || '/' || record_key, person_id from truth.record_owner").fetchall()
    )
    people, groups = defaultdict(set), defaultdict(set)
    for record, group in linked(company, clock).items():
        if record in owners:
            people[owners[record]].add(group)
            groups[group].add(owners[record])
    split = [person for person, found in people.items() if len(found) > 1]
    mixed = [found for found in groups.values() if len(found) > 1]
    assert (len(people) > 1500, split, mixed) == (True, [], [])


DIFFICULTIES = {
    "a mailbox in capitals": "select count(*) from vendor.business_central__customers where email = upper(email) and email <> ''",
    "a tagged mailbox": "select count(*) from vendor.stripe__customers where email like '%+%'",
    "a misspelt mailbox": """select count(*) from vendor.stripe__customers s join vendor.hubspot__contacts c on c.id = s.crm_contact_id
        where levenshtein(lower(s.email), lower(c.email)) = 1""",
    "a phone as dialled at home": "select count(*) from vendor.business_central__customers where phone_number similar to '0[1-9].*'",
    "a phone as dialled abroad": "select count(*) from vendor.business_central__customers where phone_number like '00%'",
    "a nickname": "select count(*) from vendor.hubspot__contacts where first_name in ('Bob', 'Liz', 'Kathi', 'Mike')",
    "a family mailbox": """select count(*) from (select email from vendor.hubspot__contacts where email like '%@family.example.org'
        group by email having count(distinct first_name) > 1)""",
    "a handed-on phone": """select count(*) from (
        select right(regexp_replace(phone_number, '[^0-9]', '', 'g'), 9) as line from vendor.business_central__customers c
        join truth.record_owner o on o.record_key = c.company_id || '/' || c.id join truth.people p using (person_id)
        where household_id is null and line <> '' group by line having count(distinct person_id) > 1)""",
    "a role mailbox": "select count(*) from vendor.zendesk_support__users where email like 'info@%' or email like 'office@%'",
    "a merged contact": "select count(*) from vendor.hubspot__contacts where merged_contact_ids is not null",
    "two merged at once": "select count(*) from vendor.hubspot__contacts where merged_contact_ids like '%;%'",
    "a payer naming a merged contact": """select count(*) from vendor.stripe__customers s
        where exists (from vendor.hubspot__contacts c where list_contains(string_split(c.merged_contact_ids, ';'), s.crm_contact_id))""",
    "a company as shop customer": "select count(*) from vendor.business_central__customers where type = 'Company'",
    "a second payer record": """select count(*) from (select person_id from truth.record_owner
        where source = 'stripe' and resource = 'customers' group by person_id having count(*) > 1)""",
    "a test order": "select count(*) from vendor.business_central__sales_invoices where external_document_number like 'TEST-%'",
    "a split order": "select count(*) from (select order_number from vendor.business_central__sales_invoices group by 1 having count(distinct id) > 1)",
    "a trial": "select count(*) from vendor.stripe__subscriptions where status = 'trialing'",
    "a bill given up": "select count(*) from vendor.stripe__invoices where status = 'uncollectible'",
    "yen": "select count(*) from vendor.stripe__invoices where currency = 'jpy' and amount_paid > 0",
    "an anonymous answer": """select count(*) from vendor.surveymonkey__responses
        where email is null and customer_number is null and ticket_id is null""",
    "an answer in two steps": "select count(*) from (select id from vendor.surveymonkey__responses group by id having count(distinct response_status) > 1)",
    "a second thought on a case": "select count(*) from (select ticket_id from vendor.zendesk_support__satisfaction_ratings group by 1 having count(*) > 1)",
    "a post found late": "select count(*) from vendor.brandwatch__mentions where added_at > posted_at + interval 20 days",
    "a post of two brands": "select count(*) from (select resource_id from vendor.brandwatch__mentions group by 1 having count(distinct query_id) > 1)",
    "a payment entered late": "select count(*) from vendor.business_central__customer_payments where posting_date < last_modified_at::date - 15",
    "a system change that leaves updated_at alone": "select count(*) from vendor.zendesk_support__tickets where generated_timestamp > epoch(updated_at)",
    "an event that reaches the feed late": "select count(*) from vendor.stripe__events where _visible_at > created_at",
}


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_the_difficulty_is_planted(company: duckdb.DuckDBPyConnection, difficulty: str) -> None:
    assert value(company, DIFFICULTIES[difficulty]) > 0


@pytest.mark.parametrize("source", LISTS)
def test_an_advancing_clock_brings_new_changed_and_vanished_records(company: duckdb.DuckDBPyConnection, source: str) -> None:
    moves = defaultdict(int)
    for resource in SOURCES[source].resources:
        counts = company.execute(
            f"""select count(*) filter (first_told), count(*) filter (not first_told and not _is_gone), count(*) filter ({_vanished(resource)})
            from (select *, row_number() over (partition by {", ".join(resource.key)} order by _visible_at) = 1 as first_told from vendor.{source}__{resource.name})
            where _visible_at > $1""",
            [START],
        ).fetchall()[0]
        for move, count in zip(("new", "changed", "vanished"), counts, strict=True):
            moves[move] += count
    assert min(moves["new"], moves["changed"], moves["vanished"]) > 0


def _vanished(resource: Resource) -> str:
    """Gone from the list, or still told and marked as deleted."""
    marks = {"tickets": "status = 'deleted'", "contacts": "archived"}
    return f"_is_gone or {marks.get(resource.name, 'false')}"


def test_two_in_five_people_never_buy(company: duckdb.DuckDBPyConnection) -> None:
    assert 0.36 < value(company, "select avg((type = 'lead')::int) from truth.people where type <> 'test'") < 0.46


def test_the_outage_week_brings_about_three_times_the_cases(company: duckdb.DuckDBPyConnection) -> None:
    per_week = company.execute(
        """select count(distinct ticket_id) from truth.case_versions where opened_at >= timestamptz '2026-02-09' and opened_at < timestamptz '2026-04-13'
        group by date_trunc('week', opened_at) order by date_trunc('week', opened_at)"""
    ).fetchall()
    counts = [count for (count,) in per_week]
    outage = counts.pop(4)
    assert 2 < outage / (sum(counts) / len(counts)) < 4


def test_the_campaign_of_may_2026_about_doubles_conversion(company: duckdb.DuckDBPyConnection) -> None:
    rate = """select avg((planned_first_purchase_at <= met_at + interval 90 days)::int) from (select * replace (coalesce(planned_first_purchase_at, 'infinity') as planned_first_purchase_at)
        from truth.people where planned_first_purchase_at is null or planned_first_purchase_at > met_at) where met_in_campaign = """
    assert 1.6 < value(company, rate + "true") / value(company, rate + "false") < 3.5


def test_those_who_leave_say_so_before(company: duckdb.DuckDBPyConnection) -> None:
    before_leaving = """select avg(a.score) from vendor.stripe__subscriptions s
        join truth.record_owner o on o.record_key = s.id and o.resource = 'subscriptions'
        join truth.answer_versions a on a.person_id = o.person_id and a.metric = 'nps' and a.responded_at between s.canceled_at - interval 20 days and s.canceled_at
        where s.status = 'canceled' and s.cancellation_reason = 'cancellation_requested'"""
    assert (
        value(company, before_leaving) < 5 < value(company, "select avg(score) from truth.answer_versions where metric = 'nps'")
    )


def test_documents_add_up(company: duckdb.DuckDBPyConnection) -> None:
    lines = "list_sum(from_json(json_extract(lines, '$[*].netAmount'), '[\"double\"]'))"
    for table in ("sales_invoices", "sales_orders"):
        wrong = f"abs({lines} - discount_amount - total_amount_excluding_tax) > 0.001"
        assert value(company, f"select count(*) from vendor.business_central__{table} where {wrong}") == 0
    billed = "list_sum(from_json(json_extract(lines, '$.data[*].amount'), '[\"bigint\"]'))"
    assert value(company, f"select count(*) from vendor.stripe__invoices where {billed} <> total") == 0


def test_what_charges_gave_back_is_what_was_refunded(company: duckdb.DuckDBPyConnection) -> None:
    wrong = """select count(*) from (select id, max(amount_refunded) as given from vendor.stripe__charges group by id) c
        left join (select charge_id, sum(amount) as refunded from vendor.stripe__refunds where status = 'succeeded' group by 1) r on r.charge_id = c.id
        where given <> coalesce(refunded, 0)"""
    assert value(company, wrong) == 0


@pytest.mark.parametrize("resource", ["customers", "subscriptions", "invoices", "charges", "refunds", "products", "prices"])
def test_every_change_in_stripe_has_its_event(company: duckdb.DuckDBPyConnection, resource: str) -> None:
    unheard = f"""select count(*) from vendor.stripe__{resource} v
        where not exists (from vendor.stripe__events e where e.object_id = v.id and e.created_at = v._visible_at)"""
    assert value(company, unheard) == 0
