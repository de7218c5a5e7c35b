"""Calls a vendor of the running sandbox over HTTP, with the credentials its environment gives."""

from __future__ import annotations

from typing import Any

import requests

from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.business_central import SCOPE
from tests.sandbox.small_company import COMPANY


class Client:
    """Calls one vendor with the credentials of the sandbox's environment."""

    def __init__(self, sandbox: Sandbox, source: str) -> None:
        self.settings = {
            k.removeprefix(f"SOURCES__{source.upper()}__").lower(): v
            for k, v in sandbox.environment().items()
            if k.startswith(f"SOURCES__{source.upper()}__")
        }
        self.session = requests.Session()
        if source == "business_central":
            self.token()
        elif source == "zendesk_support":
            self.session.auth = (f"{self.settings['email']}/token", self.settings["token"])
        else:
            self.session.headers["Authorization"] = f"Bearer {self.settings['token']}"

    def token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings["client_id"],
            "client_secret": self.settings["client_secret"],
            "scope": SCOPE,
            **changes,
        }
        answer = requests.post(self.settings["token_url"], data=form, timeout=10)
        if answer.ok:
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer

    def get(self, path: str, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else self.settings["base_url"] + path
        return self.session.get(url, params=params, timeout=30)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.settings["base_url"] + path, json=body, timeout=30)


CONTACTS = "/crm/v3/objects/contacts"
BC_CUSTOMERS = f"/companies({COMPANY})/customers"
MENTIONS = "/projects/7001/data/mentions"
SPAN = {"queryId": "8001", "startDate": "2020-01-01T00:00:00.000+0000", "endDate": "2026-07-01T06:00:00.000+0000"}
LISTS = {
    "hubspot": (CONTACTS, {}, "results"),
    "business_central": (BC_CUSTOMERS, {}, "value"),
    "stripe": ("/v1/charges", {}, "data"),
    "surveymonkey": ("/surveys/410000001/responses/bulk", {}, "data"),
    "zendesk_support": ("/api/v2/incremental/tickets/cursor.json", {"start_time": "0"}, "tickets"),
    "brandwatch": (MENTIONS, SPAN, "results"),
}


# The resource whose records each of those lists holds.
RESOURCES = {
    "hubspot": "contacts",
    "business_central": "customers",
    "stripe": "charges",
    "surveymonkey": "responses",
    "zendesk_support": "tickets",
    "brandwatch": "mentions",
}


def listing(sandbox: Sandbox, source: str) -> requests.Response:
    path, params, _ = LISTS[source]
    return Client(sandbox, source).get(path, **params)
