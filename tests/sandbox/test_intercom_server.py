"""Intercom's server answers as the vendor does: searches by cursor, whole days, one scroll, capped parts, error lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from ingest.sandbox.servers.state import START
from tests.sandbox.chat_company import NEXT_DAY, Served, instant, serving_chats
from tests.sandbox.small_company import at


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_chats(tmp_path_factory.mktemp("chats")) as served:
        yield served


class Client:
    def __init__(self, served: Served) -> None:
        self.served, self.session = served, served.session("intercom")
        self.base = served.settings("intercom")["base_url"]

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.base + path, params=params, timeout=10)

    def search(self, name: str, since: int = 0, field: str = "updated_at", **paging: Any) -> requests.Response:
        query = {"operator": "AND", "value": [{"field": field, "operator": ">", "value": str(since)}]}
        body = {"query": query, "sort": {"field": "updated_at", "order": "ascending"}, "pagination": {"per_page": 150, **paging}}
        return self.session.post(f"{self.base}/{name}/search", json=body, timeout=10)


@pytest.fixture
def client(running: Served) -> Client:
    running.reset()
    return Client(running)


def code(answer: requests.Response) -> str:
    assert answer.json()["type"] == "error.list" and answer.json()["request_id"]
    return str(answer.json()["errors"][0]["code"])


def test_a_search_is_paged_by_the_cursor_of_each_answer(client: Client) -> None:
    seen, sizes, after = list[str](), list[int](), dict[str, Any]()
    while True:
        page = client.search("contacts", per_page=60, **after).json()
        seen += [row["id"] for row in page["data"]]
        sizes.append(len(page["data"]))
        if "next" not in page["pages"]:
            break
        after = {"starting_after": page["pages"]["next"]["starting_after"]}
    assert (sizes, page["total_count"], page["pages"]["total_pages"]) == ([60, 60, 40], 160, 3)
    assert seen == sorted(seen) and len(set(seen)) == 160


def test_an_empty_page_may_say_that_more_follows(client: Client) -> None:
    client.served.switches("intercom").set({"empty_page_continues": 1})
    page = client.search("contacts").json()
    assert page["data"] == []
    assert len(client.search("contacts", starting_after=page["pages"]["next"]["starting_after"]).json()["data"]) == 150


def test_contacts_compare_by_whole_days_and_conversations_by_the_second(client: Client) -> None:
    morning = instant(at(days=5))
    days = {row["updated_at"] // 86_400 for row in client.search("contacts", morning).json()["data"]}
    assert min(days) == morning // 86_400 + 1
    times = [row["updated_at"] for row in client.search("conversations", instant(at(hours=6))).json()["conversations"]]
    assert times == [instant(at(hours=n)) for n in range(7, 13)]


def test_what_was_merged_or_deleted_is_in_no_answer(client: Client) -> None:
    client.served.world.set_clock(NEXT_DAY)
    assert "c0007" not in [row["id"] for row in client.search("contacts").json()["data"]]
    assert client.get("/contacts", per_page=150).json()["total_count"] == 159
    gone = client.get("/conversations/5003")
    assert (gone.status_code, code(gone)) == (404, "not_found")


def test_the_index_may_lag_behind_the_list(client: Client) -> None:
    client.served.switches("intercom").values["search_delay"] = 86_400 * 3
    assert client.search("contacts").json()["total_count"] < client.get("/contacts").json()["total_count"] == 160


def test_a_conversation_shows_its_newest_parts_and_counts_all(client: Client) -> None:
    whole = client.get("/conversations/5001", display_as="plaintext").json()
    parts = whole["conversation_parts"]
    assert [part["body"] for part in parts["conversation_parts"]] == ["It is late"] * 2
    client.served.switches("intercom").values["part_cap"] = 1
    capped = client.get("/conversations/5001").json()["conversation_parts"]
    assert ([part["id"] for part in capped["conversation_parts"]], capped["total_count"]) == (["001002"], 2)


def test_a_workspace_has_one_scroll_until_it_ends(client: Client) -> None:
    first = client.get("/companies/scroll").json()
    assert len(first["data"]) == 100
    refused = client.get("/companies/scroll")
    assert (refused.status_code, code(refused)) == (400, "scroll_exists")
    token = first["scroll_param"]
    assert len(client.get("/companies/scroll", scroll_param=token).json()["data"]) == 20
    assert client.get("/companies/scroll", scroll_param=token).json()["data"] == []
    lost = client.get("/companies/scroll", scroll_param=token)
    assert (lost.status_code, code(lost)) == (404, "not_found")


@pytest.mark.parametrize(
    ("paging", "query"),
    [({"per_page": 151}, None), ({"starting_after": "?"}, None), ({}, [{"field": "id", "operator": "=", "value": "1"}] * 16)],
)
def test_a_search_that_breaks_a_rule_is_refused(client: Client, paging: dict[str, Any], query: Any) -> None:
    body = {
        "query": {"operator": "AND", "value": query or [{"field": "id", "operator": "!=", "value": ""}]},
        "pagination": paging,
    }
    answer = client.session.post(f"{client.base}/contacts/search", json=body, timeout=10)
    assert (answer.status_code, code(answer)) == (400, "parameter_invalid")


def test_credentials_version_and_limits_are_checked(client: Client) -> None:
    limited = client.served.switches("intercom")
    limited.set({"rate_limit": 1})
    answer = [client.get("/teams") for _ in range(2)][-1]
    limited.set({"rate_limit": 0})
    assert [answer.status_code, code(answer)] == [429, "rate_limit_exceeded"]
    headers = answer.headers
    assert (headers["X-RateLimit-Remaining"], "Retry-After" in headers) == ("0", False)
    assert 0 < int(headers["X-RateLimit-Reset"]) - instant(START) <= timedelta(seconds=10).total_seconds()
    client.session.headers["Intercom-Version"] = "9.9"
    assert code(client.get("/teams")) == "intercom_version_invalid"
    client.session.headers["Authorization"] = "Bearer wrong"
    refused = client.get("/teams")
    assert (refused.status_code, code(refused)) == (401, "unauthorized")
