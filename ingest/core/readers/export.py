"""Records that a vendor first makes a file of: start a job, ask for its state until it is done, download the file, read it.

What a finished job tells as its continuation token is kept per exported thing, so that the next job brings only what is
new. Such a job shows neither edits nor deletes: a full export runs again when the last one is `full_every` old, or when
the vendor no longer takes the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ingest.core.calls import Call, Page, pages_of
from ingest.core.errors import IngestError, QuotaUsedUp
from ingest.core.readers import exported_file
from ingest.core.readers.exported_file import BadFile, Format
from ingest.core.readers.polling import asked_again
from ingest.core.spec import Listing
from ingest.core.templates import Filler


@dataclass(frozen=True, slots=True)
class Export:
    """One job per record that `each` lists, whose fields the templates call `{parent.<field>}`; a record's id is `id`.

    start, body: path and body that order everything; resume: the body that continues from `{token}`, None where the vendor
    knows no such thing; poll: the path that tells a `{job}`'s state; file: the path of the finished `{file}`.
    job, status, ready, token: where the answers tell these (dotted); done, failed: the states that end a job.
    formats: how the file is read, by the value of setting `format`; origin: the field that every record gets with the id of
    what it was exported from.
    """

    each: Listing
    start: str
    body: Mapping[str, Any]
    poll: str
    file: str
    formats: Mapping[str, Format]
    format: str
    origin: str
    resume: Mapping[str, Any] | None = None
    job: str = "result.progressId"
    status: str = "result.status"
    ready: str = "result.fileId"
    token: str = "result.continuationToken"
    done: str = "complete"
    failed: tuple[str, ...] = ("failed",)
    full_every: timedelta = timedelta(days=7)
    patience: timedelta = timedelta(hours=1)
    tries: int = 2
    longest_wait: float = 30.0

    def pages(self, call: Call) -> Iterator[Page]:
        """The records of all jobs. One that fails does not keep the others from landing; nothing is kept of the run then."""
        before: dict[str, dict[str, str]] = json.loads(call.position) if call.position else {}
        after: dict[str, dict[str, str]] = {}
        first_error: IngestError | None = None
        for listed in pages_of(self.each, call, lambda response: None):
            for parent in listed:
                try:
                    yield from _Job(self, call, parent, before.get(str(parent["id"]), {}), after).pages()
                except QuotaUsedUp:
                    raise
                except IngestError as error:
                    first_error = first_error or error
        if first_error is not None:
            raise first_error
        if self.resume is not None:
            call.keep(json.dumps(after))


class _Job:
    """The export of one thing. `kept`: its token and the instant of its last full export; `after` takes the new ones."""

    def __init__(
        self, export: Export, call: Call, parent: Mapping[str, Any], kept: Mapping[str, str], after: dict[str, dict[str, str]]
    ) -> None:
        self.export, self.call, self.parent, self.kept, self.after = export, call, parent, kept, after

    def pages(self) -> Iterator[Page]:
        state, is_full = self._finished()
        token = _at(state, self.export.token)
        if token:
            full_at = self.call.until.isoformat() if is_full else self.kept["full_at"]
            self.after[str(self.parent["id"])] = {"token": str(token), "full_at": full_at}
        path = self._fill(self.export.file, file=_at(state, self.export.ready))
        body = self.call.client.fetch("GET", path, is_json=False).content
        form = self.export.formats[self.call.settings[self.export.format]]
        try:
            for page in exported_file.pages(body, form, self.call.set_aside):
                yield [{**row, self.export.origin: self.parent["id"]} if isinstance(row, dict) else row for row in page]
        except BadFile as error:
            raise self._failure(f"the exported file is of no use: {error}") from error

    def _finished(self) -> tuple[Any, bool]:
        """The state of a job that is done, and whether it exports everything."""
        if self._may_continue():
            try:
                return self._wait(self._start(self.export.resume, token=self.kept["token"])), False
            except QuotaUsedUp:
                raise
            except IngestError:
                pass  # the token has expired, or the vendor is in trouble: then the full export says so in its words
        for left in reversed(range(self.export.tries)):
            try:
                return self._wait(self._start(self.export.body)), True
            except _JobFailed:
                if not left:
                    raise
        raise AssertionError("an export is tried at least once")

    def _may_continue(self) -> bool:
        if self.export.resume is None or not self.kept:
            return False
        return self.call.until - datetime.fromisoformat(self.kept["full_at"]) < self.export.full_every

    def _start(self, body: Mapping[str, Any] | None, **values: str) -> str:
        answer = self.call.client.fetch("POST", self._fill(self.export.start), json=self._fill(body, **values))
        job = _at(answer.json(), self.export.job)
        if not job:
            raise self._failure(f"the export was started and has no {self.export.job}")
        return str(job)

    def _wait(self, job: str) -> Any:
        """Asks at growing intervals until the job is done; its state decides, not its percentage."""
        from dlt.common.configuration import resolve_configuration
        from dlt.common.configuration.specs import RuntimeConfiguration

        first = 0.2 * resolve_configuration(RuntimeConfiguration()).request_backoff_factor
        state = None
        for _ in asked_again(self.export.patience, first, 1.6, self.export.longest_wait):
            answer = self.call.client.fetch("GET", self._fill(self.export.poll, job=job)).json()
            state = _at(answer, self.export.status)
            if state == self.export.done and _at(answer, self.export.ready):
                return answer
            if state in (self.export.done, *self.export.failed):
                raise self._failure(f"the vendor could not make the export (state {state!r})", _JobFailed)
        raise self._failure(f"the export was still {state!r} after {self.export.patience}")

    def _fill(self, template: Any, **values: Any) -> Any:
        return Filler({**self.call.fill.values, **{name: str(value) for name, value in values.items()}}, self.parent)(template)

    def _failure(self, what: str, kind: type[IngestError] = IngestError) -> IngestError:
        return kind(
            f"{self.call.source.name}: {self.parent['id']}: {what}", "Run again: the position has not moved, nothing is lost."
        )


class _JobFailed(IngestError):
    """The vendor ended the job without a file; another try may fare better."""


def _at(answer: Any, path: str) -> Any:
    """What stands at a dotted path, None where a step is missing."""
    for step in path.split("."):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer
