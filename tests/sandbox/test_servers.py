"""The sandbox's vendors, asked over real HTTP, answer as their wire formats demand: paging, errors, limits, clocks, faults."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from ingest.core.errors import CxError
from ingest.core.spec import Kind
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers import business_central as bc
from ingest.sandbox.servers.state import START, State

_SQL_TYPES = {
    Kind.TEXT: "VARCHAR", Kind.INTEGER: "BIGINT", Kind.NUMBER: "DOUBLE", Kind.DECIMAL: "DECIMAL(38, 9)", Kind.FLAG: "BOOLEAN",
    Kind.INSTANT: "TIMESTAMPTZ", Kind.EPOCH: "TIMESTAMPTZ", Kind.DAY: "DATE", Kind.JSON: "VARCHAR",
}
COMPANY = "a1b2c3d4-0000-4000-8000-000000000001"
LATER = START + timedelta(days=1)
PAST = START - timedelta(days=10)

Rows = dict[str, list[dict[str, Any]]]


def at(days: float = 0, **parts: float) -> datetime:
    return PAST + timedelta(days=days, **parts)


def contact(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(seconds=number)
    return {"id": str(number), "email": f"p{number}@example.com", "created_at": stamp, "updated_at": stamp, "archived": False, **values}


def ticket(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "id": number, "subject": "Where is my parcel?", "description": "It is late.", "status": "open", "channel": "email",
        "requester_id": 9, "tags": '["late"]', "generated_timestamp": int(stamp.timestamp()), "metric_replies": 2,
        "created_at": stamp, "updated_at": stamp, **values,
    }


def mention(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "resource_id": f"m{number:05}", "query_id": 8001, "query_name": "Aurora Home", "author": "someone", "sentiment": "positive",
        "posted_at": stamp, "added_at": stamp, "updated_at": stamp, **values,
    }


def response(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"{number:012}", "survey_id": "410000001", "response_status": "completed", "email": "p1@example.com",
        "pages": '[{"id":"510000001","questions":[]}]', "created_at": at(), "modified_at": at(minutes=number), **values,
    }


def bc_customer(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}", "company_id": COMPANY, "number": f"C{number}", "display_name": f"P {number}",
        "last_modified_at": at(seconds=number), **values,
    }


def charge(number: int, **values: Any) -> dict[str, Any]:
    return {"id": f"ch_{number:05}", "amount": 1990, "currency": "eur", "status": "succeeded", "created_at": at(minutes=number), **values}


def event(number: int, kind: str, object_id: str, created: datetime, object_type: str) -> dict[str, Any]:
    return {"id": f"evt_{number}", "type": kind, "object_id": object_id, "object_type": object_type, "created_at": created}


def _rows() -> Rows:
    """A small company: each vendor has the few records its claims below need."""
    return {
        "hubspot__contacts": [
            *(contact(n) for n in range(1, 251)),
            contact(9_999, archived=True, archived_at=at(1)),
            contact(10_000, _is_gone=True),
            contact(251, first_name="Old", _visible_at=at()), contact(251, first_name="New", updated_at=LATER, _visible_at=LATER),
        ],
        "hubspot__contact_companies": [
            {"from_id": "1", "to_ids": '[{"toObjectId":77,"associationTypes":[]}]'}, {"from_id": "2", "to_ids": "[]"},
        ],
        "hubspot__deals": [{"id": "5", "amount": 1500, "is_closed_won": True, "created_at": at(), "updated_at": at(), "archived": False}],
        "business_central__companies": [{"id": COMPANY, "name": "AURORA", "display_name": "Aurora Home"}],
        "business_central__customers": [bc_customer(n) for n in range(1, 8)],
        "business_central__sales_invoices": [{
            "id": "inv-1", "company_id": COMPANY, "number": "I1", "last_modified_at": at(), "lines": '[{"sequence":10000}]',
            "total_amount_including_tax": 10.5,
        }],
        "stripe__charges": [*(charge(n) for n in range(1, 251)), charge(999, _is_gone=True)],
        "stripe__customers": [
            {"id": "cus_1", "name": "Before", "created_at": at(-60), "crm_contact_id": "1", "_visible_at": at(-60)},
            {"id": "cus_1", "name": "After", "created_at": at(-60), "crm_contact_id": "1", "_visible_at": at(2)},
            {"id": "cus_1", "name": "After", "created_at": at(-60), "_visible_at": at(4), "_is_gone": True},
        ],
        "stripe__subscriptions": [
            {"id": "sub_1", "status": "active", "items": '{"object":"list","data":[]}', "created_at": at(), "started_at": at()},
            {"id": "sub_2", "status": "canceled", "items": '{"object":"list","data":[]}', "created_at": at(), "canceled_at": at(1)},
        ],
        "stripe__events": [
            event(1, "customer.created", "cus_1", at(-60), "customer"), event(2, "customer.updated", "cus_1", at(1), "customer"),
            event(3, "customer.updated", "cus_1", at(2), "customer"), event(4, "customer.deleted", "cus_1", at(4), "customer"),
            event(5, "charge.succeeded", "ch_00001", at(minutes=1), "charge"),
        ],
        "surveymonkey__surveys": [{"id": "410000001", "title": "NPS", "created_at": at(), "modified_at": at(), "question_count": 2}],
        "surveymonkey__survey_details": [{"id": "410000001", "title": "NPS", "pages": "[]", "modified_at": at()}],
        "surveymonkey__responses": [response(n) for n in range(1, 151)],
        "zendesk_support__users": [{"id": 9, "name": "P", "active": True, "created_at": at(), "updated_at": at()}],
        "zendesk_support__tickets": [
            *(ticket(n) for n in range(1, 8)), ticket(8, status="deleted"),
            ticket(9, generated_timestamp=int(START.timestamp()) - 30, updated_at=at()),
        ],
        "zendesk_support__satisfaction_ratings": [
            {"id": n, "ticket_id": n, "score": "good", "created_at": at(), "updated_at": at(n)} for n in range(1, 6)
        ],
        "brandwatch__projects": [{"id": 7001, "name": "Aurora Home", "timezone": "Europe/Berlin"}],
        "brandwatch__queries": [{"id": 8001, "project_id": 7001, "name": "Aurora Home", "created_at": at(), "modified_at": at()}],
        "brandwatch__mentions": [*(mention(n) for n in range(1, 8)), mention(8, posted_at=at(-300), added_at=at(5))],
    }


def write_company(directory: Path, rows: Rows) -> None:
    """A company file with the declared columns of every resource and the given versions (visible from the start, unless told)."""
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(directory / "company.duckdb") as db:
        db.execute("CREATE SCHEMA vendor; SET TimeZone = 'UTC'")
        for source in SOURCES.values():
            for resource in source.resources:
                _write_table(db, f"{source.name}__{resource.name}", {c.name: _SQL_TYPES[c.kind] for c in resource.columns}, rows)
    State(customers=1, seed=7).write(directory)


def _write_table(db: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Rows) -> None:
    columns = {**columns, "_visible_at": "TIMESTAMPTZ", "_is_gone": "BOOLEAN"}
    db.execute(f"CREATE TABLE vendor.{table} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    versions = [{"_visible_at": at(-90), "_is_gone": False, **row} for row in rows.get(table, [])]
    if versions:
        marks = ", ".join("?" for _ in columns)
        db.executemany(f"INSERT INTO vendor.{table} VALUES ({marks})", [[row.get(n) for n in columns] for row in versions])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("sandbox")
    write_company(directory, _rows())
    with Sandbox.start(directory, customers=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox with its clock and switches back where they were; limits lifted, unless a test sets them."""
    running.advance(START)
    for source in SOURCES:
        running.switch(source, clear=True, rate_limit=0)
    yield running


class Client:
    """Calls one vendor with the credentials of the sandbox's environment."""

    def __init__(self, sandbox: Sandbox, source: str) -> None:
        self.settings = {
            k.removeprefix(f"SOURCES__{source.upper()}__").lower(): v
            for k, v in sandbox.environment().items() if k.startswith(f"SOURCES__{source.upper()}__")
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
            "grant_type": "client_credentials", "client_id": self.settings["client_id"], "client_secret": self.settings["client_secret"],
            "scope": bc.SCOPE, **changes,
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
    "hubspot": (CONTACTS, {}, "results"), "business_central": (BC_CUSTOMERS, {}, "value"), "stripe": ("/v1/charges", {}, "data"),
    "surveymonkey": ("/surveys/410000001/responses/bulk", {}, "data"),
    "zendesk_support": ("/api/v2/incremental/tickets/cursor.json", {"start_time": "0"}, "tickets"),
    "brandwatch": (MENTIONS, SPAN, "results"),
}


def listing(sandbox: Sandbox, source: str) -> requests.Response:
    path, params, _ = LISTS[source]
    return Client(sandbox, source).get(path, **params)


# -- every vendor ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_the_date_header_is_the_sandbox_clock(sandbox: Sandbox, source: str) -> None:
    sandbox.advance(LATER)
    for answer in (listing(sandbox, source), requests.head(Client(sandbox, source).settings["base_url"], timeout=10)):
        assert parsedate_to_datetime(answer.headers["Date"]) == LATER
        assert "server" not in answer.headers


@pytest.mark.parametrize(("source", "told"), [
    ("hubspot", "INVALID_AUTHENTICATION"), ("business_central", "Authentication_InvalidCredentials"), ("stripe", "Invalid API Key"),
    ("surveymonkey", "1011"), ("zendesk_support", "Couldn't authenticate you"), ("brandwatch", "invalid_token"),
])
def test_a_wrong_token_gets_the_vendors_own_401(sandbox: Sandbox, source: str, told: str) -> None:
    client = Client(sandbox, source)
    client.session.auth = None
    client.session.headers["Authorization"] = "Bearer wrong"
    answer = client.get(LISTS[source][0], **LISTS[source][1])
    assert answer.status_code == 401
    assert told in answer.text


@pytest.mark.parametrize("source", SOURCES)
def test_every_full_listing_answers_with_records_the_declaration_can_read(sandbox: Sandbox, source: str) -> None:
    page = listing(sandbox, source).json()
    resource = SOURCES[source].resource({"hubspot": "contacts", "business_central": "customers", "stripe": "charges",
                                         "surveymonkey": "responses", "zendesk_support": "tickets", "brandwatch": "mentions"}[source])
    record = page[LISTS[source][2]][0]
    for column in resource.columns:
        if not column.path.startswith(("$parent", "archivedAt", "properties", "metric_set", "custom_variables", "archived")):
            assert column.path.split(".")[0] in record, column.name


# -- HubSpot -----------------------------------------------------------------------------------------------------------


def test_hubspot_lists_active_contacts_until_paging_is_absent(sandbox: Sandbox) -> None:
    client, seen, after = Client(sandbox, "hubspot"), list[str](), ""
    while True:
        page = client.get(CONTACTS, limit="100", properties="email", **({"after": after} if after else {})).json()
        seen += [row["id"] for row in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert seen == [str(n) for n in range(1, 252)]


def test_hubspot_shows_only_the_properties_asked_for(sandbox: Sandbox) -> None:
    record = Client(sandbox, "hubspot").get(CONTACTS, limit="1", properties="city,nonsense").json()["results"][0]
    assert set(record["properties"]) == {"city", "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}


def test_hubspot_lists_archived_contacts_apart_and_gone_ones_nowhere(sandbox: Sandbox) -> None:
    page = Client(sandbox, "hubspot").get(CONTACTS, archived="true").json()
    assert [(r["id"], r["archived"], r["archivedAt"]) for r in page["results"]] == [("9999", True, "2026-06-22T06:00:00.000Z")]


def search(**changes: Any) -> dict[str, Any]:
    since = str(int(at(seconds=200).timestamp() * 1000))
    return {
        "filterGroups": [{"filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}]}],
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}], "properties": ["email"], "limit": 200, **changes,
    }


def test_hubspot_search_is_inclusive_and_never_archived(sandbox: Sandbox) -> None:
    page = Client(sandbox, "hubspot").post(f"{CONTACTS}/search", search()).json()
    assert page["total"] == 52
    assert [r["id"] for r in page["results"]] == [str(n) for n in range(200, 252)]


def test_hubspot_search_compares_ids_as_text(sandbox: Sandbox) -> None:
    wanted = search(filterGroups=[{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": "24"}]}],
                    sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}], limit=3)
    page = Client(sandbox, "hubspot").post(f"{CONTACTS}/search", wanted).json()
    assert [r["id"] for r in page["results"]] == ["240", "241", "242"]
    assert page["paging"]["next"]["after"] == "3"


@pytest.mark.parametrize(("change", "status"), [
    ({"limit": 201}, 400), ({"after": "10000"}, 400),
    ({"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GTE", "value": "0"}]}]}, 500),
])
def test_hubspot_search_refuses_what_the_vendor_refuses(sandbox: Sandbox, change: dict[str, Any], status: int) -> None:
    assert Client(sandbox, "hubspot").post(f"{CONTACTS}/search", search(**change)).status_code == status


def test_hubspot_reads_associations_in_batches_and_names_records_without_any(sandbox: Sandbox) -> None:
    answer = Client(sandbox, "hubspot").post(
        "/crm/v4/associations/contacts/companies/batch/read", {"inputs": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}
    )
    assert answer.status_code == 207
    assert answer.json()["results"] == [{"from": {"id": "1"}, "to": [{"toObjectId": 77, "associationTypes": []}]}]
    assert answer.json()["numErrors"] == 2


def test_hubspot_property_values_are_text(sandbox: Sandbox) -> None:
    record = Client(sandbox, "hubspot").get("/crm/v3/objects/deals", properties="amount,hs_is_closed_won").json()["results"][0]
    assert (record["properties"]["amount"], record["properties"]["hs_is_closed_won"]) == ("1500.00", "true")


def test_hubspot_search_has_a_limit_of_its_own_per_second(sandbox: Sandbox) -> None:
    sandbox.switch("hubspot", clear=True)
    client = Client(sandbox, "hubspot")
    answers = [client.post(f"{CONTACTS}/search", search(limit=1)) for _ in range(8)]
    refused = [a for a in answers if a.status_code == 429]
    assert refused and refused[0].json()["policyName"] == "SECONDLY"
    assert "retry-after" not in refused[0].headers


# -- Business Central --------------------------------------------------------------------------------------------------


def test_business_central_pages_by_preference_through_next_links(sandbox: Sandbox) -> None:
    client, seen, url = Client(sandbox, "business_central"), list[str](), BC_CUSTOMERS
    client.session.headers["Prefer"] = "odata.maxpagesize=3"
    sizes = []
    while url:
        page = client.get(url).json()
        seen += [row["number"] for row in page["value"]]
        sizes.append(len(page["value"]))
        url = page.get("@odata.nextLink", "")
    assert seen == [f"C{n}" for n in range(1, 8)]
    assert sizes == [3, 3, 1]


def test_business_central_filters_inclusively_and_keeps_the_filter_on_later_pages(sandbox: Sandbox) -> None:
    client = Client(sandbox, "business_central")
    client.session.headers["Prefer"] = "odata.maxpagesize=2"
    first = client.get(BC_CUSTOMERS, **{"$filter": "lastModifiedDateTime ge 2026-06-21T06:00:05Z", "$select": "id"}).json()
    second = client.get(first["@odata.nextLink"]).json()
    assert [len(first["value"]), len(second["value"])] == [2, 1]
    assert set(second["value"][0]) == {"@odata.etag", "id"}


def test_business_central_never_answers_null(sandbox: Sandbox) -> None:
    client = Client(sandbox, "business_central")
    invoice = client.get(f"/companies({COMPANY})/salesInvoices", **{"$expand": "salesInvoiceLines"}).json()["value"][0]
    assert invoice["dueDate"] == "0001-01-01"
    assert invoice["customerId"] == "00000000-0000-0000-0000-000000000000"
    assert invoice["orderNumber"] == ""
    assert invoice["salesInvoiceLines"] == [{"sequence": 10000}]
    assert client.get(BC_CUSTOMERS).json()["value"][0]["blocked"] == " "


def test_business_central_tokens_expire(sandbox: Sandbox) -> None:
    sandbox.switch("business_central", token_seconds=1)
    client = Client(sandbox, "business_central")
    assert client.get(BC_CUSTOMERS).status_code == 200
    time.sleep(1.05)
    assert client.get(BC_CUSTOMERS).status_code == 401


@pytest.mark.parametrize(("change", "status", "error"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"), ({"scope": "other"}, 400, "invalid_scope"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
])
def test_the_token_endpoint_refuses_in_its_own_words(sandbox: Sandbox, change: dict[str, str], status: int, error: str) -> None:
    answer = Client(sandbox, "business_central").token(**change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


# -- Stripe ------------------------------------------------------------------------------------------------------------


def test_stripe_lists_newest_first_while_there_is_more(sandbox: Sandbox) -> None:
    client, seen, more = Client(sandbox, "stripe"), list[str](), True
    while more:
        page = client.get("/v1/charges", limit="100", **({"starting_after": seen[-1]} if seen else {})).json()
        seen, more = seen + [row["id"] for row in page["data"]], page["has_more"]
    assert seen == [f"ch_{n:05}" for n in range(250, 0, -1)]


def test_stripe_hides_canceled_subscriptions_and_deleted_customers(sandbox: Sandbox) -> None:
    client = Client(sandbox, "stripe")
    assert [s["id"] for s in client.get("/v1/subscriptions").json()["data"]] == ["sub_1"]
    assert len(client.get("/v1/subscriptions", status="all").json()["data"]) == 2
    assert client.get("/v1/customers").json()["data"] == []


def test_stripe_events_carry_the_object_as_it_then_stood(sandbox: Sandbox) -> None:
    events = Client(sandbox, "stripe").get("/v1/events", **{"types[]": ["customer.created", "customer.updated"]}).json()["data"]
    assert [(e["id"], e["data"]["object"]["name"]) for e in events] == [("evt_3", "After"), ("evt_2", "Before")]
    assert events[0]["data"]["object"]["metadata"] == {"crm_contact_id": "1"}


def test_stripe_keeps_events_of_all_types_for_thirty_days(sandbox: Sandbox) -> None:
    client = Client(sandbox, "stripe")
    events = client.get("/v1/events").json()["data"]
    assert [e["id"] for e in events] == ["evt_4", "evt_3", "evt_2", "evt_5"]
    since = client.get("/v1/events", **{"created[gte]": str(int(at(4).timestamp()))}).json()["data"]
    assert [e["type"] for e in since] == ["customer.deleted"]
    assert since[0]["data"]["object"]["id"] == "cus_1"


@pytest.mark.parametrize(("params", "code"), [({"limit": "101"}, None), ({"starting_after": "ch_none"}, "resource_missing")])
def test_stripe_refuses_wrong_paging(sandbox: Sandbox, params: dict[str, str], code: str | None) -> None:
    answer = Client(sandbox, "stripe").get("/v1/charges", **params)
    assert answer.status_code == 400
    assert answer.json()["error"].get("code") == code


# -- SurveyMonkey ------------------------------------------------------------------------------------------------------


def test_surveymonkey_follows_links_until_there_is_no_next(sandbox: Sandbox) -> None:
    client, seen = Client(sandbox, "surveymonkey"), list[str]()
    url = f"{client.settings['base_url']}/surveys/410000001/responses/bulk?per_page=100&sort_by=date_modified&sort_order=ASC"
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["data"]]
        url = page["links"].get("next", "")
    assert seen == [f"{n:012}" for n in range(1, 151)]


def test_surveymonkey_dates_have_an_offset_in_responses_only(sandbox: Sandbox) -> None:
    client = Client(sandbox, "surveymonkey")
    assert client.get("/surveys", include="date_modified").json()["data"][0]["date_modified"] == "2026-06-21T06:00:00"
    assert client.get("/surveys/410000001/details").json()["date_modified"] == "2026-06-21T06:00:00"
    since = client.get("/surveys/410000001/responses/bulk", start_modified_at="2026-06-21T08:29:00", sort_order="ASC").json()
    assert [r["date_modified"] for r in since["data"]] == ["2026-06-21T08:29:00+00:00", "2026-06-21T08:30:00+00:00"]


def test_surveymonkey_tells_and_enforces_its_limits(sandbox: Sandbox) -> None:
    sandbox.switch("surveymonkey", clear=True)
    headers = listing(sandbox, "surveymonkey").headers
    assert (headers["X-Ratelimit-App-Global-Day-Limit"], headers["X-Ratelimit-App-Global-Minute-Limit"]) == ("500", "120")
    sandbox.switch("surveymonkey", rate_limit=1)
    refused = listing(sandbox, "surveymonkey")
    assert (refused.status_code, refused.json()["error"]["id"]) == (429, "1040")


# -- Zendesk -----------------------------------------------------------------------------------------------------------

EXPORT = "/api/v2/incremental/tickets/cursor.json"


def test_zendesk_exports_until_the_stream_ends_without_the_last_minute(sandbox: Sandbox) -> None:
    client, seen, params = Client(sandbox, "zendesk_support"), list[int](), {"start_time": "0", "per_page": "3"}
    while True:
        page = client.get(EXPORT, **params).json()
        seen += [t["id"] for t in page["tickets"]]
        params = {"cursor": page["after_cursor"], "per_page": "3"}
        if page["end_of_stream"]:
            break
    assert seen == list(range(1, 9))
    assert base64.b64decode(page["after_cursor"]).decode() == f"{int(at(minutes=8).timestamp())}.0||8|"


def test_zendesk_goes_on_from_a_saved_cursor(sandbox: Sandbox) -> None:
    client = Client(sandbox, "zendesk_support")
    saved = client.get(EXPORT, start_time="0").json()["after_cursor"]
    assert client.get(EXPORT, cursor=saved).json()["tickets"] == []
    sandbox.advance(START + timedelta(hours=1))
    page = client.get(EXPORT, cursor=saved).json()
    assert [t["id"] for t in page["tickets"]] == [9]
    assert page["end_of_stream"] is True


def test_zendesk_scrubs_deleted_tickets_and_sideloads_metrics_when_asked(sandbox: Sandbox) -> None:
    client = Client(sandbox, "zendesk_support")
    tickets = client.get(EXPORT, start_time="0", include="metric_sets").json()["tickets"]
    assert (tickets[-1]["subject"], tickets[-1]["description"], tickets[-1]["metric_set"]) == ("SCRUBBED", "X", None)
    assert tickets[0]["metric_set"]["replies"] == 2
    assert "metric_set" not in client.get(EXPORT, start_time="0").json()["tickets"][0]


@pytest.mark.parametrize(("params", "status"), [
    ({"start_time": str(int(START.timestamp()) - 10)}, 422), ({"cursor": "!!"}, 400), ({"start_time": "1", "cursor": "MTow"}, 400),
])
def test_zendesk_refuses_wrong_starts(sandbox: Sandbox, params: dict[str, str], status: int) -> None:
    assert Client(sandbox, "zendesk_support").get(EXPORT, **params).status_code == status


def test_zendesk_pages_ratings_by_cursor(sandbox: Sandbox) -> None:
    client, seen = Client(sandbox, "zendesk_support"), list[int]()
    page = client.get("/api/v2/satisfaction_ratings.json", **{"page[size]": "2", "start_time": str(int(at(2).timestamp()))}).json()
    while True:
        seen += [r["id"] for r in page["satisfaction_ratings"]]
        if not page["meta"]["has_more"]:
            break
        page = client.get(page["links"]["next"]).json()
    assert seen == [2, 3, 4, 5]


# -- Brandwatch --------------------------------------------------------------------------------------------------------


def test_brandwatch_follows_the_cursor_until_it_is_absent(sandbox: Sandbox) -> None:
    client, seen, cursor = Client(sandbox, "brandwatch"), list[str](), dict[str, str]()
    while True:
        page = client.get(MENTIONS, **SPAN, pageSize="3", orderBy="added", orderDirection="asc", **cursor).json()
        seen += [m["resourceId"] for m in page["results"]]
        if "nextCursor" not in page:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert seen == [f"m{n:05}" for n in range(1, 9)]
    assert page["results"][-1]["added"] == "2026-06-26T06:00:00.000+0000"


def test_brandwatch_finds_late_posts_by_added_but_not_by_date(sandbox: Sandbox) -> None:
    client = Client(sandbox, "brandwatch")
    span = {**SPAN, "startDate": "2026-06-25T00:00:00.000+0000"}
    assert len(client.get(MENTIONS, **span, orderBy="added").json()["results"]) == 1
    assert client.get(MENTIONS, **span, orderBy="date").json()["results"] == []
    sandbox.switch("brandwatch", dates_filter="date")
    assert client.get(MENTIONS, **span, orderBy="added").json()["results"] == []


def test_brandwatch_refuses_an_unescaped_plus(sandbox: Sandbox) -> None:
    client = Client(sandbox, "brandwatch")
    url = f"{client.settings['base_url']}{MENTIONS}?queryId=8001&startDate=2020-01-01T00:00:00.000+0000&endDate=2026-07-01"
    assert client.get(url).status_code == 400


def test_brandwatch_lets_thirty_calls_through_in_ten_minutes(sandbox: Sandbox) -> None:
    sandbox.switch("brandwatch", clear=True)
    client = Client(sandbox, "brandwatch")
    answers = [client.get("/projects/summary") for _ in range(31)]
    assert [a.status_code for a in answers].count(200) <= 30
    assert (answers[-1].status_code, answers[-1].headers["x-rate-limit"]) == (429, "30/10m")
    assert "retry-after" not in answers[-1].headers


# -- clock, versions, process ------------------------------------------------------------------------------------------


def test_records_change_when_the_clock_reaches_their_version(sandbox: Sandbox) -> None:
    def name() -> str:
        rows = Client(sandbox, "hubspot").get(CONTACTS, after="250", properties="firstname").json()["results"]
        return str(rows[0]["properties"]["firstname"])

    assert name() == "Old"
    sandbox.advance(LATER)
    assert name() == "New"
    assert sandbox.clock == LATER


def test_a_restart_keeps_the_clock_unless_told(tmp_path: Path) -> None:
    write_company(tmp_path, _rows())
    with Sandbox.start(tmp_path, customers=1) as sandbox:
        sandbox.advance(LATER)
    with Sandbox.start(tmp_path, customers=1) as sandbox:
        assert sandbox.clock == LATER
    with Sandbox.start(tmp_path, customers=1, clock=START) as sandbox:
        assert sandbox.clock == START


def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    write_company(tmp_path, _rows())
    script = (
        "import sys; from pathlib import Path; from ingest.sandbox.process import Sandbox\n"
        "s = Sandbox.start(Path(sys.argv[1]), customers=1); print(s.url, flush=True); sys.stdin.read(); import os; os._exit(9)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout and parent.stdin
        url = parent.stdout.readline().decode().strip()
        assert requests.get(f"{url}/__sandbox__/health", timeout=10).ok
        parent.stdin.close()
        parent.wait(10)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/__sandbox__/health", timeout=1)
        except requests.ConnectionError:
            return
        time.sleep(0.05)
    pytest.fail("the server outlived its parent")


# -- switches ----------------------------------------------------------------------------------------------------------


def test_fail_next_fails_that_many_calls_with_the_vendors_body(sandbox: Sandbox) -> None:
    sandbox.switch("stripe", fail_next={"status": 429, "count": 2, "retry_after": 3})
    answers = [listing(sandbox, "stripe") for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert (answers[0].json()["error"]["code"], answers[0].headers["retry-after"]) == ("rate_limit", "3")


def test_expired_token_refuses_and_then_recovers(sandbox: Sandbox) -> None:
    sandbox.switch("business_central", expired_token=1)
    client = Client(sandbox, "business_central")
    assert [client.get(BC_CUSTOMERS).status_code for _ in range(2)] == [401, 200]


def test_the_daily_quota_ends_the_day(sandbox: Sandbox) -> None:
    sandbox.switch("hubspot", daily_quota=1)
    assert listing(sandbox, "hubspot").status_code == 200
    assert listing(sandbox, "hubspot").json()["policyName"] == "DAILY"
    sandbox.switch("surveymonkey", daily_quota=0)
    assert "per day" in listing(sandbox, "surveymonkey").text


@pytest.mark.parametrize("source", SOURCES)
def test_broken_bodies_are_not_json_and_the_next_one_is(sandbox: Sandbox, source: str) -> None:
    client = Client(sandbox, source)
    sandbox.switch(source, malformed_json=1, truncated_body=1)
    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            json.loads(client.get(LISTS[source][0], **LISTS[source][1]).content)
    assert client.get(LISTS[source][0], **LISTS[source][1]).json()


def test_html_with_status_200_is_served_once(sandbox: Sandbox) -> None:
    sandbox.switch("zendesk_support", html_200=1)
    answer = listing(sandbox, "zendesk_support")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert listing(sandbox, "zendesk_support").json()["tickets"]


def test_a_reset_closes_the_connection_inside_the_body(sandbox: Sandbox) -> None:
    sandbox.switch("brandwatch", reset=1)
    with pytest.raises(requests.RequestException):
        listing(sandbox, "brandwatch")
    assert listing(sandbox, "brandwatch").ok


@pytest.mark.parametrize("source", SOURCES)
def test_unknown_fields_bad_values_and_duplicates_reach_the_records(sandbox: Sandbox, source: str) -> None:
    resource = {"hubspot": "contacts", "business_central": "customers", "stripe": "charges", "surveymonkey": "responses",
                "zendesk_support": "tickets", "brandwatch": "mentions"}[source]
    before = len(listing(sandbox, source).json()[LISTS[source][2]])
    sandbox.switch(source, unknown_field="loyalty", bad_value={"resource": resource, "field": "oddity.inner", "value": "x"}, duplicate_rows=1)
    rows = listing(sandbox, source).json()[LISTS[source][2]]
    assert len(rows) == before + 1
    assert all("loyalty" in row for row in rows)
    assert rows[0]["oddity"] == {"inner": "x"}
    after = listing(sandbox, source).json()[LISTS[source][2]]
    assert len(after) == before and "oddity" not in after[0]


def _more(source: str, page: dict[str, Any]) -> bool:
    return bool({
        "hubspot": page.get("paging"), "business_central": page.get("@odata.nextLink"), "stripe": page.get("has_more"),
        "surveymonkey": (page.get("links") or {}).get("next"), "zendesk_support": not page.get("end_of_stream"),
        "brandwatch": page.get("nextCursor"),
    }[source])


@pytest.mark.parametrize("source", SOURCES)
def test_an_empty_page_may_say_that_more_follows(sandbox: Sandbox, source: str) -> None:
    sandbox.switch(source, empty_page_continues=1)
    page = listing(sandbox, source).json()
    assert page[LISTS[source][2]] == []
    assert _more(source, page)


def test_an_empty_page_loses_no_record(sandbox: Sandbox) -> None:
    client, seen = Client(sandbox, "hubspot"), list[str]()
    after, pages = "", 0
    while True:
        sandbox.switch("hubspot", empty_page_continues=pages % 2)
        page = client.get(CONTACTS, limit="100", **({"after": after} if after else {})).json()
        seen, pages = seen + [row["id"] for row in page["results"]], pages + 1
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert len(seen) == len(set(seen)) == 251


def test_an_unknown_switch_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(CxError, match="unknown switches: typo"):
        sandbox.switch("hubspot", typo=1)


def test_calls_are_counted_per_source(sandbox: Sandbox) -> None:
    before = sandbox.calls()
    listing(sandbox, "stripe")
    after = sandbox.calls()
    assert {s: after[s] - before[s] for s in SOURCES} == {s: int(s == "stripe") for s in SOURCES}


def test_the_environment_holds_every_required_setting(sandbox: Sandbox) -> None:
    environment = sandbox.environment()
    required = {f"SOURCES__{s.name.upper()}__{x.name.upper()}" for s in SOURCES.values() for x in s.settings if x.default is None}
    assert required <= set(environment)
    assert datetime.now(UTC) > START or environment
