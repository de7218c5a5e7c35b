"""A Salesforce org of a few hand-written records, or a planted one, served in this process; and an authorised caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ingest import registry
from ingest.sandbox import company
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers import app
from ingest.sandbox.servers.salesforce import Salesforce
from ingest.sandbox.servers.state import COMPANY, START, State
from ingest.sandbox.servers.world import World
from ingest.sources.salesforce import SALESFORCE
from tests.loopback import serving
from tests.sandbox.small_company import Rows, at, write_company

_PLANTED_WITH = ("hubspot", "business_central", "stripe", "surveymonkey", "zendesk_support", "brandwatch")
CONTACT = "0035g00000{:05}AAA"


class Org:
    """A served org. `switches` may be set at any time; `settings` are the connector's."""

    def __init__(self, url: str, world: World, server: Salesforce) -> None:
        self.url, self.world, self.switches = url, world, server.switches
        self._jobs = server.jobs
        self.settings = server.settings(url)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    @property
    def open_jobs(self) -> int:
        """How many bulk jobs stand."""
        return len(self._jobs)

    def token(self, **changes: str) -> requests.Response:
        form = {name: self.settings[name] for name in ("client_id", "client_secret")}
        form |= {"grant_type": "client_credentials", "scope": "api", **changes}
        return requests.post(self.settings["token_url"], data=form, timeout=10)

    def call(self, method: str, path: str, **request: Any) -> requests.Response:
        """`path` is relative to the data API, or an address it gave."""
        address = path if path.startswith("/services/") else f"/services/data/v62.0{path}"
        return self.session.request(method, self.url + address, timeout=10, **request)

    def query(self, soql: str, path: str = "/query") -> requests.Response:
        return self.call("GET", path, params={"q": soql})


@contextmanager
def small_org(directory: Path, rows: Rows) -> Iterator[Org]:
    """An org with these versions of records, seen at the sandbox's start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.SOURCES, "salesforce", SALESFORCE)
        write_company(directory, rows)
    with _served(directory) as org:
        yield org


@contextmanager
def planted_org(directory: Path, customers: int) -> Iterator[Org]:
    """The org of a planted company."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(registry.SOURCES) - {*_PLANTED_WITH}:
            patch.delitem(registry.SOURCES, name)
        patch.setitem(registry.SOURCES, "salesforce", SALESFORCE)
        company.build(directory, customers, seed=7)
    State(customers, 7).write(directory)
    with _served(directory) as org:
        yield org


@contextmanager
def _served(directory: Path) -> Iterator[Org]:
    world = World(directory / COMPANY, START)
    server = Salesforce(world, Switches())
    with serving(app.build(directory, world, {"salesforce": server})) as address:
        yield Org(f"{address}/salesforce", world, server)


def contact(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(seconds=number)
    return {
        "id": CONTACT.format(number),
        "last_name": f"Person {number}",
        "email": f"p{number}@example.com",
        "country": "Germany",
        "is_deleted": False,
        "created_at": stamp,
        "last_modified_at": stamp,
        "system_modstamp": stamp,
        **values,
    }


def contacts(count: int, **changes: Mapping[str, Any]) -> Rows:
    """That many contacts; `changes` by number, as `n7={...}`."""
    return {"salesforce__contacts": [contact(n, **changes.get(f"n{n}", {})) for n in range(1, count + 1)]}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
