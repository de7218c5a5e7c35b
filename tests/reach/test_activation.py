"""Lists handed over to the vendors' servers and to a webhook over real HTTP, once each, and to whom consent allows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.core.errors import IngestError
from ingest.core.paths import Paths
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers import app
from ingest.sandbox.servers.hubspot import HubSpot
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.world import World
from orchestration.reach.activation.lists import MARKETING, SERVICE, may_contact
from orchestration.reach.activation.run import activate
from orchestration.reach.activation.targets import WEBHOOK_SECRET, WEBHOOK_URL
from tests.loopback import serving
from tests.sandbox.caller import LISTS
from tests.sandbox.salesforce_org import CONTACT, Org, contacts, small_org
from tests.sandbox.small_company import small_company, write_company

from .planted import AS_OF, PEOPLE, Rows, plant


def due(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "rank": number,
        "customer_id": f"C{number}",
        "reason_code": "leaving",
        "reason": "has cancelled and is still paid up",
        "all_reasons": "leaving",
        "reference": f"stripe:sub_{number}",
        "channel": "subscription",
        "value_at_risk": 1000.0 * number,
        "days_waiting": 3.0,
        "is_opted_out": False,
        "since_at": AS_OF,
        **changes,
    }


def known_as(kind: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": f"C{n}",
            "identifier_type": kind,
            "identifier_value": one,
            "source": kind.split("_")[0],
            "source_record_id": one,
        }
        for n, one in enumerate(ids, start=1)
    ]


def company(identifiers: Sequence[dict[str, Any]], **changes: Any) -> Rows:
    return {**PEOPLE, "contact_today": [due(1), due(2), due(3)], "customer_identifiers": identifiers, **changes}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "3")
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture(scope="module")
def hubspot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, HubSpot]]:
    directory = tmp_path_factory.mktemp("hubspot")
    write_company(directory, small_company(), tuple(LISTS))
    world = World(directory / COMPANY, START)
    server = HubSpot(world, Switches())
    with serving(app.build(directory, world, {"hubspot": server})) as address:
        yield f"{address}/hubspot", server


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with small_org(tmp_path_factory.mktemp("org"), contacts(3)) as served:
        yield served


def test_hubspot_gets_each_task_once_on_its_contact(
    paths: Paths, hubspot: tuple[str, HubSpot], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, server = hubspot
    for name, value in server.settings(address).items():
        monkeypatch.setenv(f"SOURCES__HUBSPOT__{name.upper()}", value)
    plant(paths, company(known_as("hubspot_contact_id", ["1", "2", "424242"])))
    tried = activate(paths, "hubspot", "contact_today", send=False)
    assert (tried.new, tried.sent, server.tasks.tasks) == (3, 0, {})

    first = activate(paths, "hubspot", "contact_today", send=True)
    assert (first.sent, first.refused) == (2, {"the contact was not found": 1})
    assert {contact for _, contact in server.tasks.links} == {"1", "2"}
    assert "canary" not in json.dumps(server.tasks.tasks).lower()

    second = activate(paths, "hubspot", "contact_today", send=True)
    assert (second.sent_before, second.new, second.sent) == (2, 1, 0)
    (paths.root / "activation" / "sent.duckdb").unlink()  # the memory is lost: the key makes the same tasks again
    assert activate(paths, "hubspot", "contact_today", send=True).sent == 2
    assert len(server.tasks.tasks) == 3 and len(server.tasks.links) == 2


def test_salesforce_gets_each_task_once_and_says_which_it_refuses(
    paths: Paths, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in org.settings.items():
        monkeypatch.setenv(f"SOURCES__SALESFORCE__{name.upper()}", value)
    plant(paths, company(known_as("salesforce_contact_id", [CONTACT.format(1)[:15], CONTACT.format(2)[:15], "0035gNOBODY0000"])))
    first = activate(paths, "salesforce", "contact_today", send=True)
    assert (first.sent, first.refused) == (2, {"INVALID_CROSS_REFERENCE_KEY": 1})
    second = activate(paths, "salesforce", "contact_today", send=True)
    assert (second.sent_before, second.sent) == (2, 0)
    plant(
        paths,
        company(known_as("salesforce_contact_id", [CONTACT.format(1)[:15]]), contact_today=[due(1, reference="stripe:sub_9")]),
    )
    assert activate(paths, "salesforce", "contact_today", send=True).sent == 1  # another occasion is another task


class Hook:
    """A receiver that answers these statuses first, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.bodies, self.signatures = list(statuses), list[bytes](), list[str]()

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if self.statuses:
            return Response(status_code=self.statuses.pop(0))
        self.bodies.append(body)
        self.signatures.append(request.headers.get("x-cx-signature", ""))
        return Response(status_code=204)

    @contextmanager
    def served(self) -> Iterator[str]:
        with serving(Starlette(routes=[Route("/hook", self.take, methods=["POST"])])) as address:
            yield f"{address}/hook"


def test_a_webhook_that_stumbles_gets_all_entries_once_signed_and_without_names(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(503, 429)
    monkeypatch.setenv(WEBHOOK_SECRET, "a secret")
    plant(paths, company([]))
    with hook.served() as url:
        monkeypatch.setenv(WEBHOOK_URL, url)
        assert activate(paths, "webhook", "contact_today", send=True).sent == 3
        assert activate(paths, "webhook", "contact_today", send=True).new == 0
    [body] = hook.bodies
    assert [entry["customer_id"] for entry in json.loads(body)["entries"]] == ["C1", "C2", "C3"]
    assert hook.signatures == [f"sha256={hmac.new(b'a secret', body, hashlib.sha256).hexdigest()}"]
    assert b"anary" not in body


def test_a_webhook_that_refuses_fails_the_run_and_keeps_nothing_as_sent(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Hook(400)
    plant(paths, company([]))
    with hook.served() as url:
        monkeypatch.setenv(WEBHOOK_URL, url)
        with pytest.raises(IngestError, match="400"):
            activate(paths, "webhook", "contact_today", send=True)
        assert activate(paths, "webhook", "contact_today", send=False).new == 3


@pytest.mark.parametrize(
    ("answers", "marketing", "service"),
    [
        (None, {"C1": True, "C2": False, "C3": True}, {"C1": True, "C2": True, "C3": True}),
        (
            [("C1", "granted", "unknown"), ("C2", "unknown", "refused"), ("C3", "refused", "granted")],
            {"C1": True, "C2": False, "C3": False},
            {"C1": True, "C2": False, "C3": True},
        ),
    ],
    ids=["by opt-out", "by consent"],
)
def test_consent_decides_by_purpose(
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[tuple[str, str, str]] | None,
    marketing: dict[str, bool],
    service: dict[str, bool],
) -> None:
    people = [{**one, "profile": "negative", "is_opted_out": one["customer_id"] == "C2"} for one in PEOPLE["customer_360"]]
    plant(paths, company([], customer_360=people))
    with duckdb.connect(str(paths.published)) as connection:
        connection.execute("drop table if exists consent")
        if answers:
            connection.execute("create table consent (customer_id varchar, purpose varchar, answer varchar)")
            for customer, *told in answers:
                connection.executemany(
                    "insert into consent values (?, ?, ?)",
                    [(customer, p, t) for p, t in zip((MARKETING, SERVICE), told, strict=True)],
                )
        assert may_contact(connection, MARKETING) == marketing
        assert may_contact(connection, SERVICE) == service
    monkeypatch.setenv(WEBHOOK_URL, "http://127.0.0.1:1/hook")
    at_risk = activate(paths, "webhook", "at_risk", send=False)
    assert (at_risk.new, at_risk.held_back) == (sum(marketing.values()), 3 - sum(marketing.values()))
    assert activate(paths, "webhook", "contact_today", send=False).new == sum(service.values())
