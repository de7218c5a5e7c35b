"""Salesforce Bulk API 2.0 query jobs: a query becomes a job, the finished job a series of CSV answers, each an Arrow table.

A job is asked for its state a bounded time and deleted afterwards, whatever became of it. Rows are counted against what
the vendor says it sent, since a CSV answer that was cut short looks complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
import requests

from ingest.core.errors import IngestError
from ingest.core.readers.csv_text import CsvText
from ingest.core.readers.polling import asked_again
from ingest.core.readers.salesforce_api import SalesforceApi

_JOBS = "/jobs/query"
_LAST = ("null", "")  # the locator of the last answer: the word, not an absent header


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """How a job is waited for and read. `tries`: how often an answer that is not whole is asked for again."""

    patience: timedelta = timedelta(hours=1)
    first_wait: float = 0.1  # seconds, doubled up to `longest_wait`
    longest_wait: float = 20.0
    rows_per_answer: int = 50_000
    tries: int = 3

    def tables(self, api: SalesforceApi, soql: str) -> Iterator[pa.Table]:
        """The rows of `soql`, deleted ones too, as tables of text columns named as the selected fields; empty cells are null."""
        ordered = api.ask("POST", _JOBS, json=_order(soql))
        path = f"{_JOBS}/{api.call.client.extract_response(ordered, 'id')[0]}"
        try:
            yield from self._results(api, path, self._wait(api, path))
        finally:
            with suppress(IngestError):  # the vendor drops jobs after a week by itself
                api.ask("DELETE", path, is_json=False)

    def _wait(self, api: SalesforceApi, path: str) -> int:
        """Returns how many records the finished job holds."""
        state = None
        for _ in asked_again(self.patience, self.first_wait, 2, self.longest_wait):
            job = api.ask("GET", path).json()
            state = job.get("state")
            if state == "JobComplete":
                return int(job.get("numberRecordsProcessed") or 0)
            if state in ("Failed", "Aborted"):
                raise api.failure(f"the bulk query ended as {state} ({str(job.get('errorMessage') or 'no message')[:160]})")
        api.ask("PATCH", path, json={"state": "Aborted"})  # a running job cannot be deleted
        raise api.failure(f"the bulk query was still {state} after {self.patience}")

    def _results(self, api: SalesforceApi, path: str, expected: int) -> Iterator[pa.Table]:
        text, locator = CsvText(api.call), ""
        while True:
            answer, table = self._answer(api, path, locator, text)
            yield table
            locator = answer.headers.get("Sforce-Locator", "null")
            if locator in _LAST:
                break
        if text.rows < expected:
            raise api.failure(f"the bulk query told {text.rows} of its {expected} rows")

    def _answer(self, api: SalesforceApi, path: str, locator: str, text: CsvText) -> tuple[requests.Response, pa.Table]:
        """One answer that is CSV and holds as many rows as its header says."""
        params = {"maxRecords": str(self.rows_per_answer)} | ({"locator": locator} if locator else {})
        for left in reversed(range(self.tries)):
            answer = api.ask("GET", f"{path}/results", is_json=False, params=params, headers={"Accept": "text/csv"})
            told = answer.headers.get("Sforce-NumberOfRecords", "")
            if "csv" in answer.headers.get("Content-Type", ""):
                table = text.table(answer.content, int(told) if told.isdigit() else None, is_last_try=not left)
                if table is not None:
                    return answer, table
        raise api.failure(f"an answer of the bulk query is not the CSV of {told or 'any'} rows, asked {self.tries} times")


def _order(soql: str) -> dict[str, str]:
    return {"operation": "queryAll", "query": soql, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
