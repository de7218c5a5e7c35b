"""Stripe: who pays, for which plan, how much, and what was given back.

Lands: customers, products, prices, subscriptions (items nested), invoices (lines nested), charges, refunds, events.
Cursor: lists have no update cursor (`created` is not one), so the first run lists everything and later runs read the
events feed, whose `data.object` is the record as it became; it is kept 30 days, and an older cursor lists in full again.
The feed is eventually consistent: ten minutes are read again. Newest first, so the first version seen of an id wins.
Deletes: `*.deleted` events, which staging applies to the tables they name.
Personal: name, e-mail, phone, address.
Left out: payment methods, payouts and balance (no customer experience in them); Connect accounts.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.core.pagers import last_id
from ingest.core.spec import (
    OBSERVED_AT,
    Bearer,
    Budget,
    Column,
    Cursor,
    ErrorRule,
    Listing,
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

_CURSOR = Cursor(OBSERVED_AT, lag=timedelta(minutes=10), expires=timedelta(days=29))


def _object(
    name: str,
    events: tuple[str, ...],
    columns: tuple[Column, ...],
    params: dict[str, str] | None = None,
    ignored: tuple[str, ...] = (),
) -> Resource:
    """A Stripe object: its list, and the events that carry its later states."""
    return Resource(
        name=name,
        key=("id",),
        columns=(text("id"), *columns, nested("metadata"), flag("livemode"), epoch("created_at", "created")),
        full=Listing(f"/v1/{name}", "data", last_id, params={"limit": "100", **(params or {})}),
        changes=Listing(
            "/v1/events",
            "data",
            last_id,
            unwrap="data.object",
            params={"limit": "100", "types[]": events, "created[gte]": "{since_unix}"},
        ),
        cursor=_CURSOR,
        newest_first=True,
        ignored=("object", *ignored),
    )


STRIPE = Source(
    name="stripe",
    title="Stripe",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting("base_url", "address of the API", "https://api.stripe.com"),
        Setting("token", "Stripe: Developers > API keys > restricted key with read access", secret=True),
    ),
    headers={"Stripe-Version": "2025-03-31.basil"},
    errors=(ErrorRule(409, Verdict.RETRY, "lock_timeout"),),
    budgets=(Budget(calls=80, per=timedelta(seconds=1)),),
    resources=(
        _object(
            "customers",
            ("customer.created", "customer.updated"),
            (
                text("email", personal=True),
                text("name", personal=True),
                text("phone", personal=True),
                text("address_line_1", "address.line1", personal=True),
                text("city", "address.city", personal=True),
                text("postal_code", "address.postal_code", personal=True),
                text("country", "address.country"),
                text("currency"),
                text("crm_contact_id", "metadata.crm_contact_id"),
                flag("delinquent"),
            ),
        ),
        _object("products", ("product.created", "product.updated"), (text("name"), flag("active"))),
        _object(
            "prices",
            ("price.created", "price.updated"),
            (
                text("product_id", "product"),
                text("currency"),
                integer("unit_amount"),
                text("unit_amount_decimal"),
                text("type"),
                text("billing_scheme"),
                text("recurring_interval", "recurring.interval"),
                integer("recurring_interval_count", "recurring.interval_count"),
                text("usage_type", "recurring.usage_type"),
                flag("active"),
            ),
        ),
        _object(
            "subscriptions",
            tuple(f"customer.subscription.{e}" for e in ("created", "updated", "deleted", "paused", "resumed")),
            (
                text("customer_id", "customer"),
                text("status"),
                text("currency"),
                nested("items"),
                nested("discounts"),
                epoch("started_at", "start_date"),
                epoch("trial_start_at", "trial_start"),
                epoch("trial_end_at", "trial_end"),
                epoch("canceled_at", "canceled_at"),
                epoch("cancel_at", "cancel_at"),
                epoch("ended_at", "ended_at"),
                flag("cancel_at_period_end"),
                text("cancellation_reason", "cancellation_details.reason"),
                text("cancellation_feedback", "cancellation_details.feedback"),
            ),
            params={"status": "all"},
        ),
        _object(
            "invoices",
            tuple(
                f"invoice.{e}"
                for e in ("created", "updated", "finalized", "paid", "payment_failed", "voided", "marked_uncollectible")
            ),
            (
                text("customer_id", "customer"),
                text("number"),
                text("status"),
                text("billing_reason"),
                text("currency"),
                integer("subtotal"),
                integer("subtotal_excluding_tax"),
                integer("total"),
                integer("total_excluding_tax"),
                integer("amount_due"),
                integer("amount_paid"),
                nested("lines"),
                epoch("paid_at", "status_transitions.paid_at"),
                epoch("finalized_at", "status_transitions.finalized_at"),
            ),
            ignored=("customer_email", "customer_name", "customer_phone", "customer_address", "customer_shipping"),
        ),
        _object(
            "charges",
            tuple(f"charge.{e}" for e in ("succeeded", "failed", "refunded", "captured", "updated")),
            (
                text("customer_id", "customer"),
                integer("amount"),
                integer("amount_refunded"),
                text("currency"),
                text("status"),
                flag("paid"),
                flag("refunded"),
                text("failure_code"),
                text("invoice_id", "invoice"),
            ),
            ignored=("billing_details", "payment_method_details", "shipping", "source", "receipt_email"),
        ),
        _object(
            "refunds",
            ("refund.created", "refund.updated", "charge.refund.updated"),
            (text("charge_id", "charge"), integer("amount"), text("currency"), text("status"), text("reason")),
        ),
        Resource(
            name="events",
            key=("id",),
            columns=(
                text("id"),
                text("type"),
                text("api_version"),
                text("object_id", "data.object.id"),
                text("object_type", "data.object.object"),
                flag("livemode"),
                epoch("created_at", "created"),
            ),
            full=Listing("/v1/events", "data", last_id, params={"limit": "100"}),
            changes=Listing("/v1/events", "data", last_id, params={"limit": "100", "created[gte]": "{since_unix}"}),
            cursor=Cursor("created_at", lag=timedelta(minutes=10)),
            newest_first=True,
            ignored=("object", "data", "request", "pending_webhooks"),
        ),
    ),
)
