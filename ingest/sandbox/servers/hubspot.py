"""HubSpot as it answers on the wire: CRM v3 list, archived list and search, v4 associations read in batches, tasks written.

Property values are text whatever their type; an object shows only the properties asked for. Search is capped at 10,000
rows, compares dates in milliseconds and `hs_object_id` as text, never shows archived records, and refuses the epoch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, origin, request_id
from ingest.sandbox.servers.hubspot_search import NotSearchable, conditions, ordering
from ingest.sandbox.servers.hubspot_tasks import Tasks
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-hubspot-private-app-token"  # a fixed sandbox value
SEARCH_CAP = 10_000
BATCH_CAP = 1_000
_BY_ID = "length(id), id"  # ids are digits: numeric order without casting


@dataclass(frozen=True, slots=True)
class CrmObject:
    """An object type: its versions, the SQL of each property (text on the wire) and which of them are dates."""

    table: Table
    properties: Mapping[str, str]
    defaults: Sequence[str]
    modified: str


def _crm_object(name: str, modified: str, defaults: Sequence[str], properties: Mapping[str, str]) -> CrmObject:
    stamps = {"hs_object_id": "id", "createdate": "iso_ms(created_at)", modified: "iso_ms(updated_at)"}
    return CrmObject(Table(f"hubspot__{name}"), {**properties, **stamps}, (*defaults, *stamps), modified)


OBJECTS = {
    "contacts": _crm_object(
        "contacts",
        "lastmodifieddate",
        ("firstname", "lastname", "email"),
        {
            "email": "email",
            "firstname": "first_name",
            "lastname": "last_name",
            "phone": "phone",
            "mobilephone": "mobile_phone",
            "address": "address",
            "city": "city",
            "zip": "postal_code",
            "country": "country",
            "company": "company",
            "lifecyclestage": "lifecycle_stage",
            "hs_analytics_source": "original_source",
            "twitterhandle": "twitter_handle",
            "erp_customer_number": "erp_customer_number",
            "hs_merged_object_ids": "merged_contact_ids",
            "hs_email_optout": "is_opted_out::VARCHAR",
        },
    ),
    "companies": _crm_object(
        "companies",
        "hs_lastmodifieddate",
        ("name", "domain"),
        {"name": "name", "domain": "domain", "phone": "phone", "industry": "industry", "city": "city", "country": "country"},
    ),
    "deals": _crm_object(
        "deals",
        "hs_lastmodifieddate",
        ("dealname", "amount", "closedate", "pipeline", "dealstage"),
        {
            "dealname": "deal_name",
            "amount": "format('{:.2f}', amount::DOUBLE)",
            "deal_currency_code": "currency_code",
            "pipeline": "pipeline",
            "dealstage": "deal_stage",
            "closedate": "iso_ms(closed_at)",
            "hs_is_closed_won": "is_closed_won::VARCHAR",
        },
    ),
}
# Names repeat: an association is known by the two object types it joins.
ASSOCIATIONS = {
    ("deals", "contacts"): Table("hubspot__deal_contacts", ("from_id",)),
    ("contacts", "companies"): Table("hubspot__contact_companies", ("from_id",)),
}


class HubSpot(Vendor):
    name = "hubspot"

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._burst = Window(190, 10)
        self._search = Window(5, 1)
        self._day = Window(650_000, 86_400, aligned=True)
        self.tasks = Tasks(self.error, self._has_contact, self._now)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/crm/v3/objects/{kind}", self.listed),
            ("POST", "/crm/v3/objects/{kind}/search", self.search),
            ("POST", "/crm/v4/associations/{of}/{to}/batch/read", self.associations),
            ("GET", "/crm/v3/properties/tasks/{name}", self.tasks.property_of),
            ("POST", "/crm/v3/properties/tasks", self.tasks.make_property),
            ("POST", "/crm/v3/objects/tasks/batch/upsert", self.tasks.upsert),
            ("POST", "/crm/v4/associations/tasks/contacts/batch/associate/default", self.tasks.associate),
        ]

    def _has_contact(self, contact_id: str) -> bool:
        table = self.world.current(OBJECTS["contacts"].table)
        return bool(self.world.rows(f"SELECT 1 FROM {table} WHERE id = ?", [contact_id]))

    def _now(self) -> str:
        return self.world.clock.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def refuse(self, request: Request) -> Answer | None:
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        if status == 429:
            return self._too_many("TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.")
        category, text = _ERRORS.get(status, ("VALIDATION_ERROR" if status < 500 else "INTERNAL_ERROR", "internal error"))
        body = {"status": "error", "message": message or text, "correlationId": request_id(), "category": category}
        return Answer(body, status)

    def daily(self) -> Answer:
        return self._too_many("DAILY", "You have reached your daily limit.")

    def _too_many(self, policy: str, message: str) -> Answer:
        body = {
            "status": "error",
            "message": message,
            "errorType": "RATE_LIMIT",
            "correlationId": request_id(),
            "policyName": policy,
            "requestId": request_id(),
        }
        return Answer(body, 429)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """Search has a limit of its own per second and shows no headers."""
        override = self.switches.get("rate_limit")
        if request.url.path.endswith("/search"):
            is_over = self._search.take(override).is_over
            return {}, self._too_many("SECONDLY", "You have reached your secondly limit.") if is_over else None
        day, burst = self._day.take(), self._burst.take(override)
        headers = {
            "x-hubspot-ratelimit-daily": str(day.limit),
            "x-hubspot-ratelimit-daily-remaining": str(day.remaining),
            "x-hubspot-ratelimit-interval-milliseconds": str(self._burst.seconds * 1000),
            "x-hubspot-ratelimit-max": str(burst.limit),
            "x-hubspot-ratelimit-remaining": str(burst.remaining),
        }
        if not burst.is_over:
            return headers, None
        return {**headers, "retry-after": str(burst.reset_seconds)}, self.error(429)

    async def listed(self, request: Request) -> Answer:
        """Active or archived records by id; `after` is the last id of the page before."""
        kind, query = self._kind(request), request.query_params
        is_archived = query.get("archived") == "true"
        view = self._view(kind, query.get("properties", "").split(","), is_archived=is_archived, order=_BY_ID)
        start = self._start(view, query.get("after"))
        stop, more = self.cut(len(view), start, self._size(query.get("limit", "10"), 100))
        rest: dict[str, Any] = {}
        if more:
            after = str(view.value("id", stop - 1)) if stop else "0"
            view.remember(after, stop - 1)
            rest["paging"] = {"next": {"after": after, "link": f"{origin(request)}/crm/v3/objects/{kind}?after={after}"}}
        return envelope("results", view.json(start, stop), rest, kind)

    def _start(self, view: View, after: str | None) -> int:
        """The position behind the id `after`; an id that is not listed any more stands where it would have stood."""
        if not after or after == "0":
            return 0
        found = view.find(after)
        if found is not None:
            return found + 1
        ids = view.array("id")
        return sum(1 for i in ids if (len(i), i) <= (len(after), after))

    async def search(self, request: Request) -> Answer:
        kind, wanted = self._kind(request), await _json(request, self)
        size = self._size(str(wanted.get("limit", 10)), 200)
        after = str(wanted.get("after") or 0)
        if not after.isdigit() or int(after) >= SEARCH_CAP:
            raise Refused(
                self.error(400, f"The offset {after} is not among the first {SEARCH_CAP} records, all a search may return")
            )
        start = int(after)
        try:
            where, params = conditions(wanted.get("filterGroups", []), OBJECTS[kind].properties)
            order = ordering(wanted.get("sorts", []), OBJECTS[kind].properties)
        except NotSearchable as refusal:
            raise Refused(self.error(refusal.status, str(refusal))) from None
        view = self._view(kind, wanted.get("properties", []), where=where, params=params, order=order)
        stop, more = self.cut(len(view), start, min(size, SEARCH_CAP - start))
        rest = {"total": len(view), **({"paging": {"next": {"after": str(stop)}}} if more else {})}
        return envelope("results", view.json(start, stop), rest, kind)

    async def associations(self, request: Request) -> Answer:
        """What each asked-for record is associated with; records without any make the answer a 207 that lists them."""
        pair = (request.path_params["of"], request.path_params["to"])
        inputs = (await _json(request, self)).get("inputs")
        if pair not in ASSOCIATIONS or not isinstance(inputs, list) or not 0 < len(inputs) <= BATCH_CAP:
            raise Refused(self.error(400, f"inputs must hold 1 to {BATCH_CAP} ids of an object type that has associations"))
        if not all(isinstance(i, dict) and isinstance(i.get("id"), str) for i in inputs):
            raise Refused(self.error(400, "Invalid input JSON: every input is an object with a text id"))
        table = self.world.current(ASSOCIATIONS[pair])
        ids = list(dict.fromkeys(i["id"] for i in inputs))
        found = dict(self.world.rows(f"SELECT from_id, to_ids FROM {table} WHERE from_id IN (SELECT unnest($1))", [ids]))
        rows = [{"from": {"id": i}, "to": json.loads(found[i])} for i in ids if found.get(i, "[]") != "[]"]
        missing = [_no_association(i, pair) for i in ids if found.get(i, "[]") == "[]"]
        stamp = self.world.clock.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        body: dict[str, Any] = {"status": "COMPLETE", "results": rows, "startedAt": stamp, "completedAt": stamp}
        if missing:
            body.update(numErrors=len(missing), errors=missing)
        return Answer(body, 207 if missing else 200, resource="_".join(pair), records="results")

    def _kind(self, request: Request) -> str:
        kind = str(request.path_params["kind"])
        if kind not in OBJECTS:
            raise Refused(self.error(400, f"Unable to infer object type from: {kind}"))
        return kind

    def _size(self, limit: str, most: int) -> int:
        if not limit.isdigit() or not 0 < int(limit) <= most:
            raise Refused(self.error(400, f"The limit {limit} is not between 1 and {most}"))
        return int(limit)

    def _view(
        self,
        kind: str,
        wanted: Sequence[str],
        *,
        order: str,
        is_archived: bool = False,
        where: str = "true",
        params: Sequence[Any] = (),
    ) -> View:
        """Records with the properties asked for, beside the ones every answer shows."""
        crm = OBJECTS[kind]
        shown = [p for p in crm.properties if p in set(wanted) | set(crm.defaults)]
        body = {
            "id": "id",
            "properties": struct({p: crm.properties[p] for p in shown}),
            "createdAt": "iso_ms(created_at)",
            "updatedAt": "iso_ms(updated_at)",
            "archived": "archived",
            **({"archivedAt": "iso_ms(archived_at)"} if is_archived else {}),
            "url": f"'https://app.hubspot.com/{kind}/0/' || id",
        }
        side = "coalesce(archived, false)" if is_archived else "NOT coalesce(archived, false)"
        return self.world.view(
            self.world.current(crm.table), struct(body), order=order, where=f"{side} AND ({where})", params=params
        )


_ERRORS = {
    401: ("INVALID_AUTHENTICATION", "Authentication credentials not found or not valid for this portal."),
    403: ("MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call."),
    404: ("OBJECT_NOT_FOUND", "Resource not found"),
    423: ("LOCKED", "This resource is locked at the moment."),
}


def _no_association(record: str, pair: tuple[str, str]) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {pair[1]} are associated with {pair[0]} {record}.",
        "context": {"fromObjectId": [record]},
    }


async def _json(request: Request, vendor: HubSpot) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(vendor.error(400, "Invalid input JSON"))
    return body


SERVER = HubSpot
