"""All records of one Salesforce object, deleted ones too, by the API that suits their number.

The org is asked first which fields the user may see (`describe`): one hidden or missing field would fail the whole query.
The first REST answer tells how many rows there are (`totalSize`). Up to setting `bulk_from` the REST pages are followed, at
2,000 rows a call; from there on a bulk job is started, whose fixed price (order, a few looks, deletion) is then the lower.
A query too long for an address, or too heavy for a direct answer, becomes a job as well; an object jobs refuse is paged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import requests

from ingest.core.calls import Call, Page
from ingest.core.errors import IngestError
from ingest.core.landed_types import ARROW_TYPES
from ingest.core.readers.bulk import BulkQuery
from ingest.core.readers.salesforce_api import SalesforceApi, number
from ingest.core.spec import Kind, Resource

_NOT_SELECTABLE = {"address", "location", "base64", "complexvalue"}  # compounds and files: bulk jobs refuse them
_TOO_HEAVY = ("QUERY_TIMEOUT", "OPERATION_TOO_LARGE")
_LOST = "INVALID_QUERY_LOCATOR"
_NOT_IN_BULK = "INVALIDENTITY"


@dataclass(frozen=True, slots=True)
class Soql:
    """Lists `sobject` from the cursor on, inclusively; fields are the resource's declared paths that the org has.

    Fields of the org's own (`...__c`) come along, except formulas: those change without a stamp.
    """

    sobject: str
    bulk: BulkQuery = field(default_factory=BulkQuery)
    longest: int = 12_000  # characters of an escaped query; the vendor takes 16,384 bytes of address and headers

    def pages(self, call: Call) -> Iterator[Page]:
        """REST pages as lists of records, bulk answers as Arrow tables typed as declared where they fit."""
        api = SalesforceApi(call)
        soql = self._query(api)
        first = self._first_page(api, soql)
        if first is not None and int(call.client.extract_response(first, "totalSize")[0]) < number(call, "bulk_from"):
            yield from _rest(api, soql, first)
            return
        try:
            for table in self.bulk.tables(api, soql):
                yield typed(table, call.resource)
        except IngestError as error:
            if first is None or _NOT_IN_BULK not in str(error):
                raise
            yield from _rest(api, soql, first)

    def _query(self, api: SalesforceApi) -> str:
        call = api.call
        described = api.ask("GET", f"/sobjects/{self.sobject}/describe")
        seen = {told["name"]: told for told in call.client.extract_response(described, "fields")}
        declared = [column.path for column in call.resource.columns]
        hidden = sorted(_needed(call.resource) - seen.keys())
        if hidden:
            raise IngestError(
                f"{call.source.name}: the user may not read {self.sobject}.{', '.join(hidden)}",
                "Grant it in the user's permission set; without it no change can be followed.",
            )
        own = sorted(name for name, told in seen.items() if _is_own_field(told) and name not in declared)
        soql = f"SELECT {','.join([name for name in declared if name in seen] + own)} FROM {self.sobject}"
        if call.since is None:
            return soql
        since = call.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        return f"{soql} WHERE SystemModstamp >= {since}Z"

    def _first_page(self, api: SalesforceApi, soql: str) -> requests.Response | None:
        """The first REST answer; None where the query does not fit into an address or is too heavy for a direct answer."""
        if len(quote(soql)) > self.longest:
            return None
        try:
            return api.ask("GET", "/queryAll", params={"q": soql})
        except IngestError as error:
            if not any(code in str(error) for code in _TOO_HEAVY):
                raise
            return None


def _needed(resource: Resource) -> set[str]:
    """The paths of key and cursor: without them rows can neither be told apart nor followed."""
    names = (*resource.key, resource.cursor.column if resource.cursor else "")
    return {column.path for column in resource.columns if column.name in names}


def _is_own_field(told: dict[str, Any]) -> bool:
    return bool(told.get("custom")) and not told.get("calculated") and told.get("type") not in _NOT_SELECTABLE


def _rest(api: SalesforceApi, soql: str, first: requests.Response) -> Iterator[Page]:
    """All pages behind `nextRecordsUrl`. A query position the vendor has lost is started anew, once."""
    answer, may_restart = first, True
    while True:
        yield api.call.client.extract_response(answer, "records")
        told = answer.json()
        if told.get("done") is True:
            return
        following = told.get("nextRecordsUrl")
        if not following:
            raise api.failure(f"{api.call.resource.name} has more rows, but the answer does not say where")
        try:
            answer = api.ask("GET", following)
        except IngestError as error:
            if _LOST not in str(error) or not may_restart:
                raise
            answer, may_restart = api.ask("GET", "/queryAll", params={"q": soql}), False


def typed(table: pa.Table, resource: Resource) -> pa.Table:
    """The table with its text columns cast as declared, whole columns at a time; one that does not fit stays text.

    The engine then looks at that column value by value and sets aside the rows that do not fit.
    """
    for column in resource.columns:
        at = table.schema.get_field_index(column.path)
        if at < 0 or column.kind in (Kind.TEXT, Kind.JSON, Kind.EPOCH):
            continue
        try:
            table = table.set_column(at, column.path, table[column.path].cast(ARROW_TYPES[column.kind]))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
    return table
