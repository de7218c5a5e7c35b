"""What of each source the faults are tried on: one or two of its resources that page, with the parents they need.

Pages are kept short, so that a small company's rows fill several and a fault falls into the middle of a listing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from ingest.core.readers.scroll import Scroll
from ingest.core.spec import Resource, Source
from ingest.registry import SOURCES


@dataclass(frozen=True, slots=True)
class Reading:
    """resources: what is read; rows: records on a page; aim: the resource whose records are spoilt, else the last one.

    inside: where in a listed item the record stands; served: what the server calls the aim, where it has a name of its own;
    settings: what differs from the sandbox's own settings.
    """

    resources: tuple[str, ...]
    rows: int = 1
    aim: str = ""
    inside: str = ""
    served: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def aimed(self) -> str:
        return self.aim or self.resources[-1]


READINGS = {
    "hubspot": Reading(("contacts", "contact_companies"), rows=15, aim="contacts"),
    "business_central": Reading(("companies", "customer_payments"), rows=15, served="customerPayments"),
    "stripe": Reading(("charges", "events"), rows=20, aim="charges"),
    "surveymonkey": Reading(("surveys", "survey_details", "responses"), rows=7),
    "zendesk_support": Reading(("tickets", "satisfaction_ratings"), rows=10, aim="tickets"),
    "brandwatch": Reading(("projects", "queries", "mentions"), rows=15),
    "salesforce": Reading(("leads", "tasks"), rows=9),
    "netsuite": Reading(("items", "transaction_lines"), rows=9, aim="items"),
    "chargebee": Reading(("customers", "invoices"), rows=9, inside="invoice."),
    "qualtrics": Reading(("surveys", "responses"), rows=1, aim="surveys"),
    "zendesk_chat": Reading(("departments", "chats"), rows=2),
    "intercom": Reading(("companies", "contacts", "conversations", "conversation_parts"), rows=1, aim="contacts"),
    "sprout_social": Reading(("clients", "profiles", "messages"), rows=60),
    "fhir": Reading(("patients", "appointments"), rows=7, inside="resource.", settings={"load": "search", "deletes": "none"}),
    "erp_postgres": Reading(("products", "sale_orders")),
    "mailbox": Reading(("messages",)),
    "letters": Reading(("letters",)),
    "web_events": Reading(("snowplow_events", "ga4_events")),
    "file_drops": Reading(("customers", "call_ratings")),
}


def lifted(name: str) -> Source:
    """The source with those resources alone, without budgets, and with no wait for somebody else's scroll."""
    source, chosen = SOURCES[name], READINGS[name].resources
    resources = tuple(_hurried(source.resource(wanted)) for wanted in chosen)
    listed_each_run = tuple(replace(resource, keys_every=timedelta()) for resource in resources)
    return replace(source, resources=listed_each_run, budgets=())


def _hurried(resource: Resource) -> Resource:
    if isinstance(resource.full, Scroll):
        return replace(resource, full=replace(resource.full, idle=timedelta()))
    return resource
