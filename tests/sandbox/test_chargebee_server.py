"""Chargebee's wire over real HTTP: wrapped records, offsets, filters, deleted records, errors with codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import State
from tests.sandbox.small_company import Rows, at, write_company


def customer(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "id": f"cb{number}",
        "first_name": "Jo",
        "email": f"p{number}@example.com",
        "country": "DE",
        "customer_number": "C1",
        "deleted": False,
        "resource_version": int(stamp.timestamp() * 1000),
        "created_at": stamp,
        "updated_at": stamp,
        **values,
    }


COMPANY: Rows = {
    "chargebee__customers": [*(customer(n) for n in range(1, 8)), customer(9, deleted=True)],
    "chargebee__item_prices": [{"id": "care", "price": 1900, "deleted": False, "created_at": at(), "updated_at": at()}],
    "chargebee__credit_notes": [{"id": "CN-1", "total": 5, "deleted": False, "issued_at": at(), "updated_at": at()}],
}


class Client:
    """Asks with the key as user and no password."""

    def __init__(self, sandbox: Sandbox) -> None:
        environment = sandbox.environment()
        self.base = environment["SOURCES__CHARGEBEE__BASE_URL"]
        self.auth = (environment["SOURCES__CHARGEBEE__API_KEY"], "")

    def get(self, path: str, **params: Any) -> requests.Response:
        return requests.get(self.base + path, params=params, auth=self.auth, timeout=30)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("chargebee")
    write_company(directory, COMPANY)
    State(customers=1, seed=7, sources=("chargebee",)).write(directory)
    with Sandbox.start(directory, customers=1, sources=("chargebee",)) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    sandbox.switch("chargebee", clear=True)
    return Client(sandbox)


def test_lists_wrap_each_record_and_end_without_an_offset(client: Client) -> None:
    params = {"limit": 3, "sort_by[asc]": "updated_at"}
    page, seen, sizes = client.get("/customers", **params).json(), list[str](), list[int]()
    while True:
        seen += [item["customer"]["id"] for item in page["list"]]
        sizes.append(len(page["list"]))
        if "next_offset" not in page:
            break
        page = client.get("/customers", offset=page["next_offset"], **params).json()
    assert (seen, sizes) == ([f"cb{n}" for n in range(1, 8)], [3, 3, 1])


def test_beside_a_customer_stands_the_card_and_empty_fields_are_left_out(client: Client) -> None:
    item = client.get("/customers", limit=1, **{"sort_by[asc]": "updated_at"}).json()["list"][0]
    assert (set(item), item["customer"]["cf_customer_number"]) == ({"customer", "card"}, "C1")
    assert not {"phone", "cf_crm_contact_id"} & set(item["customer"])
    assert item["customer"]["updated_at"] == int(at(minutes=1).timestamp())


def test_deleted_records_are_told_on_request_only(client: Client) -> None:
    shown = client.get("/customers", limit=100, include_deleted="true").json()["list"]
    assert {item["customer"]["id"] for item in shown if item["customer"]["deleted"]} == {"cb9"}
    assert len(client.get("/customers", limit=100).json()["list"]) == 7


def test_after_leaves_out_its_own_second(client: Client) -> None:
    page = client.get("/customers", limit=100, **{"updated_at[after]": int(at(minutes=5).timestamp())}).json()
    assert {item["customer"]["id"] for item in page["list"]} == {"cb6", "cb7"}


def test_ten_records_come_unless_told_otherwise_and_never_over_a_hundred(client: Client) -> None:
    assert len(client.get("/customers").json()["list"]) == 7
    assert client.get("/customers", limit=101).json()["param"] == "limit"


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/potions", {}, 404, "site_not_found"),
        ("/credit_notes", {"sort_by[asc]": "updated_at"}, 400, "param_wrong_value"),
        ("/customers", {"offset": "[]"}, 400, "param_wrong_value"),
    ],
)
def test_refusals_carry_a_code(client: Client, path: str, params: dict[str, str], status: int, code: str) -> None:
    answer = client.get(path, **params)
    assert (answer.status_code, answer.json()["api_error_code"]) == (status, code)
    assert answer.json()["http_status_code"] == status


def test_a_wrong_key_is_refused(client: Client) -> None:
    answer = requests.get(f"{client.base}/customers", auth=("wrong", ""), timeout=10)
    assert (answer.status_code, answer.json()["api_error_code"]) == (401, "api_authentication_failed")


def test_too_many_calls_get_the_limit_and_a_time_to_wait(sandbox: Sandbox, client: Client) -> None:
    client.get("/customers")
    sandbox.switch("chargebee", rate_limit=1)
    answer = client.get("/customers")
    assert (answer.status_code, answer.json()["error_code"]) == (429, "api_request_limit_exceeded")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_open_points_can_be_had_both_ways(sandbox: Sandbox, client: Client) -> None:
    told = client.get("/customers", limit=3).json()["next_offset"]
    sandbox.switch("chargebee", offset_shape="opaque")
    word = client.get("/customers", limit=3).json()["next_offset"]
    assert (told[0], word[0] != "[") == ("[", True)
    pages = [client.get("/customers", limit=3, offset=offset).json()["list"] for offset in (told, word)]
    assert pages[0] == pages[1]
    sandbox.switch("chargebee", rate_limit=1, no_retry_after=True)
    refused = client.get("/customers")
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)


def test_a_site_of_the_older_catalogue_refuses_item_prices(sandbox: Sandbox, client: Client) -> None:
    assert client.get("/item_prices").json()["list"][0]["item_price"]["id"] == "care"
    sandbox.switch("chargebee", old_catalogue=True)
    answer = client.get("/item_prices")
    assert (answer.status_code, answer.json()["api_error_code"]) == (400, "configuration_incompatible")
