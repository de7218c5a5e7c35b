"""A few records of Intercom and Zendesk Chat, written by hand, and both vendors served from them inside the test's process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from ingest import registry
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.app import build, servers
from ingest.sandbox.servers.base import Vendor
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.world import World
from ingest.sources.intercom import INTERCOM
from ingest.sources.zendesk_chat import ZENDESK_CHAT
from tests.loopback import serving
from tests.sandbox.small_company import Rows, at, write_company

SOURCES = {source.name: source for source in (INTERCOM, ZENDESK_CHAT)}
NEXT_DAY = START + timedelta(days=1)
EMPTY_CONTACTS = '{"type":"contact.list","contacts":[]}'


def _contact(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(number / 20)
    return {
        "id": f"c{number:04}",
        "role": "user",
        "email": f"p{number}@example.com",
        "companies": "[]",
        "custom_attributes": "{}",
        "created_at": stamp,
        "updated_at": stamp,
        "_visible_at": stamp,
        **values,
    }


def _conversation(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(hours=number)
    return {
        "id": str(5000 + number),
        "state": "closed",
        "open": False,
        "author_type": "user",
        "author_id": "c0001",
        "contacts": EMPTY_CONTACTS.replace("[]", '[{"type":"contact","id":"c0001"}]'),
        "body": "<p>Hello</p>",
        "admin_assignee_id": 8801,
        "custom_attributes": "{}",
        "part_count": 2,
        "created_at": stamp,
        "updated_at": stamp,
        "_visible_at": stamp,
        **values,
    }


def _part(conversation: int, number: int, **values: Any) -> dict[str, Any]:
    stamp = at(hours=conversation, seconds=number)
    return {
        "conversation_id": str(5000 + conversation),
        "id": f"{conversation:03}{number:03}",
        "part_type": "comment",
        "body": "<p>It is <b>late</b></p>",
        "author_type": "admin",
        "author_id": "8801",
        "created_at": stamp,
        "updated_at": stamp,
        **values,
    }


def _chat(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "id": f"2606.1.S{number:04}",
        "type": "chat",
        "missed": False,
        "deleted": False,
        "department_name": "Support",
        "agent_ids": '["601"]',
        "visitor_id": f"1.v{number}",
        "visitor_name": f"Visitor {number}",
        "history": "[]",
        "tags": "[]",
        "agent_messages": 1,
        "started_at": stamp,
        "ended_at": stamp,
        "updated_at": stamp,
        "_visible_at": stamp,
        **values,
    }


def chat_company() -> Rows:
    """160 contacts (one merged away the next day), 120 companies, 12 conversations, 12 chats of which five share a second."""
    later, gone = START + timedelta(hours=3), START + timedelta(hours=5)
    tied = at(days=3)
    return {
        "intercom__admins": [{"id": "8801", "name": "Agent", "team_ids": "[501]"}],
        "intercom__teams": [{"id": "501", "name": "Support", "admin_ids": "[8801]"}],
        "intercom__companies": [
            {"id": f"k{n:03}", "name": f"K {n}", "custom_attributes": "{}", "created_at": at(), "updated_at": at()}
            for n in range(120)
        ],
        "intercom__contacts": [
            *(_contact(n) for n in range(1, 161)),
            _contact(7, _visible_at=gone, _is_gone=True),
            _contact(9, updated_at=later, _visible_at=later, unsubscribed_from_emails=True),
        ],
        "intercom__conversations": [
            *(_conversation(n) for n in range(1, 13)),
            _conversation(3, _visible_at=gone, _is_gone=True),
            _conversation(
                4, updated_at=later, _visible_at=later, rating=4, rated_at=later, rating_updated_at=later, part_count=3
            ),
        ],
        "intercom__conversation_parts": [
            *(_part(n, k) for n in range(1, 13) for k in (1, 2)),
            _part(4, 3, created_at=later, updated_at=later, _visible_at=later),
        ],
        "zendesk_chat__agents": [{"id": str(600 + n), "display_name": f"A{n}", "departments": "[71]"} for n in range(1, 6)],
        "zendesk_chat__departments": [{"id": "71", "name": "Support", "members": "[601]"}],
        "zendesk_chat__chats": [
            *(_chat(n) for n in range(1, 7)),
            *(_chat(n, updated_at=tied, _visible_at=tied) for n in range(7, 12)),
            _chat(12, type="offline_msg", message="Hi there!", history=None, ended_at=None),
            _chat(5, updated_at=later, _visible_at=later, rating="good"),
            _chat(6, updated_at=later, _visible_at=later, deleted=True),
        ],
    }


@dataclass(frozen=True, slots=True)
class Served:
    """The vendors at work: where, at what clock, and with which switches."""

    url: str
    world: World
    vendors: dict[str, Vendor]

    def switches(self, source: str) -> Switches:
        return self.vendors[source].switches

    def settings(self, source: str) -> dict[str, str]:
        return self.vendors[source].settings(f"{self.url}/{source}")

    def environment(self) -> dict[str, str]:
        return {f"SOURCES__{s.upper()}__{n.upper()}": v for s in self.vendors for n, v in self.settings(s).items()}

    def session(self, source: str) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.settings(source)['token']}"
        return session

    def reset(self) -> None:
        """Clock and switches as at the start; limits lifted."""
        self.world.set_clock(START)
        for vendor in self.vendors.values():
            vendor.switches.set({"clear": True, "rate_limit": 0})


@contextmanager
def serving_chats(directory: Path) -> Iterator[Served]:
    registry.SOURCES.update({name: source for name, source in SOURCES.items() if name not in registry.SOURCES})
    write_company(directory, chat_company())
    world = World(directory / COMPANY, START)
    made: Any = servers(directory, world, SOURCES)
    with serving(build(directory, world, made)) as url:  # type: ignore[arg-type]
        yield Served(url, world, made)


def instant(moment: datetime) -> int:
    return int(moment.timestamp())
