"""FHIR bulk export: jobs that are started, asked after, and at last downloaded as NDJSON files, a few thousand lines each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, origin
from ingest.sandbox.servers.fhir_records import RECORDS
from ingest.sandbox.servers.world import View, World

LINES = 5_000  # in one file
_NDJSON = {"content-type": "application/fhir+ndjson"}


@dataclass(slots=True)
class Job:
    """An export of some types as they are now; `polls` counts down to its end."""

    types: list[str]
    since: datetime | None
    asked: str
    at: datetime
    polls: int = 1


class Exports:
    """The jobs of one server, kept until they are cancelled."""

    def __init__(self, vendor: Vendor, world: World, api: str) -> None:
        self.vendor, self.world, self.api = vendor, world, api
        self._jobs: dict[str, Job] = {}

    def paths(self) -> list[tuple[str, str, Handler]]:
        status = f"{self.api}/$export-poll-status/{{job}}"
        return [
            ("GET", f"{self.api}/$export", self.start),
            ("GET", f"{self.api}/Patient/$export", self.start),
            ("GET", status, self.status),
            ("DELETE", status, self.cancel),
            ("GET", f"{self.api}/bulk/{{job}}/{{part}}/{{type}}/{{number}}.ndjson", self.file),
        ]

    async def start(self, request: Request) -> Answer:
        """202 with the address of the job's status; only asynchronously, as the standard demands."""
        if request.headers.get("prefer") != "respond-async":
            raise Refused(self.vendor.error(400, "An export needs the header Prefer: respond-async"))
        query = request.query_params
        types = [name for name in query.get("_type", ",".join(RECORDS)).split(",") if name]
        if not set(types) <= set(RECORDS):
            raise Refused(self.vendor.error(400, "_type names a type that cannot be exported"))
        try:
            since = datetime.fromisoformat(query["_since"]) if "_since" in query else None
        except ValueError:
            raise Refused(self.vendor.error(400, "_since is no instant")) from None
        job = uuid4().hex
        self._jobs[job] = Job(types, since, str(request.url), self.world.clock)
        return Answer(b"", 202, {"content-location": f"{origin(request)}{self.api}/$export-poll-status/{job}"})

    async def status(self, request: Request) -> Answer:
        """202 while it runs, then the manifest."""
        job = self._job(request)
        if job.polls:
            job.polls -= 1
            return Answer(b"", 202, {"x-progress": "in progress", "retry-after": "0"})
        parts = {part: self._files(request, job, part) for part in ("output", "deleted")}
        at = job.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Answer({"transactionTime": at, "request": job.asked, "requiresAccessToken": True, **parts, "error": []})

    async def cancel(self, request: Request) -> Answer:
        self._job(request)
        del self._jobs[str(request.path_params["job"])]
        return Answer(b"", 202)

    async def file(self, request: Request) -> Answer:
        """One file of a job."""
        job, part = self._job(request), str(request.path_params["part"])
        view = self._view(job, part, str(request.path_params["type"]))
        start = int(request.path_params["number"]) * LINES
        lines = b"\n".join(view.json(at, at + 1) for at in range(start, min(start + LINES, len(view))))
        return Answer(lines + b"\n", headers=_NDJSON)

    def _job(self, request: Request) -> Job:
        job = self._jobs.get(str(request.path_params["job"]))
        if job is None:
            raise Refused(self.vendor.error(404, "There is no such export"))
        return job

    def _files(self, request: Request, job: Job, part: str) -> list[dict[str, Any]]:
        """The manifest's entries for one part; a type without records has no file."""
        base = f"{origin(request)}{self.api}/bulk/{request.path_params['job']}/{part}"
        files = []
        for kind in job.types:
            total = len(self._view(job, part, kind))
            for number in range(-(-total // LINES)):
                count = min(LINES, total - number * LINES)
                told = kind if part == "output" else "Bundle"
                files.append({"type": told, "url": f"{base}/{kind}/{number}.ndjson", "count": count})
        return files

    def _view(self, job: Job, part: str, kind: str) -> View:
        """The lines of a type: its records, or one bundle per record deleted since."""
        record = RECORDS[kind]
        if part == "output":
            since = "last_updated_at >= $1" if job.since else "true"
            params = [job.since] if job.since else []
            return self.world.view(self.world.current(record.table), record.body, order="id", where=since, params=params)
        entry = "{'request': {'method': 'DELETE', 'url': '" + kind + "/' || id}}"
        body = (
            "{'resourceType': 'Bundle', 'type': 'transaction', 'meta': {'lastUpdated': iso_ms(last_updated_at)}, 'entry': ["
            + entry
            + "]}"
        )
        where = "_is_gone AND _visible_at <= $1 AND $2 IS NOT NULL AND last_updated_at >= $2"
        return self.world.view(
            self.world.versions(record.table), body, order="id", where=where, params=[self.world.clock, job.since]
        )
