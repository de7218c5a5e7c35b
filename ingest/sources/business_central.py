"""Dynamics 365 Business Central, API v2.0 (OData v4): customers, items and what they bought, per company.

Lands: companies, customers, items, sales_orders and sales_invoices (lines nested), sales_credit_memos, customer_payments.
Cursor: `lastModifiedDateTime` on each entity, compared inclusively and merged by id (the vendor's `gt` would lose ties).
Deletes: no tombstones; a light listing of ids (`$select=id`) on each run shows what is gone. A posted order leaves the
order list: its invoice carries the order number on.
Personal: names, e-mail, phone, address.
Left out: ledger entries, dimensions, shipments; purchase side.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.core.pagers import next_link
from ingest.core.spec import (
    Children,
    ClientCredentials,
    Column,
    Cursor,
    ErrorRule,
    Listing,
    Resource,
    Setting,
    Source,
    Verdict,
    day,
    flag,
    instant,
    nested,
    number,
    text,
)

_next_link = partial(next_link, "'@odata.nextLink'")
_ODATA = ("@odata.etag", "@odata.context")


def _entity(name: str, entity: str, columns: tuple[Column, ...], expand: str = "", ignored: tuple[str, ...] = ()) -> Resource:
    """An entity of one company, with its change filter and its listing of ids."""
    path = f"/companies({{parent.id}})/{entity}"
    expanded = {"$expand": expand} if expand else {}
    return Resource(
        name=name,
        key=("company_id", "id"),
        columns=(text("id"), text("company_id", "$parent.id"), *columns, instant("last_modified_at", "lastModifiedDateTime")),
        full=Listing(path, "value", _next_link, params=expanded),
        changes=Listing(path, "value", _next_link, params={"$filter": "lastModifiedDateTime ge {since}", **expanded}),
        keys=Listing(path, "value", _next_link, params={"$select": "id"}),
        cursor=Cursor("last_modified_at"),
        parent=Children("companies", each_keeps_its_cursor=True),
        ignored=(*_ODATA, *ignored),
    )


_DOCUMENT = (
    text("number"),
    text("external_document_number", "externalDocumentNumber"),
    text("customer_id", "customerId"),
    text("customer_number", "customerNumber"),
    text("currency_code", "currencyCode"),
    text("status"),
    number("discount_amount", "discountAmount"),
    number("total_amount_excluding_tax", "totalAmountExcludingTax"),
    number("total_tax_amount", "totalTaxAmount"),
    number("total_amount_including_tax", "totalAmountIncludingTax"),
)

BUSINESS_CENTRAL = Source(
    name="business_central",
    title="Dynamics 365 Business Central",
    base_url="{base_url}",
    auth=ClientCredentials(scope="https://api.businesscentral.dynamics.com/.default"),
    settings=(
        Setting("base_url", "https://api.businesscentral.dynamics.com/v2.0/<tenant>/<environment>/api/v2.0"),
        Setting("token_url", "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"),
        Setting("client_id", "Entra ID: App registrations > Application (client) ID"),
        Setting("client_secret", "Entra ID: App registrations > Certificates & secrets", secret=True),
    ),
    headers={"Prefer": "odata.maxpagesize=5000", "Data-Access-Intent": "ReadOnly"},
    errors=(ErrorRule(408, Verdict.RETRY), ErrorRule(504, Verdict.RETRY)),
    resources=(
        Resource(
            name="companies",
            key=("id",),
            columns=(text("id"), text("name"), text("display_name", "displayName")),
            full=Listing("/companies", "value", _next_link),
            ignored=(
                *_ODATA,
                "systemVersion",
                "timestamp",
                "businessProfileId",
                "systemCreatedAt",
                "systemCreatedBy",
                "systemModifiedAt",
                "systemModifiedBy",
            ),
        ),
        _entity(
            "customers",
            "customers",
            (
                text("number"),
                text("display_name", "displayName", personal=True),
                text("type"),
                text("email", personal=True),
                text("phone_number", "phoneNumber", personal=True),
                text("address_line_1", "addressLine1", personal=True),
                text("city", personal=True),
                text("postal_code", "postalCode", personal=True),
                text("country"),
                text("tax_registration_number", "taxRegistrationNumber"),
                text("currency_code", "currencyCode"),
                text("blocked"),
            ),
        ),
        _entity(
            "items",
            "items",
            (
                text("number"),
                text("display_name", "displayName"),
                text("item_category_code", "itemCategoryCode"),
                number("unit_price", "unitPrice"),
                number("unit_cost", "unitCost"),
                flag("blocked"),
            ),
        ),
        _entity(
            "sales_orders",
            "salesOrders",
            (
                *_DOCUMENT,
                day("order_date", "orderDate"),
                flag("fully_shipped", "fullyShipped"),
                nested("lines", "salesOrderLines"),
            ),
            expand="salesOrderLines",
        ),
        _entity(
            "sales_invoices",
            "salesInvoices",
            (
                *_DOCUMENT,
                text("order_number", "orderNumber"),
                day("invoice_date", "invoiceDate"),
                day("due_date", "dueDate"),
                nested("lines", "salesInvoiceLines"),
            ),
            expand="salesInvoiceLines",
        ),
        _entity(
            "sales_credit_memos",
            "salesCreditMemos",
            (
                *_DOCUMENT,
                text("invoice_id", "invoiceId"),
                text("invoice_number", "invoiceNumber"),
                day("credit_memo_date", "creditMemoDate"),
            ),
        ),
        _entity(
            "customer_payments",
            "customerPayments",
            (
                text("customer_id", "customerId"),
                text("customer_number", "customerNumber"),
                day("posting_date", "postingDate"),
                text("document_number", "documentNumber"),
                number("amount"),
                text("applies_to_invoice_id", "appliesToInvoiceId"),
                text("applies_to_invoice_number", "appliesToInvoiceNumber"),
            ),
        ),
    ),
    max_age=timedelta(hours=26),
)
