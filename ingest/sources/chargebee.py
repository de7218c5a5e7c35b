"""Chargebee: care plans, who holds them, and what each of their periods costs.

Lands: customers, item_prices, subscriptions, invoices (lines nested), credit_notes.
Cursor: `updated_at`, which every change of a record moves; the lists trail a change by up to five minutes, so ten are read
again. Lists are sorted by it where Chargebee can (credit notes only by date: a note that changes on the way keeps its place).
Deletes: `deleted` is true on what was deleted (`include_deleted`).
Personal: names, e-mail, phone, billing address.
Left out: cards and payment sources, transactions, quotes, and the events feed, which `updated_at` makes superfluous. A site of
product catalogue 1.0 has no item prices (`configuration_incompatible`); with setting `catalogue` 1 nobody asks for them.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ingest.core.pagers import next_cursor
from ingest.core.readers.chosen import Chosen
from ingest.core.spec import (
    Budget,
    Column,
    Cursor,
    ErrorRule,
    Listing,
    OwnAuth,
    Resource,
    Setting,
    Source,
    Verdict,
    epoch,
    flag,
    integer,
    nested,
    text,
)

if TYPE_CHECKING:
    from requests.auth import AuthBase

_by_offset = partial(next_cursor, "next_offset", "offset")


def _auth(settings: Mapping[str, str]) -> AuthBase:
    """The key is the user, without a password."""
    from requests.auth import HTTPBasicAuth

    return HTTPBasicAuth(settings["api_key"], "")


def _list(name: str, columns: tuple[Column, ...], ignored: str = "", sort: str = "updated_at") -> Resource:
    """A list of records, each wrapped in its type's name (beside a customer may stand its card); `ignored` is a list of words."""
    kind = name.removesuffix("s")
    params = {"limit": "100", "include_deleted": "true", "sort_by[asc]": sort}
    listing = Listing(f"/{name}", "list", _by_offset, unwrap=kind, in_order=sort == "updated_at")
    return Resource(
        name=name,
        key=("id",),
        columns=(text("id"), *columns, flag("deleted"), integer("resource_version"), epoch("updated_at")),
        full=replace(listing, params=params),
        changes=replace(listing, params={**params, "updated_at[after]": "{since_unix}"}),
        cursor=Cursor("updated_at", lag=timedelta(minutes=10)),
        ignored=("object", *ignored.split()),
    )


def _of_catalogue_2(resource: Resource) -> Resource:
    """A list that sites of product catalogue 1.0 do not have."""
    full, changes = (Chosen("catalogue", {"2": listing, "1": None}) for listing in (resource.full, resource.changes))
    return replace(resource, full=full, changes=changes)


CHARGEBEE = Source(
    name="chargebee",
    title="Chargebee",
    base_url="{base_url}",
    auth=OwnAuth(_auth),
    settings=(
        Setting("base_url", "address of the API: https://<site>.chargebee.com/api/v2"),
        Setting("api_key", "Chargebee: Settings > Configure Chargebee > API keys > read-only key", secret=True),
        Setting("catalogue", "product catalogue of the site: 2, or 1 for older sites", "2"),
    ),
    errors=(
        ErrorRule(429, Verdict.RETRY, "api_request_limit_exceeded"),
        ErrorRule(400, Verdict.RETRY, "lock_timeout"),
        ErrorRule(409, Verdict.RETRY),
    ),
    budgets=(Budget(calls=1000, per=timedelta(minutes=1)),),  # smaller plans allow 150 and answer 429 with Retry-After
    resources=(
        _list(
            "customers",
            (
                text("first_name", personal=True),
                text("last_name", personal=True),
                text("email", personal=True),
                text("phone", personal=True),
                text("address_line_1", "billing_address.line1", personal=True),
                text("city", "billing_address.city", personal=True),
                text("postal_code", "billing_address.zip", personal=True),
                text("country", "billing_address.country"),
                text("preferred_currency_code"),
                text("crm_contact_id", "cf_crm_contact_id"),
                text("customer_number", "cf_customer_number"),
                epoch("created_at"),
            ),
            "billing_address.first_name billing_address.last_name billing_address.email billing_address.phone"
            " billing_address.object payment_method primary_payment_source_id card_status",
        ),
        _of_catalogue_2(
            _list(
                "item_prices",
                (
                    text("item_id"),
                    text("name"),
                    text("item_type"),
                    text("pricing_model"),
                    text("status"),
                    text("currency_code"),
                    integer("price"),
                    integer("period"),
                    text("period_unit"),
                    epoch("created_at"),
                ),
            )
        ),
        _list(
            "subscriptions",
            (
                text("customer_id"),
                text("status"),
                text("currency_code"),
                nested("subscription_items"),
                integer("billing_period"),
                text("billing_period_unit"),
                epoch("started_at"),
                epoch("trial_start_at", "trial_start"),
                epoch("trial_end_at", "trial_end"),
                epoch("activated_at"),
                epoch("current_term_start_at", "current_term_start"),
                epoch("current_term_end_at", "current_term_end"),
                epoch("cancel_schedule_created_at"),
                epoch("cancelled_at"),
                text("cancel_reason"),
                text("cancel_reason_code"),
                epoch("created_at"),
            ),
            "shipping_address",
        ),
        _list(
            "invoices",
            (
                text("customer_id"),
                text("subscription_id"),
                text("status"),
                text("price_type"),
                flag("recurring"),
                text("currency_code"),
                integer("sub_total"),
                integer("tax"),
                integer("total"),
                integer("amount_paid"),
                integer("amount_due"),
                nested("line_items"),
                epoch("invoiced_at", "date"),
                epoch("paid_at"),
                epoch("voided_at"),
            ),
            "billing_address shipping_address linked_payments dunning_attempts",
        ),
        _list(
            "credit_notes",
            (
                text("customer_id"),
                text("subscription_id"),
                text("reference_invoice_id"),
                text("type"),
                text("reason_code"),
                text("status"),
                text("currency_code"),
                integer("total"),
                integer("amount_refunded"),
                epoch("issued_at", "date"),
                epoch("refunded_at"),
            ),
            "line_items linked_refunds allocations billing_address shipping_address",
            sort="date",
        ),
    ),
)
