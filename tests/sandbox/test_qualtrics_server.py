"""Qualtrics' server answers as the vendor does: envelopes, surveys by offset, export jobs that end in a zip, tokens for a week."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from ingest.sandbox.servers import qualtrics
from ingest.sandbox.servers.state import START
from tests.sandbox.chat_company import Served
from tests.sandbox.opinion_company import NEXT_DAY, serving_opinions

EXPORT = "/surveys/SV_1/export-responses"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_opinions(tmp_path_factory.mktemp("opinions")) as served:
        yield served


class Client:
    def __init__(self, served: Served) -> None:
        self.served, self.session = served, requests.Session()
        told = served.settings("qualtrics")
        self.base, self.session.headers["X-API-TOKEN"] = told["base_url"], told["token"]

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(path if "://" in path else self.base + path, params=params, timeout=10)

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.session.post(self.base + path, json=body, timeout=10)

    def export(self, **body: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """A whole export: the records of its file, and the state of the finished job."""
        job = self.post(EXPORT, format="ndjson", **body).json()["result"]["progressId"]
        state: dict[str, Any] = {}
        while state.get("status") != "complete":
            state = self.get(f"{EXPORT}/{job}").json()["result"]
        file = self.get(f"{EXPORT}/{state['fileId']}/file")
        [member] = zipfile.ZipFile(io.BytesIO(file.content)).infolist()
        lines = zipfile.ZipFile(io.BytesIO(file.content)).read(member).decode().splitlines()
        assert lines.count("") == 1 and lines[-1] == "{}"
        return [json.loads(line) for line in lines if line not in ("", "{}")], state


@pytest.fixture
def client(running: Served) -> Client:
    running.reset()
    return Client(running)


def code(answer: requests.Response) -> tuple[int, str]:
    meta = answer.json()["meta"]
    assert meta["httpStatus"].startswith(str(answer.status_code)) and meta["requestId"]
    return answer.status_code, meta["error"]["errorCode"]


def test_a_call_without_the_token_is_refused_in_the_envelope(client: Client) -> None:
    client.session.headers["X-API-TOKEN"] = "another"
    assert code(client.get("/surveys")) == (401, "AUTH_6")


def test_surveys_are_followed_by_whole_addresses_until_null(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qualtrics, "PAGE", 1)
    first = client.get("/surveys").json()["result"]
    last = client.get(first["nextPage"]).json()["result"]
    assert [row["id"] for row in first["elements"] + last["elements"]] == ["SV_1", "SV_2"]
    assert last["nextPage"] is None


def test_a_definition_counts_its_questions_in_text(client: Client) -> None:
    told = client.get("/survey-definitions/SV_1").json()["result"]
    assert (told["QuestionCount"], told["Questions"]["QID1"]["RecodeValues"]) == ("1", {"1": "0"})
    assert code(client.get("/survey-definitions/SV_9"))[0] == 404


def test_an_export_is_asked_for_until_it_is_complete_and_told_by_its_file(client: Client) -> None:
    job = client.post(EXPORT, format="json").json()["result"]["progressId"]
    states = [client.get(f"{EXPORT}/{job}").json()["result"] for _ in range(2)]
    assert [state["status"] for state in states] == ["inProgress", "complete"]
    assert "continuationToken" not in states[1]
    assert code(client.get(f"{EXPORT}/{job}/file"))[0] == 404
    assert client.get(f"{EXPORT}/{states[1]['fileId']}/file").headers["Content-Type"] == "application/zip"
    assert code(client.get(f"{EXPORT}/ES_unknown"))[0] == 404


def test_a_failed_export_stands_at_a_hundred_percent(client: Client) -> None:
    client.served.switches("qualtrics").values |= {"export_fails": 1, "export_polls": 0}
    job = client.post(EXPORT, format="json").json()["result"]["progressId"]
    state = client.get(f"{EXPORT}/{job}").json()["result"]
    assert (state["status"], state["percentComplete"], state["fileId"]) == ("failed", 100.0, None)


def test_a_token_brings_what_was_recorded_since_and_nothing_of_edits(client: Client) -> None:
    everything, state = client.export(allowContinuation=True)
    assert [row["responseId"] for row in everything] == [f"R_{n:03}" for n in range(1, 6)]
    client.served.world.set_clock(NEXT_DAY)
    new, state = client.export(continuationToken=state["continuationToken"])
    assert [row["responseId"] for row in new] == ["R_006"]
    assert client.export(continuationToken=state["continuationToken"])[0] == []
    body = {"format": "json", "continuationToken": state["continuationToken"]}
    assert code(client.post(EXPORT, **body, startDate="2026-01-01T00:00:00Z"))[0] == 400
    client.served.world.set_clock(START + timedelta(days=9))
    assert "expired" in client.post(EXPORT, **body).text


def test_only_what_was_asked_for_is_exported(client: Client) -> None:
    records, _ = client.export(surveyMetadataIds=["_recordId"], questionIds=[])
    assert records[0]["values"] == {"_recordId": "R_001"}
    assert set(client.export(surveyMetadataIds=["status"])[0][0]["values"]) == {"status", "QID1", "QID1_NPS_GROUP", "QID3_TEXT"}


def test_exports_have_a_limit_of_their_own(client: Client) -> None:
    client.served.switches("qualtrics").set({"rate_limit": 1})
    refused = [client.get(f"{EXPORT}/ES_x") for _ in range(2)][-1]
    assert code(refused) == (429, "RL_1") and int(refused.headers["Retry-After"]) > 0
