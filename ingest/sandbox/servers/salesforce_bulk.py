"""Salesforce Bulk API 2.0 query jobs: ordered, looked at until they are complete, read as CSV by locator, deleted.

A job keeps the rows it found when it was ordered. `bulk_outcome`, `header_once` and `cut_csv` are its own switches.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Refused, whole
from ingest.sandbox.servers.salesforce_soql import Query
from ingest.sandbox.servers.world import World

LOOKS_IN_PROGRESS = 1  # so many looks find a job still at work
MOST_ROWS = 50_000


@dataclass(slots=True)
class Job:
    """One query job and what it found."""

    id: str
    operation: str
    version: str
    query: Query
    lines: list[str]
    state: str = "UploadComplete"
    looks: int = 0

    @property
    def is_over(self) -> bool:
        return self.state in ("JobComplete", "Failed", "Aborted")

    def told(self) -> dict[str, Any]:
        body = {
            "id": self.id,
            "operation": self.operation,
            "object": self.query.of.name,
            "createdById": "0055g000000AAAAAA1",
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version[1:]),
            "jobType": "V2Query",
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        if self.state == "JobComplete":
            body |= {"numberRecordsProcessed": len(self.lines), "retries": 0}
        if self.state == "Failed":
            body |= {"errorMessage": "QUERY_TIMEOUT: Your query request was running for too long."}
        return body


class Jobs:
    """The query jobs of an org."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches = world, switches
        self._jobs: dict[str, Job] = {}
        self._ordered = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def order(self, version: str, wanted: Mapping[str, Any], query: Query) -> Answer:
        operation = str(wanted.get("operation"))
        if operation not in ("query", "queryAll") or wanted.get("contentType", "CSV") != "CSV" or not query.names:
            raise Refused(refusal(400, "INVALIDJOB", "The job is not a CSV query."))
        if query.has_compounds:
            raise Refused(refusal(400, "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query"))
        where = query.condition(deleted_too=operation == "queryAll")
        table = self.world.current(query.of.table)
        found = self.world.rows(
            f"SELECT {query.of.csv(list(query.names))} FROM {table} WHERE {where} ORDER BY system_modstamp, id", query.params
        )
        self._ordered += 1
        job = Job(f"7505g00000{self._ordered:05}AAA", operation, version, query, [line for (line,) in found])
        self._jobs[job.id] = job
        return Answer(job.told())

    def look(self, job_id: str) -> Answer:
        """Where the job stands; looking moves it on."""
        job = self._job(job_id)
        outcome = str(self.switches.get("bulk_outcome") or "JobComplete")
        if not job.is_over:
            job.state = "InProgress" if job.looks < LOOKS_IN_PROGRESS else outcome
            job.looks += 1
        return Answer(job.told())

    def abort(self, job_id: str) -> Answer:
        job = self._job(job_id)
        job.state = "Aborted"
        return Answer(job.told())

    def delete(self, job_id: str) -> Answer:
        if not self._job(job_id).is_over:
            raise Refused(refusal(400, "INVALIDJOBSTATE", "A job that is being processed cannot be deleted."))
        del self._jobs[job_id]
        return Answer(b"", 204)

    def results(self, job_id: str, version: str, locator: str, most: str) -> Answer:
        """One set of rows; `Sforce-Locator` names the next, in the word `null` when there is none."""
        job = self._job(job_id)
        if job.version != version:
            raise Refused(refusal(409, "INVALIDVERSION", "The job was created in another version."))
        if job.state != "JobComplete":
            raise Refused(refusal(400, "INVALIDJOBSTATE", f"Invalid job state: {job.state}"))
        try:
            start, size = int(b64decode(locator or "MA==", validate=True)), whole(most, MOST_ROWS, 1, MOST_ROWS)
        except ValueError:
            raise Refused(refusal(400, "INVALIDLOCATOR", "Invalid locator")) from None
        stop = min(start + size, len(job.lines))
        header = [] if start and self.switches.get("header_once") else [",".join(f'"{name}"' for name in job.query.names)]
        body = "".join(f"{line}\n" for line in (*header, *job.lines[start:stop])).encode()
        if self.switches.take("cut_csv"):
            body = body[: len(body) // 2]
        following = b64encode(str(stop).encode()).decode() if stop < len(job.lines) else "null"
        headers = {"content-type": "text/csv", "sforce-locator": following, "sforce-numberofrecords": str(stop - start)}
        return Answer(body, headers=headers)

    def _job(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise Refused(refusal(404, "NOT_FOUND", "The requested resource does not exist"))
        return self._jobs[job_id]


def refusal(status: int, code: str, message: str) -> Answer:
    """An error of the data API: a list with one object."""
    return Answer(json.dumps([{"message": message, "errorCode": code}]).encode(), status)
