"""The look-up API over real HTTP on a planted publication."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.parts import CHECKOUT
from orchestration.reach import lookup, serve
from orchestration.reach.api import Tokens, application
from orchestration.reach.lookup_file import LookupFile
from orchestration.reach.lookup_making import PAGE
from tests.loopback import serving

from .planted import PEOPLE, plant

FULL, HIDDEN = "full-token-0123456789", "hidden-token-0123456789"


class Caller:
    """Calls the API with one token."""

    def __init__(self, address: str, token: str | None) -> None:
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **parameters: str) -> requests.Response:
        return requests.get(self.address + path, params=parameters, headers=self.headers, timeout=10)

    def found(self, **parameters: str) -> list[str]:
        answer = self.get("/customers", **parameters)
        assert answer.status_code == 200, answer.text
        return [one["customer_id"] for one in answer.json()["customers"]]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    made = Paths(tmp_path_factory.mktemp("serve"))
    plant(made, PEOPLE)
    return made


@pytest.fixture(scope="module")
def address(paths: Paths) -> Iterator[str]:
    app: Any = application(LookupFile(paths, pytest.fail), Tokens(FULL, HIDDEN), "DE")
    with serving(app) as told:
        yield told


@pytest.fixture
def caller(address: str) -> Caller:
    return Caller(address, FULL)


@pytest.mark.parametrize(
    ("parameter", "value", "customers"),
    [
        ("email", "Canary1+shop@Example.com", ["C1"]),
        ("email", "canary3@example.com", ["C2", "C3"]),
        ("email", "nobody@example.com", []),
        ("phone", "+49 (30) 1234567-1", ["C1"]),
        ("phone", "030 12345671", ["C1"]),
        ("phone", "0049 30 12345671", ["C1"]),
        ("id", "C3", ["C3"]),
        ("id", "C9", []),
        ("id", "C7", ["C1"]),
        ("source_id", "C7", []),
        ("source_id", "71", ["C1"]),
        ("source_id", "hubspot:contacts:71", ["C1"]),
        ("source_id", "0035g000000000CAAQ", ["C1"]),
        ("source_id", "canary1@example.com", []),
    ],
)
def test_a_customer_is_found_by_any_identifier_however_it_is_written(
    caller: Caller, parameter: str, value: str, customers: list[str]
) -> None:
    assert caller.found(**{parameter: value}) == customers


def test_a_plus_that_was_not_escaped_is_still_a_calling_code(caller: Caller) -> None:
    answer = requests.get(f"{caller.address}/customers?phone=+493012345671", headers=caller.headers, timeout=10)
    assert [one["customer_id"] for one in answer.json()["customers"]] == ["C1"]


def test_the_card_is_the_row_of_customer_360(caller: Caller) -> None:
    card = caller.get("/customers/C2").json()
    assert (card["full_name"], card["email"], card["current_mrr"]) == ("Canary 2", "canary2@example.com", 2000.0)
    assert card["churned_at"] is None


def test_an_id_that_was_merged_away_answers_with_the_survivor_and_says_so(caller: Caller) -> None:
    card, found = caller.get("/customers/C7").json(), caller.get("/customers", id="C7").json()["customers"][0]
    assert card == found == {**caller.get("/customers/C1").json(), "merged_into": "C1"}
    told, survivors = (
        caller.get("/customers/C7/timeline", limit="2").json(),
        caller.get("/customers/C1/timeline", limit="2").json(),
    )
    assert told == {**survivors, "merged_into": "C1"} and told["customer_id"] == "C1" and len(told["events"]) == 2
    assert "merged_into" not in survivors


def test_a_long_timeline_pages_over_every_event_once(tmp_path: Path) -> None:
    often = {"touchpoint_id": "", "customer_id": "C2", "occurred_at": "2026-06-10 09:00:00+00", "stage": "support"}
    rows = [{**often, "touchpoint_id": f"n{n:04d}"} for n in range(2 * PAGE + 1)]
    plant(Paths(tmp_path), {**PEOPLE, "touchpoints": [*PEOPLE["touchpoints"], *rows]})
    opened, seen, before = LookupFile(Paths(tmp_path), pytest.fail).current(), [], None
    while page := lookup.timeline(opened, "C2", 400, before, lookup.FULL):
        seen += [event["touchpoint_id"] for event in page["events"]]
        if page["next_before"] is None:
            break
        before = lookup.Position.read(page["next_before"])
    assert seen == [f"n{n:04d}" for n in reversed(range(2 * PAGE + 1))]


def test_instants_are_told_in_utc_whatever_the_zone_here(caller: Caller) -> None:
    assert caller.get("/customers/C1").json()["data_as_of"] == "2026-07-01T06:00:00+00:00"
    assert caller.get("/customers/C1/timeline").json()["events"][0]["occurred_at"] == "2026-06-12T09:00:00+00:00"


def test_a_timeline_pages_newest_first_without_losing_events_of_one_instant(caller: Caller) -> None:
    seen: list[str] = []
    following: str | None = "2026-12-31T00:00:00Z"
    while following:
        page = caller.get("/customers/C1/timeline", limit="1", before=following).json()
        seen += [event["touchpoint_id"][-1] for event in page["events"]]
        following = page["next_before"]
    assert seen == ["4", "3", "2", "1", "0"]
    until = caller.get("/customers/C1/timeline", before="2026-06-11T09:00:00+00:00").json()
    assert [event["touchpoint_id"][-1] for event in until["events"]] == ["1", "0"]
    assert caller.get("/customers/C1/timeline").json()["events"][0]["words"].startswith("Canary here")
    assert caller.get("/customers/C3/timeline").json()["events"] == []


@pytest.mark.parametrize(
    ("path", "parameters", "status", "parameter"),
    [
        ("/customers/C9", {}, 404, "customer_id"),
        ("/customers/C9/timeline", {}, 404, "customer_id"),
        ("/customers", {}, 422, "email"),
        ("/customers", {"email": "canary1"}, 422, "email"),
        ("/customers", {"phone": "12"}, 422, "phone"),
        ("/customers", {"id": "C1", "phone": "030 12345671"}, 422, "phone"),
        ("/customers", {"mail": "canary1@example.com"}, 422, "mail"),
        ("/customers", {"email": "x" * 400}, 422, "email"),
        ("/customers/C1/timeline", {"limit": "0"}, 422, "limit"),
        ("/customers/C1/timeline", {"limit": "many"}, 422, "limit"),
        ("/customers/C1/timeline", {"before": "yesterday"}, 422, "before"),
        ("/nowhere", {}, 404, None),
    ],
)
def test_what_is_wrong_is_told_with_its_parameter(
    caller: Caller, path: str, parameters: dict[str, str], status: int, parameter: str | None
) -> None:
    answer = caller.get(path, **parameters)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json().get("parameter")) == (status, status, parameter)
    assert "canary1@example.com" not in answer.text


@pytest.mark.parametrize("token", [None, "", "wrong", FULL[:-1], f"{FULL}x"])
@pytest.mark.parametrize("path", ["/customers", "/customers/C1", "/customers/C1/timeline"])
def test_nothing_of_a_customer_is_told_without_a_token(address: str, path: str, token: str | None) -> None:
    answer = Caller(address, token).get(path)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_only_reading_is_answered(caller: Caller) -> None:
    answer = requests.post(f"{caller.address}/customers", headers=caller.headers, timeout=10)
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


def test_a_pseudonymised_answer_names_nobody_and_quotes_nobody(address: str) -> None:
    caller = Caller(address, HIDDEN)
    told = caller.get("/customers", email="canary1@example.com").text + caller.get("/customers/C1/timeline").text
    assert '"customer_id":"C1"' in told and '"profile":"negative"' in told
    assert not [word for word in ("anary", "4930", "99001", "call me") if word in told]


def test_health_and_description_need_no_token(address: str) -> None:
    open_to_all = Caller(address, None)
    health = open_to_all.get("/health").json()
    assert (health["publication_id"], health["data_as_of"][:10]) == ("first-run", "2026-07-01")
    document = open_to_all.get("/openapi.json").json()
    assert set(document["paths"]) >= {"/customers", "/customers/{customer_id}", "/customers/{customer_id}/timeline", "/health"}
    assert document["components"]["schemas"]["Customer"]["properties"]["current_mrr"]["type"] == ["number", "null"]


def test_the_log_tells_the_route_and_not_who_was_looked_up(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        caller.get("/customers", email="canary1@example.com")
        caller.get("/customers/C1")
        caller.get("/canary1@example.com")
    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "cx.serve")
    assert "GET /customers 200" in told and "GET /customers/{id} 200" in told and "GET (other) 404" in told
    assert "canary" not in caplog.text and "C1" not in told


def test_a_new_publication_is_answered_from_without_a_restart_and_a_broken_one_is_not(tmp_path: Path) -> None:
    paths, told = Paths(tmp_path), []
    plant(paths, PEOPLE)
    file = LookupFile(paths, told.append)
    held = file.current()
    plant(paths, {**PEOPLE, "customer_360": PEOPLE["customer_360"][:1]}, run_id="second-run")
    _until(lambda: file.current().publication_id == "second-run")
    assert held.connection.execute("select count(*) from customers").fetchone() == (3,)  # who held the old one reads on
    assert file.current().connection.execute("select count(*) from customers").fetchone() == (1,)
    assert len(list(paths.lookup.iterdir())) == 1
    paths.published.write_bytes(b"no database")
    file.current()
    _until(lambda: bool(told))
    assert "\n" not in told[0] and "could not be opened" in told[0]
    assert file.current().publication_id == "second-run"
    plant(paths, PEOPLE, run_id="third-run")
    _until(lambda: file.current().publication_id == "third-run")


def test_what_a_killed_maker_left_is_cleared_and_what_a_living_one_makes_is_not(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    plant(paths, PEOPLE)
    paths.lookup.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left, going = paths.lookup / f"1-2-3.{ended.pid}", paths.lookup / f"1-2-3.{os.getppid()}"
    for file in (left, going, paths.lookup / "1-2-3.duckdb"):
        file.write_bytes(b"half")
    LookupFile(paths, pytest.fail)
    assert going.exists() and len(list(paths.lookup.iterdir())) == 2


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.05)


def test_it_does_not_start_without_a_good_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(serve.TOKEN, raising=False)
    with pytest.raises(SettingMissing, match="CX_API_TOKEN"):
        serve.tokens()
    monkeypatch.setenv(serve.TOKEN, "short")
    with pytest.raises(CxError, match="fewer than"):
        serve.tokens()
    monkeypatch.setenv(serve.TOKEN, FULL)
    monkeypatch.setenv(serve.TOKEN_PSEUDONYMISED, FULL)
    with pytest.raises(CxError, match="the same"):
        serve.tokens()


def test_cx_serve_listens_on_this_machine_and_writes_no_query_string(paths: Paths) -> None:
    environment = {**os.environ, "CX_DATA_DIR": str(paths.root), serve.TOKEN: FULL}
    command = [sys.executable, "-m", "orchestration.cli", "serve", "--port", "18350"]
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as process:
        try:
            _until(lambda: _answers("http://127.0.0.1:18350/health"))
            assert Caller("http://127.0.0.1:18350", FULL).found(email="canary1@example.com") == ["C1"]
        finally:
            process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert "GET /customers 200" in told and "canary" not in told


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False
