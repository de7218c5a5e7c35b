"""Dynamics 365 Business Central on the wire: OData v4 entities of a company, and the token endpoint beside it.

Empty means '' for text, the zero GUID for a relation, 0001-01-01 for a date and one space for an option; nothing is
null. Deleted records are simply missing. Pages follow `Prefer: odata.maxpagesize`, through an opaque `$skiptoken`.
Its own switch `token_seconds` is the lifetime of the tokens issued from now on.
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.base import Answer, Handler, Refused, Vendor, Window, bearer, envelope, origin, request_id, respond
from ingest.sandbox.servers.world import Table, World, struct

TENANT = "sandbox-tenant"
CLIENT_ID = "5a4db0c0-0000-4000-8000-00000000c11d"
CLIENT_SECRET = "sandbox-business-central-client-secret"  # a fixed sandbox value
SCOPE = "https://api.businesscentral.dynamics.com/.default"
API = f"/v2.0/{TENANT}/production/api/v2.0"
TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"
PAGE_CAP = 20_000
TOKEN_SECONDS = 3_599
_ZERO = "'00000000-0000-0000-0000-000000000000'"


def _text(column: str) -> str:
    return f"coalesce({column}, '')"


def _guid(column: str) -> str:
    return f"coalesce({column}, {_ZERO})"


def _day(column: str) -> str:
    return f"coalesce({column}::VARCHAR, '0001-01-01')"


# The stored instant as shown: milliseconds, without trailing zeros.
_MODIFIED = "rtrim(rtrim(strftime(utc(last_modified_at), '%Y-%m-%dT%H:%M:%S.%g'), '0'), '.') || 'Z'"


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity set: its versions, the SQL of each field, and the lines that `$expand` adds."""

    table: Table
    fields: Mapping[str, str]
    lines: Mapping[str, str] = field(default_factory=dict)


def _entity(resource: str, fields: Mapping[str, str], lines: str = "") -> Entity:
    etag = "'W/\"''JzE5O' || left(md5(id || last_modified_at::VARCHAR), 20) || ';''\"'"
    shown = {"@odata.etag": etag, "id": "id", **fields, "lastModifiedDateTime": _MODIFIED}
    return Entity(
        Table(f"business_central__{resource}", ("company_id", "id")),
        shown,
        {lines: "coalesce(lines, '[]')::JSON"} if lines else {},
    )


_DOCUMENT = {
    "number": _text("number"),
    "externalDocumentNumber": _text("external_document_number"),
    "customerId": _guid("customer_id"),
    "customerNumber": _text("customer_number"),
    "currencyCode": _text("currency_code"),
    "discountAmount": "coalesce(discount_amount, 0)",
    "totalAmountExcludingTax": "total_amount_excluding_tax",
    "totalTaxAmount": "total_tax_amount",
    "totalAmountIncludingTax": "total_amount_including_tax",
    "status": _text("status"),
}
ENTITIES = {
    "customers": _entity(
        "customers",
        {
            "number": _text("number"),
            "displayName": _text("display_name"),
            "type": _text("type"),
            "addressLine1": _text("address_line_1"),
            "city": _text("city"),
            "country": _text("country"),
            "postalCode": _text("postal_code"),
            "phoneNumber": _text("phone_number"),
            "email": _text("email"),
            "taxRegistrationNumber": _text("tax_registration_number"),
            "currencyCode": _text("currency_code"),
            "blocked": "coalesce(nullif(blocked, ''), ' ')",
        },
    ),
    "items": _entity(
        "items",
        {
            "number": _text("number"),
            "displayName": _text("display_name"),
            "itemCategoryCode": _text("item_category_code"),
            "blocked": "coalesce(blocked, false)",
            "unitPrice": "unit_price",
            "unitCost": "unit_cost",
        },
    ),
    "salesOrders": _entity(
        "sales_orders",
        {**_DOCUMENT, "orderDate": _day("order_date"), "fullyShipped": "coalesce(fully_shipped, false)"},
        "salesOrderLines",
    ),
    "salesInvoices": _entity(
        "sales_invoices",
        {**_DOCUMENT, "invoiceDate": _day("invoice_date"), "dueDate": _day("due_date"), "orderNumber": _text("order_number")},
        "salesInvoiceLines",
    ),
    "salesCreditMemos": _entity(
        "sales_credit_memos",
        {
            **_DOCUMENT,
            "creditMemoDate": _day("credit_memo_date"),
            "invoiceId": _guid("invoice_id"),
            "invoiceNumber": _text("invoice_number"),
        },
    ),
    "customerPayments": _entity(
        "customer_payments",
        {
            "customerId": _guid("customer_id"),
            "customerNumber": _text("customer_number"),
            "postingDate": _day("posting_date"),
            "documentNumber": _text("document_number"),
            "amount": "amount",
            "appliesToInvoiceId": _guid("applies_to_invoice_id"),
            "appliesToInvoiceNumber": _text("applies_to_invoice_number"),
        },
    ),
}
_COMPANIES = Table("business_central__companies")
_COMPANY = {
    "id": "id",
    "systemVersion": "'26.0.30643.0'",
    "timestamp": "50516",
    "name": "name",
    "displayName": "display_name",
    "businessProfileId": "''",
    "systemCreatedAt": "'2024-11-04T08:00:00Z'",
    "systemModifiedAt": "'2024-11-04T08:00:00Z'",
}
_COMPARE = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TERM = re.compile(r"\s*(\w+)\s+(eq|ne|gt|ge|lt|le)\s+('[^']*'|\S+)\s*")


class BusinessCentral(Vendor):
    name = "business_central"
    own_switches = frozenset({"token_seconds"})
    open_paths = frozenset({TOKEN_PATH})

    def __init__(self, world: World, switches: Switches) -> None:
        super().__init__(world, switches)
        self._window = Window(6_000, 300)
        self._tokens: dict[str, float] = {}

    def settings(self, url: str) -> dict[str, str]:
        return {
            "base_url": f"{url}{API}",
            "token_url": f"{url}{TOKEN_PATH}",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def paths(self) -> list[tuple[str, str, Handler]]:
        return [("GET", f"{API}/companies", self.companies), ("GET", f"{API}/companies({{company}})/{{entity}}", self.listed)]

    def open_routes(self) -> list[Route]:
        return [Route(TOKEN_PATH, self.token, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        """Client credentials for a token that expires; Entra ID's refusals otherwise."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return respond(request, _entra("unsupported_grant_type", 70003, "The app requested an unsupported grant type.", 400))
        if form.get("client_id") != CLIENT_ID:
            return respond(request, _entra("unauthorized_client", 700016, "Application was not found in the directory.", 400))
        if form.get("client_secret") != CLIENT_SECRET:
            return respond(request, _entra("invalid_client", 7000215, "Invalid client secret provided.", 401))
        if form.get("scope") != SCOPE:
            return respond(request, _entra("invalid_scope", 70011, "The provided value for scope is not valid.", 400))
        seconds = int(self.switches.get("token_seconds") or TOKEN_SECONDS)
        token = f"sandbox-{secrets.token_urlsafe(24)}"
        self._tokens[token] = time.monotonic() + seconds
        body = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
        return respond(request, Answer(body, headers={"cache-control": "no-store"}))

    def refuse(self, request: Request) -> Answer | None:
        return None if self._tokens.get(bearer(request), 0.0) > time.monotonic() else self.error(401)

    def error(self, status: int, message: str = "") -> Answer:
        code, text = _ERRORS.get(
            status, ("Internal_ServerError" if status >= 500 else "BadRequest", "The request could not be handled.")
        )
        headers = {"www-authenticate": f'Bearer authorization_uri="https://login.windows.net/{TENANT}"'} if status == 401 else {}
        return Answer(
            {"error": {"code": code, "message": f"{message or text}  CorrelationId:  {request_id()}."}}, status, headers
        )

    def limit(self, request: Request) -> tuple[dict[str, str], Answer | None]:
        """6,000 calls in five minutes; neither headers nor Retry-After tell."""
        return {}, self.error(429) if self._window.take(self.switches.get("rate_limit")).is_over else None

    async def companies(self, request: Request) -> Answer:
        view = self.world.view(self.world.current(_COMPANIES), struct(_COMPANY), order="id")
        context = {"@odata.context": f"{origin(request)}{API}/$metadata#companies"}
        return envelope("value", view.json(0, len(view)), context, "companies")

    async def listed(self, request: Request) -> Answer:
        """An entity set by id, filtered, with the fields and lines asked for."""
        company, name, query = request.path_params["company"], str(request.path_params["entity"]), request.query_params
        entity = ENTITIES.get(name)
        known = self.world.rows(f"SELECT 1 FROM {self.world.current(_COMPANIES)} WHERE id = $1", [company])
        if entity is None or not known:
            raise Refused(self.error(404, f"Resource not found for the segment '{name if known else company}'."))
        where, params = self._where(entity, query.get("$filter", ""))
        view = self.world.view(
            self.world.current(entity.table),
            struct(self._fields(entity, query.get("$select", ""), query.get("$expand", ""))),
            order="id",
            where=f"company_id = $1 AND {where}",
            params=[company, *params],
        )
        start = self._position(query.get("$skiptoken"))
        size, applied = _page_size(request.headers.get("prefer", ""))
        stop, more = self.cut(len(view), start, size)
        rest = {"@odata.context": f"{origin(request)}{API}/$metadata#companies({company})/{name}"}
        if more:
            rest["@odata.nextLink"] = self._next(request, stop)
        headers = {"preference-applied": f"odata.maxpagesize={size}"} if applied else {}
        return envelope("value", view.json(start, stop), rest, name, headers)

    def _next(self, request: Request, position: int) -> str:
        """The same listing with a token of where to go on."""
        query = "&".join(f"{quote(k, safe='$')}={quote(v)}" for k, v in request.query_params.items() if k != "$skiptoken")
        token = urlsafe_b64encode(f"at:{position}".encode()).decode()
        return (
            f"{origin(request)}{quote(_inner_path(request), safe='/()')}?{query}{'&' if query else ''}$skiptoken={quote(token)}"
        )

    def _position(self, token: str | None) -> int:
        if not token:
            return 0
        try:
            return int(urlsafe_b64decode(token).decode().removeprefix("at:"))
        except ValueError:
            raise Refused(self.error(400, "The skip token is not valid.")) from None

    def _fields(self, entity: Entity, select: str, expand: str) -> dict[str, str]:
        wanted = [f.strip() for f in select.split(",") if f.strip()]
        lines = [e.strip() for e in expand.split(",") if e.strip()]
        for name in (*wanted, *lines):
            if name not in {**entity.fields, **entity.lines}:
                raise Refused(self.error(400, f"Could not find a property named '{name}'."))
        shown = {n: s for n, s in entity.fields.items() if not wanted or n in wanted or n == "@odata.etag"}
        return {**shown, **{n: entity.lines[n] for n in lines if n in entity.lines}}

    def _where(self, entity: Entity, wanted: str) -> tuple[str, Sequence[Any]]:
        """`$filter` as SQL over the shown values: comparisons joined by `and`. Parameter 1 is the company."""
        terms, params = ["true"], list[Any]()
        for part in re.split(r"\s+and\s+", wanted) if wanted.strip() else []:
            match = _TERM.fullmatch(part)
            if not match or match[1] not in entity.fields:
                raise Refused(self.error(400, f"The filter '{part}' is not understood."))
            column = (
                "date_trunc('millisecond', last_modified_at)" if match[1] == "lastModifiedDateTime" else entity.fields[match[1]]
            )
            params.append(self._literal(match[1], match[3]))
            terms.append(f"{column} {_COMPARE[match[2]]} ${len(params) + 1}")
        return " AND ".join(terms), params

    def _literal(self, name: str, raw: str) -> Any:
        if name != "lastModifiedDateTime":
            return raw.strip("'")
        try:
            return datetime.fromisoformat(raw).astimezone(UTC)
        except ValueError:
            raise Refused(self.error(400, f"'{raw}' is not a DateTimeOffset.")) from None


_ERRORS = {
    400: ("BadRequest", "The request is not valid."),
    401: ("Authentication_InvalidCredentials", "The server has rejected the client credentials."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: ("BadRequest_NotFound", "No HTTP resource was found that matches the request."),
    408: ("Request_Timeout", "The request exceeded the maximum time allowed."),
    429: ("Application_TooManyRequests", "Too many requests. Please try again later."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("GatewayTimeout", "The gateway did not receive a response in time."),
}


def _inner_path(request: Request) -> str:
    return request.url.path.removeprefix(str(request.scope.get("root_path", "")))


def _page_size(prefer: str) -> tuple[int, bool]:
    """The page size a `Prefer` header asks for, and whether it asks."""
    match = re.search(r"odata\.maxpagesize=(\d+)", prefer)
    return (min(max(int(match[1]), 1), PAGE_CAP), True) if match else (PAGE_CAP, False)


def _entra(error: str, code: int, text: str, status: int) -> Answer:
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {text} Trace ID: {request_id()} Correlation ID: {request_id()}",
        "error_codes": [code],
        "trace_id": request_id(),
        "correlation_id": request_id(),
    }
    return Answer(body, status)


SERVER = BusinessCentral
