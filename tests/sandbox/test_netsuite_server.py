"""The sandbox's NetSuite answers as SuiteQL over REST does: texts only, nulls left out, pages capped, tokens for assertions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ingest.core.assertion import ASSERTION_TYPE
from ingest.core.signed_assertion import SignedAssertion
from ingest.sandbox.servers.netsuite import QUERY_PATH, TOKEN_PATH
from tests.sandbox.erp_company import BUYERS, Served, serving_erp

CUSTOMERS = (
    "SELECT id, email, isperson, TO_CHAR(lastmodifieddate, 'YYYY-MM-DD\"T\"HH24:MI:SS') AS changed FROM customer ORDER BY id"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_erp(tmp_path_factory.mktemp("netsuite")) as running:
        yield running


@pytest.fixture
def token(served: Served) -> SignedAssertion:
    served.reset()
    told = served.netsuite.settings(f"{served.url}/netsuite")
    return SignedAssertion(
        source="netsuite",
        token_url=told["base_url"] + TOKEN_PATH,
        client_id=told["client_id"],
        key_id=told["certificate_id"],
        private_key=told["private_key"],
        scope="rest_webservices",
    )


def ask(served: Served, token: SignedAssertion, query: str, prefer: str = "transient", **window: int) -> requests.Response:
    address, headers = f"{served.url}/netsuite{QUERY_PATH}", {"Prefer": prefer}
    return requests.post(address, json={"q": query}, params=window, headers=headers, auth=token, timeout=30)


def code(answer: requests.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]


def test_rows_are_texts_without_nulls_and_instants_in_the_accounts_zone(served: Served, token: SignedAssertion) -> None:
    page = ask(served, token, CUSTOMERS, limit=2).json()
    assert page["items"] == [
        {"links": [], "id": "9", "email": "dst@example.com", "isperson": "T", "changed": "2026-06-25T23:00:00"},
        {"links": [], "id": "1000", "email": "b0@example.com", "isperson": "T", "changed": "2026-06-20T23:00:00"},
    ]
    assert (page["count"], page["hasMore"], page["offset"], page["totalResults"]) == (2, True, 0, BUYERS + 1)
    assert [link["rel"] for link in page["links"]] == ["next", "last", "self"]
    [order] = ask(
        served, token, "SELECT id, trandate, lastmodifieddate FROM transaction WHERE type = 'SalesOrd' ORDER BY id"
    ).json()["items"]
    assert (order["trandate"], order["lastmodifieddate"]) == ("6/21/2026", "6/20/2026")  # the account's notation, and no time
    assert "city" not in ask(served, token, "SELECT nkey, addr1 FROM entityaddress ORDER BY nkey").json()["items"][0]


def test_pages_by_offset_end_at_the_cap(served: Served, token: SignedAssertion) -> None:
    last = ask(served, token, CUSTOMERS, limit=1000, offset=2000).json()
    assert (last["count"], last["hasMore"]) == (BUYERS + 1 - 2000, False)
    served.netsuite.switches.values["suiteql_rows"] = 2000
    assert ask(served, token, CUSTOMERS, limit=1000, offset=1000).ok
    assert code(ask(served, token, CUSTOMERS, limit=1000, offset=2000)) == (400, "INVALID_PARAMETER")


@pytest.mark.parametrize(
    ("query", "window", "prefer"),
    [
        (CUSTOMERS, {"limit": 1001}, "transient"),
        (CUSTOMERS, {"limit": 100, "offset": 50}, "transient"),
        (CUSTOMERS, {}, "respond-async"),
        ("SELECT id FROM employee ORDER BY id", {}, "transient"),
        ("SELECT nothing FROM customer ORDER BY nothing", {}, "transient"),
        ("DELETE FROM customer", {}, "transient"),
        ("SELECT getenv('HOME') FROM customer ORDER BY 1", {}, "transient"),
        ("SELECT * FROM read_csv('/etc/hosts') ORDER BY 1", {}, "transient"),
    ],
    ids=["limit", "offset", "header", "table", "column", "statement", "function", "file"],
)
def test_what_suiteql_refuses(served: Served, token: SignedAssertion, query: str, window: dict[str, int], prefer: str) -> None:
    assert code(ask(served, token, query, prefer, **window)) == (400, "INVALID_PARAMETER")


def test_tokens_are_for_assertions_signed_with_the_certificate(served: Served, token: SignedAssertion) -> None:
    good = token.build_access_token_request()["data"]
    header, claims, signature = good["client_assertion"].split(".")
    forged = {**good, "client_assertion": f"{header}.{claims}.{signature[:-6]}AAAAAA"}
    basic = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y", "client_assertion_type": ASSERTION_TYPE}
    answers = [requests.post(f"{served.url}/netsuite{TOKEN_PATH}", data=form, timeout=10) for form in (good, forged, basic)]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    refused = requests.post(f"{served.url}/netsuite{QUERY_PATH}", json={"q": CUSTOMERS}, timeout=10)
    assert code(refused) == (401, "INVALID_LOGIN")
