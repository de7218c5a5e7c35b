"""Zendesk Chat's server answers as the vendor does: an export without an end, two types, agents behind an id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.chat_company import Served, instant, serving_chats
from tests.sandbox.small_company import at

ALL = {"fields": "chats(*)"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_chats(tmp_path_factory.mktemp("chats")) as served:
        yield served


class Client:
    def __init__(self, served: Served) -> None:
        self.served, self.session = served, served.session("zendesk_chat")
        self.base = served.settings("zendesk_chat")["base_url"]

    def get(self, path: str, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else self.base + path
        return self.session.get(url, params=params, timeout=10)

    def export(self, **params: Any) -> dict[str, Any]:
        return dict(self.get("/incremental/chats", **ALL, **params).json())


@pytest.fixture
def client(running: Served) -> Client:
    running.reset()
    return Client(running)


def test_the_export_keeps_chats_of_one_second_apart_and_never_says_it_is_over(client: Client) -> None:
    page, seen = client.export(limit=2), list[str]()
    while page["chats"]:
        seen += [row["id"] for row in page["chats"]]
        assert page["count"] == len(page["chats"]) <= 2
        page = client.get(page["next_page"]).json()
    assert len(seen) == len(set(seen)) == 12
    assert (page["count"], page["end_time"], page["end_id"]) == (0, instant(at(days=3)), seen[-1])
    assert client.get(page["next_page"]).json() == page


def test_without_ids_each_page_begins_with_the_last_second_again(client: Client) -> None:
    client.served.switches("zendesk_chat").values["chat_overlap"] = True
    page = client.export(limit=3)
    again = client.get(page["next_page"]).json()
    assert again["chats"][0]["id"] == page["chats"][-1]["id"]


def test_an_empty_page_names_the_place_to_go_on_from(client: Client) -> None:
    client.served.switches("zendesk_chat").set({"empty_page_continues": 1})
    page = client.export()
    assert (page["chats"], page["end_time"]) == ([], instant(at(minutes=1)))
    assert len(client.get(page["next_page"]).json()["chats"]) == 12


def test_ids_alone_unless_all_fields_are_asked_for(client: Client) -> None:
    assert client.get("/incremental/chats").json()["chats"][0] == {"id": "2606.1.S0001"}


def test_the_two_types_have_different_fields(client: Client) -> None:
    chats = {row["type"]: row for row in client.export()["chats"]}
    assert "message" not in chats["chat"] and {"history", "duration", "rating"} <= chats["chat"].keys()
    assert "history" not in chats["offline_msg"] and chats["offline_msg"]["message"] == "Hi there!"
    assert chats["chat"]["visitor"].keys() == {"id", "name", "email", "phone", "notes"}


def test_agents_stand_behind_an_id_in_a_bare_list(client: Client) -> None:
    first = client.get("/agents", limit=3).json()
    assert [agent["id"] for agent in first] == [601, 602, 603]
    assert [agent["id"] for agent in client.get("/agents", since_id=603).json()] == [604, 605]
    assert client.get("/agents", since_id=605).json() == []


def test_credentials_and_limits_are_checked(client: Client) -> None:
    switches = client.served.switches("zendesk_chat")
    switches.set({"rate_limit": 1})
    answers = [client.get("/departments") for _ in range(2)]
    switches.set({"rate_limit": 0})
    assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0
    client.session.headers["Authorization"] = "Bearer wrong"
    assert client.get("/departments").json()["error"] == "invalid_token"
