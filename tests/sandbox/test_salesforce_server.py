"""Salesforce's server: tokens, what a user may see, queries by locator, bulk jobs, the day's allowance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.salesforce_org import CONTACT, Org, contacts, small_org, stamp
from tests.sandbox.small_company import at

_ROWS = contacts(
    7, n3={"is_deleted": True, "master_record_id": CONTACT.format(4)}, n5={"first_name": 'A "quoted"\nname', "phone": ""}
)
_SOQL = "SELECT Id,FirstName,Phone,SystemModstamp FROM Contact"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with small_org(tmp_path_factory.mktemp("org"), _ROWS) as org:
        yield org


@pytest.fixture
def org(served: Org) -> Org:
    served.switches.values.clear()
    return served


def job(org: Org, soql: str = _SOQL) -> str:
    answer = org.call("POST", "/jobs/query", json={"operation": "queryAll", "query": soql, "contentType": "CSV"})
    assert answer.json()["state"] == "UploadComplete"
    return f"/jobs/query/{answer.json()['id']}"


def finished(org: Org) -> str:
    path = job(org)
    assert [org.call("GET", path).json()["state"] for _ in range(2)] == ["InProgress", "JobComplete"]
    return path


def test_token_errors_are_objects_and_data_errors_lists(org: Org) -> None:
    refused = org.token(client_secret="wrong")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    answer = org.call("GET", "/query", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_a_hidden_field_does_not_exist(org: Org) -> None:
    org.switches.values["hidden_fields"] = ["Contact.Phone"]
    fields = [field["name"] for field in org.call("GET", "/sobjects/Contact/describe").json()["fields"]]
    assert "Phone" not in fields and "MailingAddress" in fields
    answer = org.query(_SOQL)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_query_all_pages_by_locator_and_shows_the_recycle_bin(org: Org) -> None:
    org.switches.values["page_rows"] = 3
    page, sizes, seen = org.query(_SOQL, "/queryAll").json(), list[int](), list[str]()
    while True:
        sizes.append(len(page["records"]))
        seen += [row["Id"] for row in page["records"]]
        assert page["totalSize"] == 7
        if page["done"]:
            break
        assert "/query/" in page["nextRecordsUrl"]
        page = org.call("GET", page["nextRecordsUrl"]).json()
    assert (sizes, seen) == ([3, 3, 1], [CONTACT.format(n) for n in range(1, 8)])
    assert org.query("SELECT COUNT() FROM Contact").json() == {"totalSize": 6, "done": True, "records": []}


def test_an_unknown_locator_is_refused_and_so_is_what_a_switch_aims_at(org: Org) -> None:
    assert org.call("GET", "/query/nothing-3").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    org.switches.values["refuse_once"] = {"path": "/queryAll", "code": "QUERY_TIMEOUT"}
    assert org.query(_SOQL).ok
    assert [org.query(_SOQL, "/queryAll").status_code for _ in range(2)] == [400, 200]


def test_stamps_compare_inclusively_and_are_written_without_a_colon(org: Org) -> None:
    page = org.query(f"{_SOQL} WHERE SystemModstamp >= {stamp(at(seconds=6))} AND IsDeleted = false").json()
    assert [row["Id"] for row in page["records"]] == [CONTACT.format(6), CONTACT.format(7)]
    assert page["records"][0]["SystemModstamp"] == "2026-06-21T06:00:06.000+0000"
    assert page["records"][0]["attributes"]["type"] == "Contact"


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE"),
        ("SELECT Id", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE SystemModstamp >= '2026-01-01'", "INVALID_FIELD"),
    ],
)
def test_what_is_no_query_is_refused_by_its_code(org: Org, soql: str, code: str) -> None:
    assert org.query(soql).json()[0]["errorCode"] == code


def _sets(org: Org, path: str, rows: int) -> list[list[str]]:
    found, locator = list[list[str]](), ""
    while locator != "null":
        answer = org.call("GET", f"{path}/results", params={"maxRecords": rows, **({"locator": locator} if locator else {})})
        assert answer.headers["Content-Type"] == "text/csv"
        locator = answer.headers["Sforce-Locator"]
        found.append(answer.text.splitlines())
    return found


@pytest.mark.parametrize(("once", "headers"), [(True, 1), (False, 2)])
def test_a_job_is_read_by_locator_until_it_says_null(org: Org, once: bool, headers: int) -> None:
    org.switches.values["header_once"] = once
    sets = _sets(org, finished(org), 4)
    assert sum(lines[0] == '"Id","FirstName","Phone","SystemModstamp"' for lines in sets) == headers
    assert sets[0][1] == f'"{CONTACT.format(1)}","","","2026-06-21T06:00:01.000Z"'
    assert any('"A ""quoted""' in line for lines in sets for line in lines)


def test_a_job_gives_nothing_early_nor_in_another_version_nor_once_deleted(org: Org) -> None:
    path = job(org)
    assert org.call("GET", f"{path}/results").json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert org.call("DELETE", path).status_code == 400
    for _ in range(2):
        org.call("GET", path)
    assert org.call("GET", f"/services/data/v61.0{path}/results").status_code == 409
    assert org.call("DELETE", path).status_code == 204
    assert org.call("GET", path).json()[0]["errorCode"] == "NOT_FOUND"


def test_jobs_refuse_compound_fields(org: Org) -> None:
    body = {"operation": "query", "query": "SELECT Id,MailingAddress FROM Contact"}
    assert "compound" in org.call("POST", "/jobs/query", json=body).json()[0]["message"]


def test_every_answer_tells_the_calls_used_and_the_last_one_is_refused(org: Org) -> None:
    used, allowed = org.query(_SOQL).headers["Sforce-Limit-Info"].removeprefix("api-usage=").split("/")
    assert (int(used) > 0, allowed) == (True, "15000")
    org.switches.values["rate_limit"] = 1
    answer = org.query(_SOQL)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_the_common_switches_act_on_its_records(org: Org) -> None:
    bad: dict[str, Any] = {"resource": "contacts", "field": "FirstName", "value": 3}
    org.switches.values |= {"unknown_field": "Loyalty__c", "duplicate_rows": 1, "bad_value": bad}
    rows = org.query(_SOQL).json()["records"]
    assert (len(rows), rows[0]["FirstName"], rows[6]["Loyalty__c"]) == (7, 3, "new")
    org.switches.values |= {"empty_page_continues": 1}
    page = org.query(_SOQL).json()
    assert (page["records"], page["done"]) == ([], False)
