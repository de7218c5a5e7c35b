"""Sprout Social's server answers as the vendor does: filters in words, two kinds of paging, a silent cap, no headers on limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ingest.sandbox.servers import sprout_social
from tests.sandbox.chat_company import Served
from tests.sandbox.opinion_company import MESSAGES, POSTS, serving_opinions

EVER = "created_time.in(2025-01-01T00:00:00..2026-07-01T06:00:00)"
INBOX = ["group_id.eq(11)", "customer_profile_id.eq(1, 2)", EVER]
MINE = "customer_profile_id.eq(1)"
YEAR = "reporting_period.in(2025-07-01...2026-06-30)"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_opinions(tmp_path_factory.mktemp("opinions")) as served:
        yield served


class Client:
    def __init__(self, served: Served) -> None:
        self.served, self.session = served, served.session("sprout_social")
        self.base = served.settings("sprout_social")["base_url"]

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=10)

    def post(self, path: str, filters: list[str], **body: Any) -> requests.Response:
        return self.session.post(f"{self.base}/77{path}", json={"filters": filters, **body}, timeout=10)


@pytest.fixture
def client(running: Served) -> Client:
    running.reset()
    return Client(running)


def test_the_customer_id_comes_first_and_opens_the_rest(client: Client) -> None:
    assert client.get("/metadata/client").json()["data"] == [{"customer_id": 77, "name": "Aurora Home"}]
    profiles = client.get("/77/metadata/customer").json()["data"]
    assert [(row["customer_profile_id"], row["groups"]) for row in profiles] == [(1, [11, 12]), (2, [11])]
    assert client.get("/78/metadata/customer").status_code == 403
    client.session.headers["Authorization"] = "Bearer another"
    assert client.get("/metadata/client").json() == {"error": "Unauthorized"}


def test_messages_end_with_an_answer_without_paging(client: Client) -> None:
    seen, cursor = list[str](), dict[str, str]()
    while True:
        page = client.post("/messages", INBOX, limit=3, sort=["created_time:asc"], **cursor).json()
        seen += [row["guid"] for row in page["data"]]
        if "paging" not in page:
            break
        cursor = {"page_cursor": page["paging"]["next_cursor"]}
    assert len(seen) == len(set(seen)) == MESSAGES
    assert client.post("/messages", INBOX, page=2).status_code == 400
    assert client.post("/messages", INBOX, page_cursor="?").status_code == 400


def test_a_record_shows_what_was_asked_for_and_else_its_guid(client: Client) -> None:
    assert client.post("/messages", INBOX).json()["data"][0] == {"guid": "9000"}
    asked = client.post("/messages", INBOX, fields=["from", "internal.sent_by.id"]).json()["data"][0]
    assert asked["from"]["screen_name"] == "Some_0" and asked["internal"]["sent_by"] is None


def test_dates_stand_three_dots_apart_and_times_two(client: Client) -> None:
    assert client.post("/messages", [*INBOX[:2], EVER.replace("..", "...")]).status_code == 400
    assert client.post("/analytics/profiles", [MINE, YEAR.replace("...", "..")], metrics=["impressions"]).status_code == 400
    days = client.post("/analytics/profiles", [MINE, YEAR], metrics=["lifetime_snapshot.followers_count"]).json()
    assert days["data"][0] == {
        "dimensions": {"reporting_period.by(day)": "2025-08-13", "customer_profile_id": 1},
        "metrics": {"lifetime_snapshot.followers_count": 100},
    }


def test_profile_days_are_counted_in_pages_and_asked_for_by_the_year(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprout_social, "DAYS_PAGE", 3)
    last = client.post("/analytics/profiles", [MINE, YEAR], metrics=["impressions"], page=2).json()
    assert last["paging"] == {"current_page": 2, "total_pages": 2}
    assert client.post("/analytics/profiles", [MINE, YEAR], metrics=["impressions"], page=3).status_code == 400
    assert client.post("/analytics/profiles", [MINE, YEAR.replace("2025", "2024")], metrics=["reactions"]).status_code == 400


def test_posts_end_at_the_cap_without_a_word_and_go_on_behind_an_id(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprout_social, "POSTS_PAGE", 2)
    monkeypatch.setattr(sprout_social, "POSTS_CAP", 4)
    query: dict[str, Any] = {"metrics": ["lifetime.impressions"], "sort": ["guid:asc"]}
    last = client.post("/analytics/posts", [MINE, EVER], **query, page=2).json()
    assert last["paging"] == {"current_page": 2, "total_pages": 2}
    behind = client.post("/analytics/posts", [MINE, EVER, f"guid.gt({last['data'][-1]['guid']})"], **query).json()
    assert (len(behind["data"]), behind["paging"]["total_pages"], POSTS) == (2, 2, 7)
    assert client.post("/analytics/posts", [MINE, EVER], metrics=["unheard_of"]).status_code == 400


def test_the_limit_is_told_by_nothing_but_the_refusal(client: Client) -> None:
    client.served.switches("sprout_social").set({"rate_limit": 1})
    refused = [client.get("/metadata/client") for _ in range(2)][-1]
    assert (refused.status_code, refused.json()) == (429, {"error": "Too many requests"})
    assert not [name for name in refused.headers if "limit" in name.lower() or name.lower() == "retry-after"]
