"""Chargebee on the wire, API v2: lists of wrapped records by offset, filters on `updated_at`, errors with a code.

Switches of its own: `offset_shape: "opaque"` (offsets as one word instead of a JSON array), `no_retry_after: true`,
`old_catalogue: true` (a site of product catalogue 1.0, which has no item prices).
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, envelope
from ingest.sandbox.servers.world import Table, World, struct

API = "/api/v2"
API_KEY = "sandbox-chargebee-read-only-key"  # a fixed sandbox value
_AUTHORIZATION = "Basic " + b64encode(f"{API_KEY}:".encode()).decode()


@dataclass(frozen=True, slots=True)
class Kind:
    """A listed type: its versions, the SQL of its record, and what it can be sorted by."""

    table: Table
    body: str
    sorts: frozenset[str]


def _epochs(**columns: str) -> dict[str, str]:
    return {name: f"unix({column})" for name, column in columns.items()}


def _kind(resource: str, fields: Mapping[str, str], *sorts: str, beside: str = "") -> Kind:
    """`beside` is what stands next to the record in each listed item. Nulls are not told."""
    stamps = {**_epochs(updated_at="updated_at"), "resource_version": "resource_version", "deleted": "deleted"}
    name = resource.removesuffix("s")
    record = f"json_merge_patch('{{}}'::JSON, to_json({struct({**fields, **stamps, 'object': repr(name)})}))"
    item = f"{{'{name}': {record}{beside}}}"
    return Kind(Table(f"chargebee__{resource}"), item, frozenset(sorts))


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


KINDS = {
    "customers": _kind(
        "customers",
        {
            **_same("id", "first_name", "last_name", "email", "phone", "preferred_currency_code"),
            "billing_address": "{'line1': address_line_1, 'city': city, 'zip': postal_code, 'country': country, 'object': 'billing_address'}",
            "cf_crm_contact_id": "crm_contact_id",
            "cf_customer_number": "customer_number",
            **_epochs(created_at="created_at"),
        },
        "created_at",
        "updated_at",
        beside=", 'card': {'object': 'card', 'masked_number': '************1111'}",
    ),
    "item_prices": _kind(
        "item_prices",
        {
            **_same(
                "id", "item_id", "name", "item_type", "pricing_model", "status", "currency_code", "price", "period", "period_unit"
            ),
            **_epochs(created_at="created_at"),
        },
        "name",
        "id",
        "updated_at",
    ),
    "subscriptions": _kind(
        "subscriptions",
        {
            **_same("id", "customer_id", "status", "currency_code", "billing_period", "billing_period_unit"),
            **_same("cancel_reason", "cancel_reason_code"),
            "subscription_items": "subscription_items::JSON",
            **_epochs(
                started_at="started_at", trial_start="trial_start_at", trial_end="trial_end_at", activated_at="activated_at"
            ),
            **_epochs(
                current_term_start="current_term_start_at", current_term_end="current_term_end_at", created_at="created_at"
            ),
            **_epochs(cancel_schedule_created_at="cancel_schedule_created_at", cancelled_at="cancelled_at"),
        },
        "created_at",
        "updated_at",
        beside=", 'customer': {'id': customer_id, 'object': 'customer'}",
    ),
    "invoices": _kind(
        "invoices",
        {
            **_same("id", "customer_id", "subscription_id", "status", "price_type", "recurring", "currency_code"),
            **_same("sub_total", "tax", "total", "amount_paid", "amount_due"),
            "line_items": "line_items::JSON",
            **_epochs(date="invoiced_at", paid_at="paid_at", voided_at="voided_at"),
        },
        "date",
        "updated_at",
    ),
    "credit_notes": _kind(
        "credit_notes",
        {
            **_same("id", "customer_id", "subscription_id", "reference_invoice_id", "type", "reason_code", "status"),
            **_same("currency_code", "total", "amount_refunded"),
            **_epochs(date="issued_at", refunded_at="refunded_at"),
        },
        "date",
    ),
}
_SORT_COLUMNS = {"invoices": {"date": "invoiced_at"}, "credit_notes": {"date": "issued_at"}}


class Chargebee(Vendor):
    name = "chargebee"
    own_switches = frozenset({"no_retry_after", "offset_shape", "old_catalogue"})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(150, 60)

    def settings(self, url: str) -> dict[str, str]:
        return {"base_url": f"{url}{API}", "api_key": API_KEY}

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [("GET", f"{API}/{{resource}}", self.listed)]

    def refuse(self, request: Request) -> Answer | None:
        return None if request.headers.get("authorization") == _AUTHORIZATION else self.error(401)

    def error(self, status: int, message: str = "", code: str = "", param: str = "") -> Answer:
        own_code, text = _ERRORS.get(status, ("internal_error" if status >= 500 else "invalid_request", "The request failed."))
        code, message = code or own_code, message or text
        body = {
            "message": message,
            **({"type": "invalid_request"} if status in (400, 404) else {}),
            "api_error_code": code,
            **({"param": param} if param else {}),
            "error_code": code,
            "error_msg": message,
            "http_status_code": status,
        }
        return Answer(body, status)

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        told = self._window.take(self.switches.get("rate_limit"))
        if not told.is_over:
            return {}, None
        return {} if self.switches.get("no_retry_after") else {"retry-after": str(told.reset_seconds)}, self.error(429)

    async def listed(self, request: Request) -> Answer:
        """Records of one type, changed after an instant if asked, in the order asked for."""
        name, query = str(request.path_params["resource"]), request.query_params
        if name not in KINDS:
            raise Refused(self.error(404))
        if name == "item_prices" and self.switches.get("old_catalogue"):
            raise Refused(
                self.error(400, "This operation is not supported in your product catalogue.", "configuration_incompatible")
            )
        kind = KINDS[name]
        where, params = self._where(query)
        view = self.world.view(
            self.world.current(kind.table), kind.body, order=self._order(name, kind, query), where=where, params=params
        )
        start = self._offset(query)
        stop, more = self.cut(len(view), start, self._limit(query))
        rest: dict[str, Any] = {"next_offset": self._next(stop)} if more else {}
        return envelope("list", view.json(start, stop), rest, name)

    def _where(self, query: QueryParams) -> tuple[str, list[Any]]:
        terms, params = [] if query.get("include_deleted") == "true" else ["NOT deleted"], list[Any]()
        after = query.get("updated_at[after]")
        if after is not None:
            if not after.isdigit():
                raise Refused(self.error(400, "invalid value for the filter", "param_wrong_value", "updated_at[after]"))
            params.append(int(after))
            terms.append("unix(updated_at) > $1")
        return " AND ".join(terms) or "true", params

    def _order(self, name: str, kind: Kind, query: QueryParams) -> str:
        """Newest created first unless told otherwise; what cannot be sorted by is refused."""
        for direction in ("asc", "desc"):
            wanted = query.get(f"sort_by[{direction}]")
            if wanted is not None:
                if wanted not in kind.sorts:
                    raise Refused(self.error(400, f"sort_by : {wanted} is not supported", "param_wrong_value", "sort_by"))
                return f"{_SORT_COLUMNS.get(name, {}).get(wanted, wanted)} {direction}, id"
        return "updated_at DESC, id"

    def _limit(self, query: QueryParams) -> int:
        limit = query.get("limit", "10")
        if not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise Refused(self.error(400, "limit : should be between 1 and 100", "param_wrong_value", "limit"))
        return int(limit)

    def _next(self, stop: int) -> str:
        told = json.dumps([str(1_674_036_525_000 + stop), str(stop)])
        return b64encode(told.encode()).decode() if self.switches.get("offset_shape") == "opaque" else told

    def _offset(self, query: QueryParams) -> int:
        told = query.get("offset")
        if told is None:
            return 0
        try:
            return int(json.loads(told if told.startswith("[") else b64decode(told, validate=True))[1])
        except (ValueError, TypeError, IndexError):
            raise Refused(self.error(400, "The offset is not valid", "param_wrong_value", "offset")) from None


_ERRORS = {
    401: ("api_authentication_failed", "Sorry, authentication failed. Invalid API key."),
    403: ("api_authorization_failed", "The key is not allowed to do this."),
    404: ("site_not_found", "Sorry, we could not find that."),
    409: ("lock_timeout", "The resource is being changed by another request."),
    429: ("api_request_limit_exceeded", "Sorry, you have exceeded the API request limit. Try again after a minute."),
    503: ("site_read_only_mode", "The site is in read-only mode for maintenance."),
}


SERVER = Chargebee
