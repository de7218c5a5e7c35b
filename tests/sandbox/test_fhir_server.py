"""The care service's FHIR server over real HTTP: bundles and their links, histories, bulk export, tokens, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from ingest.core.smart_backend import SmartBackend
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START, State
from tests.sandbox.small_company import Rows, at, write_company

ASYNC = {"Prefer": "respond-async"}


def patient(number: int, **values: Any) -> dict[str, Any]:
    stamp = at(minutes=number)
    return {
        "id": f"p{number}",
        "version_id": "1",
        "active": True,
        "names": '[{"family":"Doe","given":["Jo"]}]',
        "telecom": "[]",
        "birth_date": "1950",
        "last_updated_at": stamp,
        "_visible_at": stamp,
        **values,
    }


COMPANY: Rows = {
    "fhir__patients": [
        *(patient(n) for n in range(1, 8)),
        patient(1, version_id="2", active=False, last_updated_at=at(5), _visible_at=at(5)),
        patient(2, version_id="2", last_updated_at=at(6), _visible_at=at(6), _is_gone=True),
    ]
}


class Client:
    """Asks the server as a backend service does."""

    def __init__(self, sandbox: Sandbox) -> None:
        prefix = "SOURCES__FHIR__"
        self.settings = {k.removeprefix(prefix).lower(): v for k, v in sandbox.environment().items() if k.startswith(prefix)}
        self.session = requests.Session()
        self.session.auth = self.auth(self.settings)

    @staticmethod
    def auth(settings: dict[str, str]) -> SmartBackend:
        return SmartBackend(
            access_token_url=settings["token_url"],
            client_id=settings["client_id"],
            client_secret=settings["private_key"],
            key_id=settings["key_id"],
            access_token_request_data={"scope": "system/*.read"},
        )

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        url = path if path.startswith("http") else self.settings["base_url"] + path
        return self.session.get(url, params=params, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("fhir")
    write_company(directory, COMPANY)
    State(customers=1, seed=7, sources=("fhir",)).write(directory)
    with Sandbox.start(directory, customers=1, sources=("fhir",)) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    sandbox.switch("fhir", clear=True)
    yield Client(sandbox)
    sandbox.advance(START)


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "match"]


def following(bundle: dict[str, Any]) -> str:
    return {link["relation"]: link["url"] for link in bundle["link"]}.get("next", "")


def test_a_search_pages_through_opaque_links_on_another_path(client: Client) -> None:
    bundle, seen = client.get("/Patient", _count=3, _sort="_lastUpdated").json(), list[str]()
    while True:
        seen += ids(bundle)
        link = following(bundle)
        if not link:
            break
        assert "/Patient" not in link
        bundle = client.get(link).json()
    assert seen == ["p3", "p4", "p5", "p6", "p7", "p1"]
    assert "total" not in bundle


def test_totals_are_told_on_request_and_an_empty_page_has_no_entries(client: Client) -> None:
    bundle = client.get("/Patient", _lastUpdated="gt2030-01-01T00:00:00Z", _total="accurate").json()
    assert (bundle["total"], "entry" in bundle, bundle["type"]) == (0, False, "searchset")


def test_ge_includes_its_instant(client: Client) -> None:
    instant = client.get("/Patient", _sort="_lastUpdated").json()["entry"][3]["resource"]["meta"]["lastUpdated"]
    assert ids(client.get("/Patient", _lastUpdated=f"ge{instant}", _sort="_lastUpdated").json()) == ["p6", "p7", "p1"]
    assert ids(client.get("/Patient", _lastUpdated=f"gt{instant}", _sort="_lastUpdated").json()) == ["p7", "p1"]


def test_records_hold_no_nulls(client: Client) -> None:
    record = client.get("/Patient").json()["entry"][0]["resource"]
    assert set(record) == {"resourceType", "id", "meta", "active", "name", "birthDate"}


def test_an_unknown_parameter_is_ignored_with_a_remark(client: Client) -> None:
    entry = client.get("/Patient", shoe_size="44").json()["entry"][-1]
    assert entry["search"] == {"mode": "outcome"}
    assert entry["resource"]["issue"][0]["severity"] == "warning"


def test_a_history_tells_what_was_deleted(client: Client) -> None:
    bundle = client.get("/Patient/_history", _since=at(5).isoformat()).json()
    told = [(entry["request"]["method"], entry["request"]["url"]) for entry in bundle["entry"]]
    assert (bundle["type"], told) == ("history", [("DELETE", "Patient/p2"), ("PUT", "Patient/p1")])
    assert "resource" not in bundle["entry"][0]


def test_an_export_runs_by_itself_and_lists_files_and_deletions(client: Client) -> None:
    assert client.get("/Patient/$export").status_code == 400
    started = client.get("/Patient/$export", ASYNC, _type="Patient", _since=at(5).isoformat())
    status = started.headers["Content-Location"]
    answers = [client.get(status), client.get(status)]
    assert (started.status_code, [a.status_code for a in answers]) == (202, [202, 200])
    assert answers[0].headers["Retry-After"] == "0"
    manifest = answers[1].json()
    assert [(file["type"], file["count"]) for file in manifest["output"] + manifest["deleted"]] == [("Patient", 1), ("Bundle", 1)]
    lines = [client.get(manifest[part][0]["url"]).text.splitlines() for part in ("output", "deleted")]
    assert json.loads(lines[0][0])["id"] == "p1"
    assert json.loads(lines[1][0])["entry"] == [{"request": {"method": "DELETE", "url": "Patient/p2"}}]
    assert client.session.delete(status, timeout=10).status_code == 202
    assert client.get(status).status_code == 404


def test_a_token_needs_a_fresh_assertion_of_the_registered_key(client: Client) -> None:
    address = client.settings["token_url"]
    request = client.auth(client.settings).build_access_token_request()
    first, again = (requests.post(address, data=request["data"], timeout=10) for _ in range(2))
    assert (first.status_code, first.json()["expires_in"]) == (200, 300)
    assert again.json() == {"error": "invalid_client"}
    elsewhere = client.auth({**client.settings, "token_url": "https://other.example/token"}).build_access_token_request()
    assert requests.post(address, data=elsewhere["data"], timeout=10).json() == {"error": "invalid_client"}


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/Patient", {"_lastUpdated": "geyesterday"}, 400, "invalid"),
        ("/Potion", {}, 404, "not-found"),
        ("", {"_getpages": "lost"}, 410, "deleted"),
    ],
)
def test_refusals_are_operation_outcomes(client: Client, path: str, params: dict[str, str], status: int, code: str) -> None:
    answer = client.get(path, **params)
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert answer.json()["issue"][0]["code"] == code


def test_without_a_token_nothing_is_shown(client: Client) -> None:
    assert requests.get(f"{client.settings['base_url']}/Patient", timeout=10).status_code == 401


def test_too_many_calls_are_throttled_with_a_time_to_wait(sandbox: Sandbox, client: Client) -> None:
    client.get("/Patient")
    sandbox.switch("fhir", rate_limit=1)
    answer = client.get("/Patient")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (429, "throttled")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_clock_decides_what_is_seen(sandbox: Sandbox, client: Client) -> None:
    sandbox.advance(at(5) - timedelta(minutes=1))
    assert sorted(ids(client.get("/Patient").json())) == [f"p{n}" for n in range(1, 8)]
