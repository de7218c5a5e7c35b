"""Stripe on the wire, API version 2025-03-31.basil: lists newest first, and the events feed of the last 30 days.

Deleted objects vanish from lists; an event carries its object as it stood when the event happened. Money is integer
minor units, time is unix seconds. Subscriptions leave out canceled ones unless `status=all`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, request_id
from ingest.sandbox.servers.world import Table, View, World, struct

TOKEN = "sandbox-stripe-restricted-key"  # a fixed sandbox value
VERSION = "2025-03-31.basil"
RETENTION = timedelta(days=30)
_NEWEST_FIRST = "created_at DESC, id DESC"


@dataclass(frozen=True, slots=True)
class StripeObject:
    """An object type: its versions and the SQL of its wire form."""

    table: Table
    body: str


def _object(resource: str, type_: str, fields: Mapping[str, str]) -> StripeObject:
    own = "to_json({'crm_contact_id': crm_contact_id})" if resource == "customers" else "'{}'::JSON"
    metadata = f"json_merge_patch(coalesce(metadata, '{{}}')::JSON, {own})"
    return StripeObject(
        Table(f"stripe__{resource}"),
        struct(
            {
                "id": "id",
                "object": f"'{type_}'",
                **fields,
                "metadata": metadata,
                "livemode": "livemode",
                "created": "unix(created_at)",
            }
        ),
    )


OBJECTS = {
    "customers": _object(
        "customers",
        "customer",
        {
            "address": "CASE WHEN coalesce(address_line_1, city, postal_code, country) IS NOT NULL THEN "
            "{'line1': address_line_1, 'city': city, 'postal_code': postal_code, 'country': country} END",
            "currency": "currency",
            "delinquent": "delinquent",
            "email": "email",
            "name": "name",
            "phone": "phone",
        },
    ),
    "products": _object("products", "product", {"name": "name", "active": "active"}),
    "prices": _object(
        "prices",
        "price",
        {
            "product": "product_id",
            "currency": "currency",
            "unit_amount": "unit_amount",
            "unit_amount_decimal": "unit_amount_decimal",
            "type": "type",
            "billing_scheme": "billing_scheme",
            "active": "active",
            "recurring": "CASE WHEN recurring_interval IS NOT NULL THEN {'interval': recurring_interval, "
            "'interval_count': recurring_interval_count, 'usage_type': usage_type} END",
        },
    ),
    "subscriptions": _object(
        "subscriptions",
        "subscription",
        {
            "customer": "customer_id",
            "status": "status",
            "currency": "currency",
            "items": "items::JSON",
            "discounts": "coalesce(discounts, '[]')::JSON",
            "start_date": "unix(started_at)",
            "trial_start": "unix(trial_start_at)",
            "trial_end": "unix(trial_end_at)",
            "canceled_at": "unix(canceled_at)",
            "cancel_at": "unix(cancel_at)",
            "ended_at": "unix(ended_at)",
            "cancel_at_period_end": "cancel_at_period_end",
            "cancellation_details": "{'reason': cancellation_reason, 'feedback': cancellation_feedback}",
        },
    ),
    "invoices": _object(
        "invoices",
        "invoice",
        {
            "customer": "customer_id",
            "customer_address": "NULL",
            "customer_shipping": "NULL",
            "number": "number",
            "status": "status",
            "billing_reason": "billing_reason",
            "currency": "currency",
            "subtotal": "subtotal",
            "subtotal_excluding_tax": "subtotal_excluding_tax",
            "total": "total",
            "total_excluding_tax": "total_excluding_tax",
            "amount_due": "amount_due",
            "amount_paid": "amount_paid",
            "lines": "lines::JSON",
            "status_transitions": "{'finalized_at': unix(finalized_at), 'paid_at': unix(paid_at)}",
        },
    ),
    "charges": _object(
        "charges",
        "charge",
        {
            "customer": "customer_id",
            "amount": "amount",
            "amount_refunded": "amount_refunded",
            "currency": "currency",
            "status": "status",
            "paid": "paid",
            "refunded": "refunded",
            "failure_code": "failure_code",
            "invoice": "invoice_id",
            "receipt_email": "NULL",
            "shipping": "NULL",
            "source": "NULL",
        },
    ),
    "refunds": _object(
        "refunds",
        "refund",
        {"charge": "charge_id", "amount": "amount", "currency": "currency", "status": "status", "reason": "reason"},
    ),
}
_BY_TYPE = {name.removesuffix("s"): obj for name, obj in OBJECTS.items()}
_EVENTS = Table("stripe__events")
_NO_SNAPSHOTS = "SELECT NULL::VARCHAR AS event_id, NULL::JSON AS snapshot LIMIT 0"


class Stripe(Vendor):
    name = "stripe"

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(100, 1)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": url, "token": TOKEN}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [("GET", "/v1/events", self.events), ("GET", "/v1/{resource}", self.listed)]

    def refuse(self, request: Request) -> Answer | None:
        return None if bearer(request) == TOKEN else self.error(401)

    def error(self, status: int, message: str = "", code: str = "", param: str = "") -> Answer:
        kind, own_code, text = _ERRORS.get(
            status, ("api_error" if status >= 500 else "invalid_request_error", "", "The call failed.")
        )
        code = code or own_code
        error = {
            "message": message or text,
            "type": kind,
            **({"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"} if code else {}),
            **({"param": param} if param else {}),
        }
        return Answer({"error": error}, status, _stamp())

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        is_over = self._window.take(self.switches.get("rate_limit")).is_over
        if not is_over:
            return _stamp(), None
        return {**_stamp(), "stripe-rate-limited-reason": "global-rate"}, self.error(429)

    async def listed(self, request: Request) -> Answer:
        name, query = str(request.path_params["resource"]), request.query_params
        if name not in OBJECTS:
            raise Refused(self.error(404, f"Unrecognized request URL (GET: /v1/{name}).", "unknown_url"))
        where, params = self._created(query)
        if name == "subscriptions" and query.get("status") != "all":
            where += " AND status NOT IN ('canceled', 'incomplete_expired')"
        obj = OBJECTS[name]
        view = self.world.view(self.world.current(obj.table), obj.body, order=_NEWEST_FIRST, where=where, params=params)
        return self._page(view, query, name)

    async def events(self, request: Request) -> Answer:
        """The feed: events of the last 30 days, by type and time, newest first."""
        query = request.query_params
        where, params = self._created(query)
        types = query.getlist("types[]") or ([query["type"]] if "type" in query else [])
        if types:
            where += f" AND type IN ({', '.join(f'${len(params) + n}' for n in range(1, len(types) + 1))})"
        params = [*params, *types, self.world.clock - RETENTION]
        where = f"({where}) AND created_at >= ${len(params)}"
        return self._page(self.world.kept(("events", where, *params), lambda: self._feed(where, params)), query, "events")

    def _feed(self, where: str, params: list[Any]) -> View:
        """The wanted events, each with its object's wire form as of the event."""
        events = f"SELECT * FROM {self.world.current(_EVENTS)} WHERE {where}"
        kinds = {row[0] for row in self.world.rows(f"SELECT DISTINCT object_type FROM ({events})", params)}
        snapshots = [self._snapshots(kind, obj) for kind, obj in _BY_TYPE.items() if kind in kinds]
        source = f"""(WITH wanted AS MATERIALIZED ({events})
            SELECT wanted.*, snapshot FROM wanted LEFT JOIN ({" UNION ALL ".join(snapshots) or _NO_SNAPSHOTS}) ON event_id = id)"""
        return self.world.view(source, _EVENT, order=_NEWEST_FIRST, params=params)

    def _snapshots(self, kind: str, obj: StripeObject) -> str:
        """SQL for (event_id, snapshot) of one object type: the version visible within the event's own second or before."""
        return f"""SELECT event_id, to_json({obj.body})::JSON AS snapshot FROM (
            SELECT e.id AS event_id, v.* FROM (
                SELECT id, object_id, created_at + INTERVAL 1 SECOND AS until FROM wanted WHERE object_type = '{kind}') e
            ASOF JOIN (SELECT * FROM {self.world.versions(obj.table)} WHERE id IN (SELECT object_id FROM wanted)) v
            ON e.object_id = v.id AND e.until > v._visible_at)"""

    def _created(self, query: QueryParams) -> tuple[str, list[Any]]:
        """`created` and its bounds as SQL over unix seconds."""
        terms, params = ["true"], list[Any]()
        for name, operator in (
            ("created[gte]", ">="),
            ("created[gt]", ">"),
            ("created[lte]", "<="),
            ("created[lt]", "<"),
            ("created", "="),
        ):
            if name in query:
                if not query[name].isdigit():
                    raise Refused(self.error(400, f"Invalid integer: {query[name]}", "parameter_invalid_integer", name))
                params.append(int(query[name]))
                terms.append(f"unix(created_at) {operator} ${len(params)}")
        return " AND ".join(terms), params

    def _page(self, view: View, query: QueryParams, name: str) -> Answer:
        limit, start = query.get("limit", "10"), 0
        if not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise Refused(self.error(400, f"This value must be between 1 and 100 (it currently is '{limit}').", "", "limit"))
        last = query.get("starting_after")
        if last:
            found = view.find(last)
            if found is None:
                raise Refused(
                    self.error(400, f"No such {name.removesuffix('s')}: '{last}'", "resource_missing", "starting_after")
                )
            start = found + 1
        stop, more = self.cut(len(view), start, int(limit))
        if stop > start:
            view.remember(str(view.value("id", stop - 1)), stop - 1)
        return envelope("data", view.json(start, stop), {"object": "list", "has_more": more, "url": f"/v1/{name}"}, name)


_EVENT = struct(
    {
        "id": "id",
        "object": "'event'",
        "api_version": "api_version",
        "created": "unix(created_at)",
        "data": "CASE WHEN type LIKE '%.updated' THEN to_json({'object': snapshot, 'previous_attributes': '{}'::JSON}) "
        "ELSE to_json({'object': snapshot}) END",
        "livemode": "livemode",
        "pending_webhooks": "0",
        "request": "{'id': NULL, 'idempotency_key': NULL}",
        "type": "type",
    }
)
_ERRORS = {
    401: ("invalid_request_error", "", "Invalid API Key provided: rk_test_****"),
    402: ("card_error", "", "The parameters were valid but the request failed."),
    403: ("invalid_request_error", "", "The provided key does not have the required permissions for this endpoint."),
    404: ("invalid_request_error", "resource_missing", "No such resource."),
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now because another request holds it."),
    429: ("invalid_request_error", "rate_limit", "Request rate limit exceeded."),
}


def _stamp() -> dict[str, str]:
    return {"request-id": f"req_{request_id()[:14].replace('-', '')}", "stripe-version": VERSION}


SERVER = Stripe
