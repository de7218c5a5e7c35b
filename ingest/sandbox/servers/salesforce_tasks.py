"""Salesforce's writing side, as far as tasks need it: sObject collections upserted by an external id.

Answers stand in the order of the records, each with its own success. What is written is kept while the server runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from ingest.sandbox.servers.base import Answer, Refused
from ingest.sandbox.servers.salesforce_bulk import refusal

MOST_RECORDS = 200
EXTERNAL_ID = "CX_Key__c"
_FIELDS = {"attributes", "WhoId", "WhatId", "OwnerId", "Subject", "Description", "ActivityDate", "Status", "Priority"}


class Tasks:
    """knows: whether there is a contact or lead with this id, in its short or long form."""

    def __init__(self, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self.tasks: dict[str, dict[str, Any]] = {}

    async def upsert(self, request: Request) -> Answer:
        if request.path_params["object"] != "Task" or request.path_params["field"] != EXTERNAL_ID:
            raise Refused(refusal(404, "NOT_FOUND", "The requested resource does not exist"))
        told = await request.json()
        records = told.get("records") or []
        if len(records) > MOST_RECORDS:
            raise Refused(
                refusal(
                    400, "LIMIT_EXCEEDED", f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call."
                )
            )
        return Answer(json.dumps([self._put(record) for record in records]).encode())

    def _put(self, record: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(record) - _FIELDS - {EXTERNAL_ID})
        if unknown:
            return _refused("INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type Task", unknown)
        if not record.get(EXTERNAL_ID):
            return _refused("MISSING_ARGUMENT", f"{EXTERNAL_ID} not specified", [])
        if record.get("WhoId") and not self._knows(str(record["WhoId"])):
            return _refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["WhoId"])
        found = self.tasks.get(record[EXTERNAL_ID])
        task_id = found["Id"] if found else f"00T5g{len(self.tasks) + 1:010d}AAA"
        self.tasks[record[EXTERNAL_ID]] = {**(found or {}), **record, "Id": task_id}
        return {"id": task_id, "success": True, "errors": [], "created": found is None}


def _refused(code: str, message: str, fields: list[str]) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": fields}]}
