"""Bulk exports in the asynchronous style: a kick-off, a status address to poll, then files with one JSON record a line.

Follows FHIR Bulk Data Access: 202 with Content-Location, 202 with Retry-After while it runs, at last a manifest of files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import orjson
import requests
from requests import PreparedRequest
from requests.auth import AuthBase

from ingest.core.calls import Call, Page
from ingest.core.errors import IngestError
from ingest.core.readers.fhir_bundles import failures

PAGE_ROWS = 1_000
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 60.0  # seconds between two polls, whatever the server proposes


@dataclass(frozen=True, slots=True)
class NdjsonExport:
    """Exports the records of one type. `kick_off` and `params` are templates; `_since` is added when there is a cursor.

    part: which files of the manifest are read: `output`, or `deleted`, which servers fill only for a `_since`.
    unpack: makes records of a line; patience: how long the job may take before it is cancelled.
    """

    kick_off: str
    type: str
    params: Mapping[str, str] = field(default_factory=dict)
    part: str = "output"
    unpack: Callable[[Any, Call], list[Any]] = lambda record, call: [record]
    patience: timedelta = timedelta(hours=1)

    def pages(self, call: Call) -> Iterator[Page]:
        """The lines of every file; IngestError when the export was incomplete, after what there is was given."""
        if self.part == "deleted" and call.since is None:
            return
        manifest = self._manifest(call, self._start(call))
        for file in manifest.get(self.part) or ():
            if file["type"] == self.type:
                yield from self._records(call, file, manifest)
        _raise_for_errors(call, manifest)

    def _start(self, call: Call) -> str:
        """Starts the job and gives the address of its status."""
        params = {"_outputFormat": "application/fhir+ndjson", **call.fill(dict(self.params))}
        if call.since is not None:
            params["_since"] = call.fill("{since}")
        headers = {"Prefer": "respond-async", "Accept": "application/fhir+json"}
        path = call.fill(self.kick_off)
        answer = call.client.fetch("GET", path, is_json=False, params=params, headers=headers)
        status = answer.headers.get("Content-Location", "")
        if answer.status_code != 202 or not status:
            raise IngestError(
                f"{call.source.name}: the server did not start an export ({answer.status_code}, no Content-Location)",
                "Check the export's path, or read by search instead.",
            )
        return urljoin(answer.url, status)

    def _manifest(self, call: Call, status: str) -> dict[str, Any]:
        """Polls until the job is done; cancels it when patience is at its end."""
        end, pause = time.monotonic() + self.patience.total_seconds(), _SHORTEST_PAUSE
        while True:
            answer = call.client.fetch("GET", status, is_json=False, headers={"Accept": "application/json"})
            if answer.status_code != 202:
                return _decoded_manifest(call, answer, self.part)
            pause = _told_pause(answer) or min(2 * pause, _LONGEST_PAUSE)
            if time.monotonic() + pause > end:
                break
            time.sleep(pause)
        with suppress(IngestError):  # a job that ended in this moment can no longer be cancelled
            call.client.fetch("DELETE", status, is_json=False)
        raise IngestError(
            f"{call.source.name}: the export was not done within {self.patience} and has been cancelled",
            "Run again when the server is less busy, or read by search instead.",
        )

    def _records(self, call: Call, file: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[Page]:
        rows: list[Any] = []
        lines = 0
        for line in _download(call, file, manifest).splitlines():
            if not line.strip():
                continue
            lines += 1
            try:
                rows += self.unpack(orjson.loads(line), call)
            except orjson.JSONDecodeError:
                call.set_aside(line, "the line is not JSON")
            if len(rows) >= PAGE_ROWS:
                yield rows
                rows = []
        yield rows
        if lines < int(file.get("count") or 0):
            raise IngestError(
                f"{call.source.name}: a file of the export held {lines} of {file['count']} records", "Run again; nothing is lost."
            )


class _Unsigned(AuthBase):
    """For files whose address is its own permission: stores refuse such an address when a token comes with it."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


def _download(call: Call, file: Mapping[str, Any], manifest: Mapping[str, Any]) -> bytes:
    auth = None if manifest.get("requiresAccessToken", True) else _Unsigned()
    headers = {"Accept": "application/fhir+ndjson"}
    address = str(file["url"])
    return call.client.request(address, "GET", headers=headers, auth=auth, is_json=False).content


def _decoded_manifest(call: Call, answer: requests.Response, part: str) -> dict[str, Any]:
    """The manifest of a finished job; its files must be named even where there are none."""
    try:
        manifest = orjson.loads(answer.content)
        files = manifest["output"] + (manifest.get("deleted") or []) + (manifest.get("error") or [])
        if all(file["url"] and file["type"] for file in files):
            return dict(manifest)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    raise IngestError(f"{call.source.name}: the export's manifest cannot be read", "Run again; nothing is lost.")


def _told_pause(answer: requests.Response) -> float | None:
    """Seconds to wait as Retry-After says, in seconds or as a date, within reason; None when it says nothing."""
    told = answer.headers.get("Retry-After", "").strip()
    try:
        if told.isdigit():
            seconds = float(told)
        else:
            seconds = (parsedate_to_datetime(told) - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    except (ValueError, TypeError, KeyError):
        return None
    return min(max(seconds, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _raise_for_errors(call: Call, manifest: Mapping[str, Any]) -> None:
    """The manifest's error files hold OperationOutcomes; warnings are no reason to stop."""
    codes = set()
    for file in manifest.get("error") or ():
        codes |= {_failure(line) for line in _download(call, file, manifest).splitlines() if line.strip()}
    if codes - {""}:
        raise IngestError(
            f"{call.source.name}: the export left records out ({', '.join(sorted(codes - {''}))})",
            "What came has landed; the next run asks for all of it again.",
        )


def _failure(line: bytes) -> str:
    try:
        return failures(orjson.loads(line))
    except orjson.JSONDecodeError:
        return "unreadable"
