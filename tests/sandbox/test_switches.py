"""Each switch makes a vendor misbehave exactly as it says, and no longer than it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from ingest.core.errors import CxError
from ingest.sandbox.process import Sandbox
from tests.sandbox.caller import BC_CUSTOMERS, CONTACTS, LISTS, RESOURCES, Client, listing


def test_fail_next_fails_that_many_calls_with_the_vendors_body(sandbox: Sandbox) -> None:
    sandbox.switch("stripe", fail_next={"status": 429, "count": 2, "retry_after": 3})
    answers = [listing(sandbox, "stripe") for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert (answers[0].json()["error"]["code"], answers[0].headers["retry-after"]) == ("rate_limit", "3")


def test_expired_token_refuses_and_then_recovers(sandbox: Sandbox) -> None:
    sandbox.switch("business_central", expired_token=1)
    client = Client(sandbox, "business_central")
    assert [client.get(BC_CUSTOMERS).status_code for _ in range(2)] == [401, 200]


def test_the_daily_quota_ends_the_day(sandbox: Sandbox) -> None:
    sandbox.switch("hubspot", daily_quota=1)
    assert listing(sandbox, "hubspot").status_code == 200
    assert listing(sandbox, "hubspot").json()["policyName"] == "DAILY"
    sandbox.switch("surveymonkey", daily_quota=0)
    assert "per day" in listing(sandbox, "surveymonkey").text


@pytest.mark.parametrize("source", LISTS)
def test_broken_bodies_are_not_json_and_the_next_one_is(sandbox: Sandbox, source: str) -> None:
    client = Client(sandbox, source)
    sandbox.switch(source, malformed_json=1, truncated_body=1)
    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            json.loads(client.get(LISTS[source][0], **LISTS[source][1]).content)
    assert client.get(LISTS[source][0], **LISTS[source][1]).json()


def test_html_with_status_200_is_served_once(sandbox: Sandbox) -> None:
    sandbox.switch("zendesk_support", html_200=1)
    answer = listing(sandbox, "zendesk_support")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert listing(sandbox, "zendesk_support").json()["tickets"]


def test_a_reset_closes_the_connection_inside_the_body(sandbox: Sandbox) -> None:
    sandbox.switch("brandwatch", reset=1)
    with pytest.raises(requests.RequestException):
        listing(sandbox, "brandwatch")
    assert listing(sandbox, "brandwatch").ok


@pytest.mark.parametrize("source", LISTS)
def test_unknown_fields_bad_values_and_duplicates_reach_the_records(sandbox: Sandbox, source: str) -> None:
    resource = RESOURCES[source]
    before = len(listing(sandbox, source).json()[LISTS[source][2]])
    sandbox.switch(
        source, unknown_field="loyalty", bad_value={"resource": resource, "field": "oddity.inner", "value": "x"}, duplicate_rows=1
    )
    rows = listing(sandbox, source).json()[LISTS[source][2]]
    assert len(rows) == before + 1
    assert all("loyalty" in row for row in rows)
    assert rows[0]["oddity"] == {"inner": "x"}
    after = listing(sandbox, source).json()[LISTS[source][2]]
    assert len(after) == before and "oddity" not in after[0]


def _more(source: str, page: dict[str, Any]) -> bool:
    return bool(
        {
            "hubspot": page.get("paging"),
            "business_central": page.get("@odata.nextLink"),
            "stripe": page.get("has_more"),
            "surveymonkey": (page.get("links") or {}).get("next"),
            "zendesk_support": not page.get("end_of_stream"),
            "brandwatch": page.get("nextCursor"),
        }[source]
    )


@pytest.mark.parametrize("source", LISTS)
def test_an_empty_page_may_say_that_more_follows(sandbox: Sandbox, source: str) -> None:
    sandbox.switch(source, empty_page_continues=1)
    page = listing(sandbox, source).json()
    assert page[LISTS[source][2]] == []
    assert _more(source, page)


def test_an_empty_page_loses_no_record(sandbox: Sandbox) -> None:
    client, seen = Client(sandbox, "hubspot"), list[str]()
    after, pages = "", 0
    while True:
        sandbox.switch("hubspot", empty_page_continues=pages % 2)
        page = client.get(CONTACTS, limit="100", **({"after": after} if after else {})).json()
        seen, pages = seen + [row["id"] for row in page["results"]], pages + 1
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert len(seen) == len(set(seen)) == 251


def test_an_unknown_switch_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(CxError, match="unknown switches: typo"):
        sandbox.switch("hubspot", typo=1)
