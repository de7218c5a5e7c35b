"""The systems that take entries, each in its own words, through the engine that reads the vendors: paced, retried, bounded.

HubSpot keeps the key in a property of its own on tasks, Salesforce in the external id field `CX_Key__c` on activities; both
upsert by it, so that sending again changes nothing. A webhook gets the key with each entry and has to heed it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from ingest.core.errors import IngestError, SettingMissing
from ingest.core.http import VendorClient
from ingest.core.settings import resolve
from ingest.core.spec import NoAuth, Setting, Source
from ingest.registry import SOURCES
from orchestration.reach.activation.lists import Entry

WEBHOOK_URL, WEBHOOK_SECRET = "CX_ACTIVATE_WEBHOOK_URL", "CX_ACTIVATE_WEBHOOK_SECRET"
HUBSPOT_KEY, SALESFORCE_KEY = "cx_key", "CX_Key__c"
_HUBSPOT_BATCH, _SALESFORCE_BATCH, _WEBHOOK_BATCH = 100, 200, 100


@dataclass(slots=True)
class Taken:
    """What became of a batch: the target's id per key, and how often it refused for which reason."""

    ids: dict[str, str | None] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, why: str) -> None:
        self.refused[why] = self.refused.get(why, 0) + 1


@dataclass(frozen=True, slots=True)
class Target:
    """reaches: whether an entry's person is known there. send: yields what was taken, batch after batch."""

    name: str
    reaches: Callable[[Entry], bool]
    send: Callable[[Sequence[Entry], datetime], Iterator[Taken]]


def _client(source: Source, settings: dict[str, str]) -> VendorClient:
    return VendorClient(source, settings, keep_undecodable=lambda body: "no place: answers to what is sent are not kept")


def _batches(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    return (entries[start : start + size] for start in range(0, len(entries), size))


def _title(entry: Entry) -> str:
    return f"Contact: {entry.reason}"[:255]


def _text(entry: Entry) -> str:
    worth = f"{entry.value_at_risk / 100:,.2f} a year at stake"
    about = f"about {entry.reference}" if entry.reference else "no single occasion"
    return f"{entry.reason} ({entry.reason_code}); {about}; {worth}; customer {entry.customer_id}; key {entry.key}"


def hubspot() -> Target:
    """Tasks on contacts. The private app needs crm.objects.contacts, tasks and schemas with the right to write."""
    source = SOURCES["hubspot"]

    def send(entries: Sequence[Entry], due: datetime) -> Iterator[Taken]:
        client = _client(source, resolve(source))
        _ensure_hubspot_key(client)
        for batch in _batches(entries, _HUBSPOT_BATCH):
            yield _send_to_hubspot(client, batch, due)

    return Target("hubspot", lambda entry: "hubspot_contact_id" in entry.vendor_ids, send)


def _ensure_hubspot_key(client: VendorClient) -> None:
    """Makes the property that holds the key, unless it is there."""
    try:
        client.fetch("GET", f"/crm/v3/properties/tasks/{HUBSPOT_KEY}")
    except IngestError as error:
        if error.status != 404:
            raise
        told = {
            "name": HUBSPOT_KEY, "label": "Customer-experience key", "type": "string", "fieldType": "text",
            "groupName": "task_information", "hasUniqueValue": True,
        }  # fmt: skip
        client.fetch("POST", "/crm/v3/properties/tasks", json=told)


def _send_to_hubspot(client: VendorClient, batch: Sequence[Entry], due: datetime) -> Taken:
    inputs = [
        {
            "idProperty": HUBSPOT_KEY,
            "id": entry.key,
            "properties": {
                HUBSPOT_KEY: entry.key,
                "hs_timestamp": due.isoformat().replace("+00:00", "Z"),
                "hs_task_subject": _title(entry),
                "hs_task_body": _text(entry),
                "hs_task_status": "NOT_STARTED",
                "hs_task_priority": "HIGH",
                "hs_task_type": "TODO",
            },
        }
        for entry in batch
    ]
    answer = client.fetch("POST", "/crm/v3/objects/tasks/batch/upsert", json={"inputs": inputs}).json()
    ids = {record["properties"][HUBSPOT_KEY]: str(record["id"]) for record in answer["results"]}
    linked = [
        {"from": {"id": ids[entry.key]}, "to": {"id": entry.vendor_ids["hubspot_contact_id"]}}
        for entry in batch
        if entry.key in ids
    ]
    done = Taken()
    if linked:
        path = "/crm/v4/associations/tasks/contacts/batch/associate/default"
        told = client.fetch("POST", path, json={"inputs": linked}).json()
        there = {str(one["from"]["id"]) for one in told["results"]}
        done.ids.update({key: task for key, task in ids.items() if task in there})
    for entry in batch:
        if entry.key not in done.ids:
            done.refuse("the task was refused" if entry.key not in ids else "the contact was not found")
    return done


def salesforce() -> Target:
    """Tasks on contacts, or on leads. The connected app's user needs to edit tasks and see `CX_Key__c`."""
    source = SOURCES["salesforce"]

    def send(entries: Sequence[Entry], due: datetime) -> Iterator[Taken]:
        settings = resolve(source)
        client = _client(source, settings)
        path = f"/services/data/v{settings['api_version']}/composite/sobjects/Task/{SALESFORCE_KEY}"
        for batch in _batches(entries, _SALESFORCE_BATCH):
            records = [_salesforce_task(entry, due) for entry in batch]
            answer = client.fetch("PATCH", path, json={"allOrNone": False, "records": records}).json()
            done = Taken()
            for entry, told in zip(batch, answer, strict=True):
                if told["success"]:
                    done.ids[entry.key] = told["id"]
                else:
                    done.refuse(", ".join(error["statusCode"] for error in told["errors"]) or "no reason was given")
            yield done

    return Target("salesforce", lambda entry: _salesforce_person(entry) is not None, send)


def _salesforce_person(entry: Entry) -> str | None:
    return entry.vendor_ids.get("salesforce_contact_id") or entry.vendor_ids.get("salesforce_lead_id")


def _salesforce_task(entry: Entry, due: datetime) -> dict[str, Any]:
    return {
        "attributes": {"type": "Task"},
        SALESFORCE_KEY: entry.key,
        "WhoId": _salesforce_person(entry),
        "Subject": _title(entry),
        "Description": _text(entry),
        "ActivityDate": due.date().isoformat(),
        "Status": "Not Started",
        "Priority": "High",
    }


def webhook() -> Target:
    """Entries as JSON, a hundred at a time, signed with HMAC-SHA256 where a secret is set."""
    url = os.environ.get(WEBHOOK_URL)
    if not url:
        raise SettingMissing(f"no value for {WEBHOOK_URL}", "The address that takes the entries.")
    source = Source("webhook", "Webhook", "", NoAuth(), (Setting("url", "CX_ACTIVATE_WEBHOOK_URL"),), ())

    def send(entries: Sequence[Entry], due: datetime) -> Iterator[Taken]:
        client = _client(source, {})
        for batch in _batches(entries, _WEBHOOK_BATCH):
            body = orjson.dumps({"due_at": due, "entries": [entry.as_dict() for entry in batch]})
            client.fetch("POST", url, data=body, is_json=False, headers=_signed(body))
            yield Taken({entry.key: None for entry in batch})

    return Target("webhook", lambda entry: True, send)


def _signed(body: bytes) -> dict[str, str]:
    """The batch is named by its content, so that a receiver can tell a repetition."""
    secret = os.environ.get(WEBHOOK_SECRET, "")
    sign = {"X-CX-Signature": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"} if secret else {}
    return {"Content-Type": "application/json", "Idempotency-Key": hashlib.sha256(body).hexdigest(), **sign}


TARGETS: dict[str, Callable[[], Target]] = {"hubspot": hubspot, "salesforce": salesforce, "webhook": webhook}


def due_at() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
