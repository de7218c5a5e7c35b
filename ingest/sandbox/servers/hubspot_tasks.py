"""HubSpot's writing side, as far as tasks need it: properties, batch upsert by a unique property, default associations.

What is written is kept for as long as the server runs and is no part of the planted world.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from ingest.sandbox.servers.base import Answer, Refused

MOST_INPUTS = 100
_STANDARD = {
    "hs_timestamp",
    "hs_task_subject",
    "hs_task_body",
    "hs_task_status",
    "hs_task_priority",
    "hs_task_type",
    "hubspot_owner_id",
}


class Tasks:
    """refusal: the vendor's error answer for a status and a message. has_contact: whether there is such a contact."""

    def __init__(self, refusal: Callable[[int, str], Answer], has_contact: Callable[[str], bool], now: Callable[[], str]) -> None:
        self._refusal, self._has_contact, self._now = refusal, has_contact, now
        self.properties: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.links: set[tuple[str, str]] = set()

    async def property_of(self, request: Request) -> Answer:
        name = str(request.path_params["name"])
        if name not in self.properties:
            raise Refused(self._refusal(404, f"No property named {name} was found"))
        return Answer(self.properties[name])

    async def make_property(self, request: Request) -> Answer:
        told = await request.json()
        missing = [name for name in ("name", "label", "type", "fieldType", "groupName") if not told.get(name)]
        if missing:
            raise Refused(self._refusal(400, f"Property {missing[0]} is required"))
        if told["name"] in self.properties:
            raise Refused(self._refusal(409, f"A property named '{told['name']}' already exists."))
        self.properties[told["name"]] = {**told, "createdAt": self._now(), "archived": False}
        return Answer(self.properties[told["name"]], 201)

    async def upsert(self, request: Request) -> Answer:
        inputs = await self._inputs(request)
        return Answer(
            {
                "status": "COMPLETE",
                "results": [self._put(told) for told in inputs],
                "startedAt": self._now(),
                "completedAt": self._now(),
            }
        )

    async def associate(self, request: Request) -> Answer:
        inputs = await self._inputs(request)
        results, errors = [], []
        for told in inputs:
            task, contact = str(told["from"]["id"]), str(told["to"]["id"])
            if task in self.tasks and self._has_contact(contact):
                self.links.add((task, contact))
                results.append(
                    {
                        "from": {"id": task},
                        "to": {"id": contact},
                        "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204},
                    }
                )
            else:
                errors.append(
                    {
                        "status": "error",
                        "category": "OBJECT_NOT_FOUND",
                        "message": "object not found",
                        "context": {"id": [contact]},
                    }
                )
        body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": self._now(), "completedAt": self._now()}
        return Answer({**body, "numErrors": len(errors), "errors": errors}, 207) if errors else Answer(body)

    async def _inputs(self, request: Request) -> list[dict[str, Any]]:
        inputs: list[dict[str, Any]] = (await request.json()).get("inputs") or []
        if not inputs or len(inputs) > MOST_INPUTS:
            raise Refused(self._refusal(400, f"1 to {MOST_INPUTS} inputs are allowed, {len(inputs)} were given"))
        return inputs

    def _put(self, told: dict[str, Any]) -> dict[str, Any]:
        """A task by its unique property: the one there changed, or a new one."""
        unique = self.properties.get(told.get("idProperty", ""))
        if unique is None or not unique.get("hasUniqueValue"):
            raise Refused(self._refusal(400, f"{told.get('idProperty')} is not a unique property of TASK"))
        unknown = set(told["properties"]) - _STANDARD - set(self.properties)
        if unknown or "hs_timestamp" not in told["properties"]:
            raise Refused(self._refusal(400, f"Property values were not valid: {sorted(unknown) or 'hs_timestamp is required'}"))
        found = next((t for t in self.tasks.values() if t["properties"].get(unique["name"]) == told["id"]), None)
        task_id = found["id"] if found else str(90_000_000_001 + len(self.tasks))
        before = found["properties"] if found else {}
        created = found["createdAt"] if found else self._now()
        task = {
            "id": task_id,
            "properties": {**before, **told["properties"], unique["name"]: told["id"]},
            "createdAt": created,
            "updatedAt": self._now(),
            "archived": False,
        }
        self.tasks[task_id] = task
        return {**task, "new": found is None}
