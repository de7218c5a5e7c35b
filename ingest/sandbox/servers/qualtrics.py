"""Qualtrics v3 on the wire: surveys by offset, survey definitions, and response exports as jobs that end in a zip file.

Everything stands in an envelope whose `meta.httpStatus` repeats the status. An export job is started, asked for until its
`status` is complete, and downloaded by its `fileId` (never by its `progressId`). A continuation token names an instant:
the next job brings what was recorded later, for a week. NDJSON files hold blank lines and empty objects.

Its own switches: `export_fails`, `export_without_id`, `export_damaged` (so many jobs fail, are not named, end in half a file),
`export_polls` (how often a job is asked for before it is done), `token_days` (how long a continuation token is taken).
"""

from __future__ import annotations

import io
import json
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, origin, request_id, whole
from ingest.sandbox.servers.world import Table, World, struct

API = "/API/v3"
TOKEN = "sandbox-qualtrics-api-token"  # a fixed sandbox value
PAGE = 100
TOKEN_DAYS = 7
FORMATS = ("json", "ndjson")
_SURVEYS, _DEFINITIONS, _RESPONSES = (Table(f"qualtrics__{name}") for name in ("surveys", "survey_definitions", "responses"))
_SURVEY = {
    "id": "id",
    "name": "name",
    "ownerId": "owner_id",
    "lastModified": "iso_s(modified_at)",
    "creationDate": "iso_s(created_at)",
    "isActive": "is_active",
}
_DEFINITION = {
    "BrandID": "'aurorahome'",
    "BrandBaseURL": "'https://aurorahome.qualtrics.com'",
    "QuestionCount": "question_count::VARCHAR",
    "Questions": "questions::JSON",
    "SurveyFlow": "'{}'::JSON",
    "SurveyOptions": "'{}'::JSON",
    "SurveyID": "id",
    "SurveyName": "name",
    "SurveyStatus": "status",
    "LastModified": "iso_s(modified_at)",
    "OwnerID": "'UR_0aurora0000000001'",
}


@dataclass(slots=True)
class Job:
    """An export in the making: what its file will hold, and how often it may still be asked before it is done."""

    survey: str
    form: str
    records: list[dict[str, Any]]
    token: str
    polls: int
    fails: bool
    file: str = ""


class Qualtrics(Vendor):
    name = "qualtrics"
    own_switches = frozenset({"export_damaged", "export_fails", "export_polls", "export_without_id", "token_days"})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._brand, self._exports = Window(3_000, 60), Window(100, 60)
        self._jobs: dict[str, Job] = {}

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": f"{url}{API}", "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        export = f"{API}/surveys/{{survey}}/export-responses"
        return [
            ("GET", f"{API}/surveys", self.surveys),
            ("GET", f"{API}/survey-definitions/{{survey}}", self.definition),
            ("POST", export, self.start),
            ("GET", f"{export}/{{job}}", self.progress),
            ("GET", f"{export}/{{file}}/file", self.file),
        ]

    def refuse(self, request: Request) -> Answer | None:
        return None if request.headers.get("x-api-token") == TOKEN else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        code, text = _ERRORS.get(status, ("ISE_1", "The request could not be handled."))
        return Answer({"meta": _meta(status) | {"error": {"errorCode": code, "errorMessage": message or text}}}, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """The brand's window, and a narrower one for exports; both say how long to wait."""
        override = self.switches.get("rate_limit")
        told = [self._brand.take(override)]
        if "/export-responses" in request.url.path:
            told.append(self._exports.take(override))
        over = [reading for reading in told if reading.is_over]
        if not over:
            return {}, None
        return {"retry-after": str(max(reading.reset_seconds for reading in over))}, self.error(429)

    async def surveys(self, request: Request) -> Answer:
        """A page from `offset` on, with the whole address of the next one or null."""
        try:
            offset = whole(request.query_params.get("offset"), 0, 0, 10**9)
        except ValueError:
            raise Refused(self.error(400, "offset is no number.")) from None
        view = self.world.view(self.world.current(_SURVEYS), struct(_SURVEY), order="id")
        stop, more = self.cut(len(view), offset, PAGE)
        following = f"{origin(request)}{API}/surveys?{urlencode({'offset': stop})}" if more else None
        listed = {"elements": json.loads(f"[{view.json(offset, stop).decode()}]"), "nextPage": following}
        return replace(_answer(listed), resource="surveys", records="result.elements")

    async def definition(self, request: Request) -> Answer:
        survey = self._survey(request)
        source = self.world.current(_DEFINITIONS)
        view = self.world.view(source, struct(_DEFINITION), order="id", where="id = $1", params=[survey])
        return _answer(json.loads(view.json(0, 1)))

    async def start(self, request: Request) -> Answer:
        """Starts an export of everything, of a span of recording, or of what is new since a token."""
        survey, body = self._survey(request), await self._body(request)
        if body.get("format", "csv") not in FORMATS:
            raise Refused(self.error(400, f"The sandbox makes {' and '.join(FORMATS)} files only."))
        if body.get("continuationToken") and (body.get("startDate") or body.get("endDate")):
            raise Refused(self.error(400, "continuationToken cannot be combined with startDate or endDate."))
        token = self._issue(survey) if body.get("allowContinuation") or body.get("continuationToken") else ""
        job = Job(survey, body["format"], self._records(survey, body), token, self._polls(), self.switches.take("export_fails"))
        progress = f"ES_{sha256(f'{survey}{len(self._jobs)}'.encode()).hexdigest()[:15]}"
        self._jobs[progress] = job
        named = None if self.switches.take("export_without_id") else progress
        return _answer({"progressId": named, "percentComplete": 0.0, "status": "inProgress"})

    async def progress(self, request: Request) -> Answer:
        """How far a job is; a failed one stands at 100 percent, too."""
        job = self._jobs.get(request.path_params["job"])
        if job is None or job.survey != request.path_params["survey"]:
            raise Refused(self.error(404))
        if job.polls > 0:
            job.polls -= 1
            return _answer({"percentComplete": 100.0 / (job.polls + 2), "status": "inProgress"})
        if job.fails:
            return _answer({"fileId": None, "percentComplete": 100.0, "status": "failed"})
        job.file = job.file or f"{uuid4()}-def"
        token = {"continuationToken": job.token} if job.token else {}
        return _answer({"fileId": job.file, "percentComplete": 100.0, "status": "complete", **token})

    async def file(self, request: Request) -> Answer:
        asked = request.path_params["file"]
        job = next((job for job in self._jobs.values() if job.file and job.file == asked), None)
        if job is None or job.survey != request.path_params["survey"]:
            raise Refused(self.error(404))
        body = _zipped(f"{job.survey}.{job.form}", _written(job.form, self._spoilt(job.records)))
        if self.switches.take("export_damaged"):
            body = body[: len(body) // 2]
        return Answer(body, headers={"content-type": "application/zip"})

    def _survey(self, request: Request) -> str:
        survey = str(request.path_params["survey"])
        if not self.world.rows(f"SELECT 1 FROM {self.world.current(_SURVEYS)} WHERE id = $1", [survey]):
            raise Refused(self.error(404))
        return survey

    async def _body(self, request: Request) -> dict[str, Any]:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise Refused(self.error(400, "The body is no JSON.")) from None
        if not isinstance(body, dict):
            raise Refused(self.error(400, "The body is no object."))
        return body

    def _records(self, survey: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What the file will hold: fixed when the job starts, in order of recording."""
        terms, params = ["survey_id = $1"], list[Any]([survey])
        since = self._redeem(survey, body["continuationToken"]) if body.get("continuationToken") else None
        for operator, moment in ((">", since), (">=", self._instant(body, "startDate")), ("<", self._instant(body, "endDate"))):
            if moment is not None:
                params.append(moment)
                terms.append(f"recorded_at {operator} ${len(params)}")
        source = self.world.current(_RESPONSES)
        rows = self.world.rows(
            f"SELECT id, answer_values FROM {source} WHERE {' AND '.join(terms)} ORDER BY recorded_at, id", params
        )
        return [_record(key, json.loads(values), body) for key, values in rows]

    def _instant(self, body: Mapping[str, Any], name: str) -> datetime | None:
        if not body.get(name):
            return None
        try:
            return datetime.fromisoformat(str(body[name])).replace(tzinfo=UTC)
        except ValueError:
            raise Refused(self.error(400, f"{name} is no date.")) from None

    def _issue(self, survey: str) -> str:
        told = {"survey": survey, "at": self.world.clock.isoformat()}
        return urlsafe_b64encode(json.dumps(told).encode()).decode()

    def _redeem(self, survey: str, token: str) -> datetime:
        """The instant a token stands for, when it was issued for this survey and is not too old."""
        try:
            told = json.loads(urlsafe_b64decode(token))
            at = datetime.fromisoformat(told["at"])
        except (ValueError, KeyError, TypeError):
            raise Refused(self.error(400, "The continuation token is not valid.")) from None
        days = self.switches.get("token_days")
        if told.get("survey") != survey or self.world.clock - at > timedelta(days=TOKEN_DAYS if days is None else days):
            raise Refused(self.error(400, "The continuation token has expired."))
        return at

    def _polls(self) -> int:
        told = self.switches.get("export_polls")
        return 1 if told is None else int(told)

    def _spoilt(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What the switches that act on listed records do to a page, done to a file."""
        bad, unknown = self.switches.get("bad_value"), self.switches.get("unknown_field")
        if bad and bad.get("resource") == "responses" and records:
            records = [records[0] | {"values": records[0]["values"] | {str(bad["field"]): bad["value"]}}, *records[1:]]
            self.switches.values["bad_value"] = None
        if unknown:
            records = [record | {str(unknown): "new"} for record in records]
        return [*records[:1], *records] if records and self.switches.take("duplicate_rows") else records


_ERRORS = {
    400: ("QVAL_1", "Invalid Request"),
    401: ("AUTH_6", "Unrecognized X-API-TOKEN."),
    403: ("AUTHZ_6", "You do not have permission to do this."),
    404: ("RP_0.3", "The requested resource does not exist."),
    413: ("RP_0.6", "The requested entity is too large."),
    429: ("RL_1", "Too many requests."),
    503: ("SERV_1", "The service is temporarily unavailable."),
}


def _meta(status: int) -> dict[str, Any]:
    try:
        words = HTTPStatus(status).phrase
    except ValueError:
        words = "Unknown"
    return {"requestId": request_id(), "httpStatus": f"{status} - {words}"}


def _answer(result: Any) -> Answer:
    return Answer({"result": result, "meta": _meta(200)})


def _record(key: str, values: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """A response with the questions and the metadata that were asked for; all of them where nothing is said."""
    questions, metadata = body.get("questionIds"), body.get("surveyMetadataIds")

    def is_asked_for(name: str) -> bool:
        wanted = questions if name.startswith("QID") else metadata
        return wanted is None or (name.split("_")[0] if name.startswith("QID") else name) in wanted

    kept = {name: value for name, value in values.items() if is_asked_for(name)}
    shown = [name for name in kept if name.startswith("QID") and "_" not in name]
    return {"responseId": key, "values": kept, "labels": {}, "displayedFields": shown, "displayedValues": {}}


def _written(form: str, records: list[dict[str, Any]]) -> bytes:
    if form == "json":
        return json.dumps({"responses": records}).encode()
    lines = [json.dumps(record) for record in records]
    return "\n".join([*lines[:1], "", *lines[1:], "{}", ""]).encode()


def _zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


SERVER = Qualtrics
