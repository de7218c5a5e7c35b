"""What every connector is promised by the engine, over real HTTP into a real DuckDB file."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor, json_answer


def test_every_page_lands_typed(vendor: Vendor, warehouse: Warehouse) -> None:
    report = warehouse.run()
    assert report.failures == {}
    assert warehouse.rows("select count(*), count(distinct id), min(age), bool_and(active) from raw_acme.people") == [
        (250, 250, 20, True)
    ]
    assert warehouse.rows("select email, tags, updated_at at time zone 'UTC' from raw_acme.people where id = '7'")[0][:2] == (
        "p7@example.com",
        '["a"]',
    )


def test_a_second_run_asks_only_for_changes_and_stores_each_row_once(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records = [person(n, "2026-06-29T10:00:00.000Z") for n in range(250)]
    vendor.records[0] = person(0)
    warehouse.run()
    vendor.records[3] = {**person(3, "2026-07-01T05:00:00.000Z"), "age": 99}
    report = warehouse.run()
    assert report.runs[0].mode == "changes"
    assert vendor.requests[-1]["since"] == "2026-06-30T09:55:00.000Z"
    assert report.runs[0].extracted == 2
    assert warehouse.rows("select count(*), max(age) from raw_acme.people") == [(250, 99)]


def test_the_cursor_never_passes_the_vendors_clock(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records.append(person(999, "2027-01-01T00:00:00.000Z"))
    warehouse.run()
    warehouse.run()
    assert vendor.requests[-1]["since"] == "2026-07-01T05:55:00.000Z"


def test_a_value_of_the_wrong_type_goes_to_quarantine_and_the_rest_lands(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records[5]["age"] = "about forty"
    vendor.records[6]["id"] = None
    run = warehouse.run().runs[0]
    assert (run.extracted, run.landed, run.quarantined, run.duplicates) == (250, 248, 2, 0)
    found = warehouse.rows("select resource, record_key, field, value_class, reason from raw_acme.quarantine order by field")
    assert found == [
        ("people", "5", "age", "text", "does not fit the declared type bigint"),
        ("people", None, "id", "null", "the key is missing"),
    ]
    assert warehouse.rows("select json_extract_string(record, '$.age') from raw_acme.quarantine where field = 'age'") == [
        ("about forty",)
    ]


def test_unknown_fields_are_kept(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records[1]["shoe_size"] = 43
    vendor.records[1]["properties"]["nickname"] = "Bob"  # type: ignore[index]
    warehouse.run()
    assert warehouse.rows("select id, _extra from raw_acme.people where _extra is not null") == [
        ("1", '{"properties.nickname":"Bob","shoe_size":43}')
    ]


def test_rows_doubled_across_pages_are_stored_once_and_counted(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records.append({**person(3), "age": 77})
    run = warehouse.run().runs[0]
    assert (run.extracted, run.landed, run.duplicates) == (251, 250, 1)
    assert warehouse.rows("select age from raw_acme.people where id = '3'") == [(77,)]


def test_counts_in_the_ledger_reconcile_with_the_table(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records[5]["age"] = []
    vendor.records.append(person(3))
    warehouse.run()
    ledger = warehouse.rows(
        "select run_id, extracted, distinct_keys, duplicates, quarantined, is_complete from raw_acme.ingest_runs where resource = 'people'"
    )
    run_id, extracted, distinct_keys, duplicates, quarantined, complete = ledger[0]
    assert complete and extracted == distinct_keys + duplicates + quarantined  # type: ignore[operator]
    assert warehouse.rows(f"select count(*) from raw_acme.people where _run_id = '{run_id}'") == [(distinct_keys,)]
    assert warehouse.rows("select count(*) from raw_acme.quarantine") == [(quarantined,)]


def test_an_empty_vendor_still_makes_its_tables(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.records = []
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*) from raw_acme.people") == [(0,)]
    assert warehouse.rows("select count(*) from raw_acme.quarantine") == [(0,)]


@pytest.mark.parametrize(
    "trouble",
    [
        json_answer({"error": "slow down"}, 429, **{"Retry-After": "1"}),
        json_answer({"error": "oops"}, 503),
        Response(b'{"results": [{"id": "1"', headers={"Content-Type": "application/json"}),
        Response(b"<html>maintenance</html>", headers={"Content-Type": "text/html"}),
    ],
    ids=["429", "503", "truncated", "html"],
)
def test_passing_trouble_is_retried(trouble: Response, vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.answers = [trouble]
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]


def test_a_page_that_stays_malformed_fails_with_one_clear_line_and_loses_nothing(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.answers = [Response(b"<html>", headers={"Content-Type": "text/html"}) for _ in range(20)]
    error = warehouse.run().failures["acme"]
    assert str(error) == f"acme: the answer of {vendor.url}/people is not JSON (text/html, 6 bytes) [people]"
    assert "nothing is lost" in error.remedy
    vendor.answers = []
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]


def test_an_answer_without_its_records_is_malformed_not_empty(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.answers = [json_answer({"rows": []})]
    assert "has no field 'results'" in str(warehouse.run().failures["acme"])


def test_a_wrong_token_names_the_variable_to_check(vendor: Vendor, warehouse: Warehouse) -> None:
    vendor.answers = [json_answer({"message": "bad token of bob@example.com"}, 401)]
    error = warehouse.run().failures["acme"]
    assert "access denied" in str(error) and "SOURCES__ACME__TOKEN" in error.remedy
    assert "bob@example.com" not in str(error)
    assert len(vendor.requests) == 1


def test_a_missing_variable_is_named_with_where_to_get_it(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__ACME__TOKEN")
    error = warehouse.run().failures["acme"]
    assert "SOURCES__ACME__TOKEN" in str(error) and "profile > tokens" in error.remedy


def test_a_used_up_quota_is_not_retried_and_keeps_what_was_read(vendor: Vendor, warehouse: Warehouse) -> None:
    first = json_answer({"results": vendor.records[:100], "paging": {"next": {"after": "100"}}})
    vendor.answers = [first, json_answer({"policy": "daily"}, 429)]
    error = warehouse.run().failures["acme"]
    assert "allowance" in str(error) and len(vendor.requests) == 2
    assert warehouse.rows("select count(*) from raw_acme.people") == [(100,)]
    assert warehouse.run().runs[0].mode == "full"
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]
