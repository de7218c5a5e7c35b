"""What servers of the standard may do beyond the sandbox's: odd bundles, exports that fail, files of another store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.core.errors import IngestError
from ingest.core.extract import SourceRun
from ingest.core.readers.chosen import Chosen
from ingest.core.readers.fhir_bundles import Deletions, Searchset, deletions_in
from ingest.core.readers.ndjson_export import NdjsonExport
from ingest.core.smart_backend import assertion
from ingest.core.spec import OBSERVED_AT, Bearer, Cursor, Reader, Resource, Setting, Source, instant, text
from tests.loopback import serving

PEOPLE = [text("id"), text("birth_date", "birthDate")]
GONE = [text("resource_type"), text("resource_id"), instant("deleted_at")]


@dataclass
class Server:
    """Answers each path as it is told, in turn, and remembers who asked how."""

    answers: dict[str, list[Response]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    url: str = ""

    def says(self, path: str, *answers: Response) -> None:
        self.answers[path] = list(answers)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        waiting = self.answers.get(request.url.path, [])
        if not waiting:
            return JSONResponse({"resourceType": "OperationOutcome", "issue": []}, 404)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
    running = Server()
    app = Starlette(routes=[Route("/{path:path}", running.answer, methods=["GET", "HEAD", "DELETE"])])
    with serving(app) as running.url:
        yield running


def read(server: Server, reader: Reader, folder: Path, columns: list[Any], since: str = "") -> tuple[list[Any], SourceRun]:
    """The rows a reader yields, and the run with its counts and errors."""
    key = ("id",) if columns is PEOPLE else ("resource_type", "resource_id")
    resource = Resource("records", key, tuple(columns), full=reader, changes=reader, cursor=Cursor(OBSERVED_AT, lag=timedelta()))
    settings = (Setting("base_url", ""), Setting("token", "", secret=True), Setting("way", "", ""))
    source = Source("care", "Care", "{base_url}", Bearer(), settings, (resource,))
    run = SourceRun(source, {"base_url": server.url, "token": "secret", "way": "by_search"}, "run", folder)
    state = {"cursors": {"": since}} if since else {}
    rows = [row for table in run.batches(resource, state) for row in table.select(list(c.name for c in columns)).to_pylist()]
    return rows, run


def person(name: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "birthDate": "1950"}


def bundle(*entries: dict[str, Any], following: str = "") -> Response:
    links = [{"relation": "self", "url": "x"}] + ([{"relation": "next", "url": following}] if following else [])
    body = {"resourceType": "Bundle", "type": "searchset", "link": links, **({"entry": list(entries)} if entries else {})}
    return JSONResponse(body)


def remark(severity: str) -> dict[str, Any]:
    issue = {"severity": severity, "code": "processing", "diagnostics": "about Jo Doe"}
    return {"resource": {"resourceType": "OperationOutcome", "issue": [issue]}, "search": {"mode": "outcome"}}


# -- bundles -----------------------------------------------------------------------------------------------------------


def test_an_empty_page_in_between_is_not_the_end_and_additions_are_no_records(server: Server, tmp_path: Path) -> None:
    included = {"resource": {"resourceType": "Practitioner", "id": "d"}, "search": {"mode": "include"}}
    server.says("/Patient", bundle({"resource": person("a")}, included, following=f"{server.url}/more?x=1"))
    server.says("/more", bundle(remark("warning"), following=f"{server.url}/last"))
    server.says("/last", bundle({"resource": person("b"), "search": {"mode": "match"}}))
    rows, run = read(server, Searchset("Patient", {"_count": "2"}), tmp_path, PEOPLE)
    assert ([row["id"] for row in rows], run.errors) == (["a", "b"], [])
    assert run.tallies["records"].extracted == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (bundle({"resource": person("a")}, remark("error")), "processing"),
        (JSONResponse(person("a")), "no Bundle"),
        (JSONResponse([]), "no Bundle"),
    ],
)
def test_a_search_that_did_not_go_well_is_not_complete(server: Server, tmp_path: Path, answer: Response, reason: str) -> None:
    server.says("/Patient", answer)
    _, run = read(server, Searchset("Patient"), tmp_path, PEOPLE)
    assert reason in str(run.errors[0])
    assert "Jo" not in str(run.errors[0])
    assert not run.tallies["records"].is_complete


def test_a_page_that_names_itself_ends_with_an_error(server: Server, tmp_path: Path) -> None:
    server.says("/Patient", bundle(following=f"{server.url}/again"))
    server.says("/again", bundle({"resource": person("a")}, following=f"{server.url}/again"))
    rows, run = read(server, Searchset("Patient"), tmp_path, PEOPLE)
    assert ("names itself" in str(run.errors[0]), len(rows)) == (True, 1)


def test_an_entry_without_a_resource_is_set_aside(server: Server, tmp_path: Path) -> None:
    server.says("/Patient", bundle({"fullUrl": "x"}, {"resource": person("a")}))
    rows, run = read(server, Searchset("Patient"), tmp_path, PEOPLE)
    tally = run.tallies["records"]
    assert (len(rows), tally.extracted, tally.quarantined, tally.distinct_keys) == (1, 2, 1, 1)


def test_deletions_are_read_from_every_spelling_of_a_history(server: Server, tmp_path: Path) -> None:
    entries = [
        {"request": {"method": "DELETE", "url": "Patient/a"}, "response": {"lastModified": "2026-06-30T10:00:00+02:00"}},
        {"request": {"method": "DELETE", "url": "https://x.example/r4/Patient/b/_history/3"}},
        {"fullUrl": "https://x.example/r4/Patient/c", "request": {"method": "DELETE"}},
        {"resource": person("d"), "request": {"method": "PUT", "url": "Patient/d"}},
        {"request": {"method": "DELETE", "url": "?"}},
    ]
    server.says("/Patient/_history", bundle(*entries))
    assert read(server, Deletions(("Patient",)), tmp_path, GONE)[0] == []
    rows, run = read(server, Deletions(("Patient",)), tmp_path, GONE, since="2026-06-01T00:00:00+00:00")
    assert [row["resource_id"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["deleted_at"] == datetime(2026, 6, 30, 8, tzinfo=UTC)
    assert run.tallies["records"].quarantined == 1


def test_a_setting_picks_the_way_and_must_name_one(server: Server, tmp_path: Path) -> None:
    server.says("/Patient", bundle({"resource": person("a")}))
    assert len(read(server, Chosen("way", {"by_search": Searchset("Patient")}), tmp_path, PEOPLE)[0]) == 1
    assert read(server, Chosen("way", {"by_search": None}), tmp_path, PEOPLE)[0] == []
    _, run = read(server, Chosen("way", {"other": None}), tmp_path, PEOPLE)
    assert "'by_search' is no value for way" in str(run.errors[0])


# -- exports -----------------------------------------------------------------------------------------------------------


def exports(server: Server, lines: bytes, polls: int = 0, **manifest: Any) -> NdjsonExport:
    """A server that exports these lines after so many polls."""
    server.says("/$export", Response(status_code=202, headers={"Content-Location": "/job"}))
    told = {"requiresAccessToken": True, "output": [{"type": "Patient", "url": f"{server.url}/file"}], **manifest}
    pending = [Response(status_code=202, headers={"Retry-After": "0", "X-Progress": "50 %"}) for _ in range(polls)]
    server.says("/job", *pending, JSONResponse(told))
    server.says("/file", Response(lines, media_type="application/fhir+ndjson"))
    return NdjsonExport("/$export", "Patient", {"_type": "Patient"})


LINES = b"".join(json.dumps(person(name)).encode() + b"\n" for name in "abc")


def test_an_export_is_polled_and_downloaded(server: Server, tmp_path: Path) -> None:
    rows, run = read(server, exports(server, LINES, polls=2), tmp_path, PEOPLE)
    assert ([row["id"] for row in rows], run.errors) == (["a", "b", "c"], [])
    kick_off = next(request for request in server.asked if request.url.path == "/$export")
    assert kick_off.headers["prefer"] == "respond-async"
    assert dict(kick_off.query_params) == {"_outputFormat": "application/fhir+ndjson", "_type": "Patient"}


@pytest.mark.parametrize(("needed", "sent"), [(True, "Bearer secret"), (False, None)])
def test_a_file_gets_the_token_only_when_it_needs_one(server: Server, tmp_path: Path, needed: bool, sent: str | None) -> None:
    read(server, exports(server, LINES, requiresAccessToken=needed), tmp_path, PEOPLE)
    download = next(request for request in server.asked if request.url.path == "/file")
    assert download.headers.get("authorization") == sent


def test_a_broken_line_is_set_aside_and_the_rest_lands(server: Server, tmp_path: Path) -> None:
    rows, run = read(server, exports(server, LINES + b'{"id": \n\n'), tmp_path, PEOPLE)
    tally = run.tallies["records"]
    assert (len(rows), tally.extracted, tally.quarantined, tally.is_complete) == (3, 4, 1, True)


def test_a_file_that_was_cut_off_is_not_complete(server: Server, tmp_path: Path) -> None:
    files = [{"type": "Patient", "url": f"{server.url}/file", "count": 5}]
    rows, run = read(server, exports(server, LINES, output=files), tmp_path, PEOPLE)
    assert (len(rows), "3 of 5" in str(run.errors[0]), run.tallies["records"].is_complete) == (3, True, False)


@pytest.mark.parametrize("where", ["/$export", "/job", "/file"])
def test_a_maintenance_page_is_no_answer_and_no_data(server: Server, tmp_path: Path, where: str) -> None:
    reader, notice = exports(server, LINES), Response("<html>We will be back</html>", media_type="text/html")
    server.says(where, notice, *server.answers[where])
    rows, run = read(server, reader, tmp_path, PEOPLE)
    assert (len(rows), run.errors, run.tallies["records"].quarantined) == (3, [], 0)
    server.says(where, notice)
    rows, run = read(server, reader, tmp_path, PEOPLE)
    assert (rows, "is not a file (text/html" in str(run.errors[0]), run.tallies["records"].quarantined) == ([], True, 0)


@pytest.mark.parametrize(("severity", "is_complete"), [("error", False), ("warning", True)])
def test_reported_errors_make_an_export_incomplete(server: Server, tmp_path: Path, severity: str, is_complete: bool) -> None:
    reader = exports(server, LINES, error=[{"type": "OperationOutcome", "url": f"{server.url}/errors"}])
    server.says("/errors", Response(json.dumps(remark(severity)["resource"])))
    rows, run = read(server, reader, tmp_path, PEOPLE)
    assert (len(rows), run.tallies["records"].is_complete) == (3, is_complete)
    assert not any("Jo" in str(error) for error in run.errors)


def test_patience_ends_and_the_job_is_cancelled(server: Server, tmp_path: Path) -> None:
    exports(server, LINES, polls=1)
    server.says("/job", Response(status_code=202, headers={"Retry-After": "30"}))
    _, run = read(server, NdjsonExport("/$export", "Patient", patience=timedelta(seconds=1)), tmp_path, PEOPLE)
    assert "cancelled" in str(run.errors[0])
    assert server.asked[-1].method == "DELETE"


@pytest.mark.parametrize(
    ("kick_off", "reason"),
    [
        (Response(status_code=200, content=b"{}"), "did not start an export"),
        (Response(status_code=202), "did not start an export"),
        (Response(status_code=501, content=b"{}"), "answered 501"),
    ],
)
def test_a_server_without_exports_says_so(server: Server, tmp_path: Path, kick_off: Response, reason: str) -> None:
    server.says("/$export", kick_off)
    _, run = read(server, NdjsonExport("/$export", "Patient"), tmp_path, PEOPLE)
    assert reason in str(run.errors[0])


def test_an_unreadable_manifest_is_an_error(server: Server, tmp_path: Path) -> None:
    reader = exports(server, LINES, output="nothing")
    assert "manifest" in str(read(server, reader, tmp_path, PEOPLE)[1].errors[0])


def test_deletions_come_from_an_export_since_the_last_run(server: Server, tmp_path: Path) -> None:
    entry = {"request": {"method": "DELETE", "url": "Patient/a"}}
    line = {"resourceType": "Bundle", "type": "transaction", "meta": {"lastUpdated": "2026-06-30T10:00:00Z"}, "entry": [entry]}
    exports(server, json.dumps(line).encode(), deleted=[{"type": "Bundle", "url": f"{server.url}/file"}], output=[])
    reader = NdjsonExport("/$export", "Bundle", part="deleted", unpack=deletions_in)
    assert read(server, reader, tmp_path, GONE)[0] == []
    rows, _ = read(server, reader, tmp_path, GONE, since="2026-06-01T00:00:00+00:00")
    assert [(row["resource_type"], row["resource_id"]) for row in rows] == [("Patient", "a")]
    assert server.asked[-3].query_params["_since"] == "2026-06-01T00:00:00.000Z"


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_an_rsa_key_signs_rs384_and_no_two_assertions_are_alike() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(*kinds).decode()
    first, second = (assertion(pem, "k1", "client", "https://x.example/token", 1000) for _ in range(2))
    head, body, signature = first.split(".")
    key.public_key().verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA384())
    claims = json.loads(_decoded(body))
    assert json.loads(_decoded(head)) == {"alg": "RS384", "typ": "JWT", "kid": "k1"}
    assert (claims["iss"], claims["aud"], claims["exp"]) == ("client", "https://x.example/token", 1240)
    assert first != second


def test_a_key_that_is_none_is_named_without_being_shown() -> None:
    with pytest.raises(IngestError, match="cannot be read"):
        assertion("-----BEGIN PRIVATE KEY-----\\nsecret", "k", "c", "a", 0)


def _decoded(part: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
