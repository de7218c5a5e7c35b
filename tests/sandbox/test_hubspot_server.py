"""HubSpot's server: lists, archived lists, the limits of search, and associations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.sandbox.process import Sandbox
from tests.sandbox.caller import CONTACTS, Client
from tests.sandbox.small_company import at, write_company


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
    assert set(record["properties"]) == {
        "city",
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


def test_hubspot_lists_archived_contacts_apart_and_gone_ones_nowhere(sandbox: Sandbox) -> None:
    page = Client(sandbox, "hubspot").get(CONTACTS, archived="true").json()
    assert [(r["id"], r["archived"], r["archivedAt"]) for r in page["results"]] == [("9999", True, "2026-06-22T06:00:00.000Z")]


def search(**changes: Any) -> dict[str, Any]:
    since = str(int(at(seconds=200).timestamp() * 1000))
    return {
        "filterGroups": [{"filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}]}],
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
        "properties": ["email"],
        "limit": 200,
        **changes,
    }


def test_hubspot_search_is_inclusive_and_never_archived(sandbox: Sandbox) -> None:
    page = Client(sandbox, "hubspot").post(f"{CONTACTS}/search", search()).json()
    assert page["total"] == 52
    assert [r["id"] for r in page["results"]] == [str(n) for n in range(200, 252)]


def test_hubspot_search_compares_ids_as_text(sandbox: Sandbox) -> None:
    wanted = search(
        filterGroups=[{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": "24"}]}],
        sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        limit=3,
    )
    page = Client(sandbox, "hubspot").post(f"{CONTACTS}/search", wanted).json()
    assert [r["id"] for r in page["results"]] == ["240", "241", "242"]
    assert page["paging"]["next"]["after"] == "3"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"limit": 201}, 400),
        ({"after": "10000"}, 400),
        ({"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GTE", "value": "0"}]}]}, 500),
    ],
)
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


def test_hubspot_search_never_shows_more_than_ten_thousand_yet_ids_drain_one_instant(tmp_path: Path) -> None:
    write_company(tmp_path, {})
    with duckdb.connect(tmp_path / "company.duckdb") as db:
        db.execute(f"""INSERT INTO vendor.hubspot__contacts (id, created_at, updated_at, archived, _visible_at, _is_gone)
            SELECT n::VARCHAR, t, t, false, t, false FROM range(1, 10401) AS r(n), (SELECT TIMESTAMPTZ '{at()}' AS t)""")
    with Sandbox.start(tmp_path, customers=1) as bulk:
        bulk.switch("hubspot", rate_limit=0)
        client = Client(bulk, "hubspot")
        last = client.post(f"{CONTACTS}/search", search(after="9800", filterGroups=[])).json()
        assert (last["total"], len(last["results"]), last["paging"]["next"]["after"]) == (10_400, 200, "10000")
        assert client.post(f"{CONTACTS}/search", search(after="10000", filterGroups=[])).status_code == 400
        assert _drained(client) == sorted(str(n) for n in range(1, 10_401))


def _drained(client: Client) -> list[str]:
    """All ids of the one instant, read by `hs_object_id GT <last id>`."""
    seen = ["0"]
    while True:
        filters = [
            {"propertyName": "lastmodifieddate", "operator": "EQ", "value": "2026-06-21T06:00:00.000Z"},
            {"propertyName": "hs_object_id", "operator": "GT", "value": seen[-1]},
        ]
        order = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        page = client.post(f"{CONTACTS}/search", search(filterGroups=[{"filters": filters}], sorts=order)).json()
        seen += [row["id"] for row in page["results"]]
        if "paging" not in page:
            return seen[1:]
