"""The sandbox's vendors, asked over real HTTP, answer as their wire formats demand: paging, errors, limits, dates."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from tests.sandbox.caller import BC_CUSTOMERS, LISTS, MENTIONS, RESOURCES, SPAN, Client, listing
from tests.sandbox.small_company import COMPANY, LATER, at

# -- every vendor ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", LISTS)
def test_the_date_header_is_the_sandbox_clock(sandbox: Sandbox, source: str) -> None:
    sandbox.advance(LATER)
    for answer in (listing(sandbox, source), requests.head(Client(sandbox, source).settings["base_url"], timeout=10)):
        assert parsedate_to_datetime(answer.headers["Date"]) == LATER
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("hubspot", "INVALID_AUTHENTICATION"),
        ("business_central", "Authentication_InvalidCredentials"),
        ("stripe", "Invalid API Key"),
        ("surveymonkey", "1011"),
        ("zendesk_support", "Couldn't authenticate you"),
        ("brandwatch", "invalid_token"),
    ],
)
def test_a_wrong_token_gets_the_vendors_own_401(sandbox: Sandbox, source: str, told: str) -> None:
    client = Client(sandbox, source)
    client.session.auth = None
    client.session.headers["Authorization"] = "Bearer wrong"
    answer = client.get(LISTS[source][0], **LISTS[source][1])
    assert answer.status_code == 401
    assert told in answer.text


@pytest.mark.parametrize("source", LISTS)
def test_every_full_listing_answers_with_records_the_declaration_can_read(sandbox: Sandbox, source: str) -> None:
    page = listing(sandbox, source).json()
    resource = SOURCES[source].resource(RESOURCES[source])
    record = page[LISTS[source][2]][0]
    for column in resource.columns:
        if not column.path.startswith(("$parent", "archivedAt", "properties", "metric_set", "custom_variables", "archived")):
            assert column.path.split(".")[0] in record, column.name


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


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "other"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
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


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"start_time": str(int(START.timestamp()) - 10)}, 422),
        ({"cursor": "!!"}, 400),
        ({"start_time": "1", "cursor": "MTow"}, 400),
    ],
)
def test_zendesk_refuses_wrong_starts(sandbox: Sandbox, params: dict[str, str], status: int) -> None:
    assert Client(sandbox, "zendesk_support").get(EXPORT, **params).status_code == status


def test_zendesk_pages_ratings_by_cursor(sandbox: Sandbox) -> None:
    client, seen = Client(sandbox, "zendesk_support"), list[int]()
    page = client.get(
        "/api/v2/satisfaction_ratings.json", **{"page[size]": "2", "start_time": str(int(at(2).timestamp()))}
    ).json()
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
