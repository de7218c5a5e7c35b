"""What is known about single raw tables beyond their declaration. A table that is not listed here is judged all the same.

Value sets are the vendor's own fixed lists, shares are floors that a healthy account clears by far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Landed:
    """One raw table.

    is_core: the warehouse makes no sense while it is empty.
    filled: least share of rows with a value; known: the vendor's fixed values; varied: more than one value in a large table.
    planned: stamps that may lie ahead; entered: stamps people type or other platforms report, which only warn.
    positive: amounts of which few are below zero; shrinks: rows leave the vendor's listing in daily business.
    is_often_empty: a healthy account may hold none (tombstones, for one).
    """

    is_core: bool = False
    filled: Mapping[str, float] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    varied: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    shrinks: bool = False
    is_often_empty: bool = False


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BC_STATUS = frozenset({"Draft", "In Review", "Open", "Paid", "Canceled", "Corrective", "Released"})

LANDED: Mapping[tuple[str, str], Landed] = {
    ("hubspot", "contacts"): Landed(is_core=True, filled={"email": 0.5, "created_at": 1.0}),
    ("hubspot", "companies"): Landed(filled={"created_at": 1.0, "name": 0.5}),
    ("hubspot", "deals"): Landed(filled={"deal_stage": 0.9, "created_at": 1.0}, planned=("closed_at",)),
    ("hubspot", "deal_contacts"): Landed(filled={"to_ids": 0.9}),
    ("hubspot", "contact_companies"): Landed(filled={"to_ids": 0.9}),
    ("business_central", "companies"): Landed(is_core=True),
    ("business_central", "customers"): Landed(
        is_core=True, filled={"number": 1.0, "display_name": 0.9}, known={"type": _set("Person Company")}
    ),
    ("business_central", "items"): Landed(filled={"number": 1.0}),
    ("business_central", "sales_orders"): Landed(
        filled={"number": 1.0, "customer_number": 0.95}, known={"status": _BC_STATUS}, shrinks=True
    ),
    ("business_central", "sales_invoices"): Landed(
        is_core=True,
        filled={"number": 1.0, "customer_number": 0.95, "invoice_date": 0.95, "total_amount_including_tax": 0.95},
        known={"status": _BC_STATUS},
        planned=("due_date",),
        positive=("total_amount_including_tax",),
    ),
    ("business_central", "sales_credit_memos"): Landed(filled={"customer_number": 0.95}, known={"status": _BC_STATUS}),
    ("business_central", "customer_payments"): Landed(filled={"customer_number": 0.9, "amount": 0.95}),
    ("stripe", "customers"): Landed(is_core=True, filled={"email": 0.5, "created_at": 1.0}),
    ("stripe", "products"): Landed(filled={"name": 0.9}),
    ("stripe", "prices"): Landed(filled={"currency": 1.0}, known={"type": _set("one_time recurring")}, positive=("unit_amount",)),
    ("stripe", "subscriptions"): Landed(
        is_core=True,
        filled={"customer_id": 1.0, "status": 1.0, "items": 0.95, "started_at": 0.95},
        known={"status": _set("incomplete incomplete_expired trialing active past_due canceled unpaid paused")},
        varied=("status",),
        planned=("trial_start_at", "trial_end_at", "cancel_at", "started_at"),
    ),
    ("stripe", "invoices"): Landed(
        is_core=True,
        filled={"customer_id": 0.95, "status": 0.95, "total": 0.95, "lines": 0.95},
        known={"status": _set("draft open paid uncollectible void")},
        positive=("total",),
    ),
    ("stripe", "charges"): Landed(
        filled={"amount": 1.0, "status": 1.0}, known={"status": _set("succeeded pending failed")}, positive=("amount",)
    ),
    ("stripe", "refunds"): Landed(
        filled={"amount": 1.0}, known={"status": _set("pending requires_action succeeded failed canceled")}, positive=("amount",)
    ),
    ("stripe", "events"): Landed(filled={"type": 1.0, "object_id": 0.95}),
    ("surveymonkey", "surveys"): Landed(is_core=True, filled={"title": 0.9}),
    ("surveymonkey", "survey_details"): Landed(filled={"pages": 0.9}),
    ("surveymonkey", "responses"): Landed(
        is_core=True,
        filled={"survey_id": 1.0, "response_status": 0.95, "pages": 0.9},
        known={"response_status": _set("completed partial overquota disqualified")},
    ),
    ("zendesk_support", "users"): Landed(is_core=True, filled={"role": 0.95}, known={"role": _set("end-user agent admin")}),
    ("zendesk_support", "tickets"): Landed(
        is_core=True,
        filled={"status": 1.0, "requester_id": 0.9, "created_at": 1.0},
        known={"status": _set("new open pending hold solved closed deleted"), "priority": _set("urgent high normal low")},
        varied=("status",),
    ),
    ("zendesk_support", "satisfaction_ratings"): Landed(
        filled={"score": 1.0, "ticket_id": 0.95},
        known={"score": _set("offered unoffered good bad received good_with_comment bad_with_comment")},
    ),
    ("brandwatch", "queries"): Landed(is_core=True, filled={"name": 0.9}),
    ("brandwatch", "mentions"): Landed(
        is_core=True,
        filled={"posted_at": 0.95, "added_at": 0.95, "sentiment": 0.5},
        known={"sentiment": _set("positive neutral negative")},
        varied=("sentiment",),
        entered=("posted_at",),
    ),
    ("salesforce", "contacts"): Landed(is_core=True, filled={"last_name": 0.9}),
    ("salesforce", "opportunities"): Landed(filled={"stage": 0.95}, planned=("close_on",)),
    ("salesforce", "campaigns"): Landed(filled={"name": 0.95}, planned=("start_on", "end_on"), positive=("actual_cost",)),
    ("salesforce", "tasks"): Landed(planned=("due_on",)),
    ("netsuite", "deleted_records"): Landed(is_often_empty=True),
    ("chargebee", "customers"): Landed(filled={"email": 0.5, "created_at": 0.95}),
    ("chargebee", "item_prices"): Landed(filled={"currency_code": 0.95}, positive=("price",)),
    ("chargebee", "subscriptions"): Landed(
        filled={"customer_id": 1.0, "status": 1.0},
        known={"status": _set("future in_trial active non_renewing paused cancelled transferred")},
        planned=("started_at", "trial_start_at", "trial_end_at", "current_term_start_at", "current_term_end_at", "cancelled_at"),
    ),
    ("chargebee", "invoices"): Landed(
        filled={"customer_id": 0.95, "status": 0.95, "total": 0.95, "line_items": 0.9},
        known={"status": _set("paid posted payment_due not_paid voided pending")},
        positive=("total",),
    ),
    ("chargebee", "credit_notes"): Landed(
        filled={"total": 0.95}, known={"type": _set("adjustment refundable store")}, positive=("total",)
    ),
    ("fhir", "patients"): Landed(filled={"names": 0.9, "identifiers": 0.5}),
    ("fhir", "encounters"): Landed(
        filled={"status": 1.0, "subject_reference": 0.9},
        known={"status": _set("planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown")},
    ),
    ("fhir", "appointments"): Landed(
        filled={"status": 1.0, "participants": 0.95},
        known={"status": _set("proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist")},
        planned=("starts_at", "ends_at"),
    ),
    ("fhir", "questionnaire_responses"): Landed(
        filled={"status": 1.0}, known={"status": _set("in-progress completed amended entered-in-error stopped")}
    ),
    ("fhir", "deletions"): Landed(is_often_empty=True),
    ("qualtrics", "surveys"): Landed(is_core=True, filled={"name": 0.9}),
    ("intercom", "contacts"): Landed(is_core=True),
    ("mailbox", "messages"): Landed(entered=("sent_at",)),
    ("web_events", "snowplow_events"): Landed(is_often_empty=True),
    ("web_events", "ga4_events"): Landed(is_often_empty=True),
}
