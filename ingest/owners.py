"""Which rows of which raw table belong to people, and how: the only list. What it leaves out tells of no single customer.

Erasure and export follow it through the warehouse, and landing keeps out by it whoever was erased. A new resource is named here or
in `NOBODYS`, with the reason standing in the word: a test holds that.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.core.ownership import EMAIL, HANDLE, NUMBER, PHONE, Rows, link

_OF_CUSTOMER = Rows(of=(link("customer_id", "customers"),))
_SALESFORCE_PERSON = {"email": EMAIL, "phone": PHONE, "mobile_phone": PHONE}
_FINANCE = ("customers", "subscriptions", "invoices", "charges", "refunds")
_BC_SALES = Rows(of=(link("company_id customer_id", "customers"),))
_PATIENT = {"to": "patients", "prefix": "Patient/"}

OWNERS: Mapping[str, Mapping[str, Rows]] = {
    "hubspot": {
        "contacts": Rows(
            told={"email": EMAIL, "phone": PHONE, "mobile_phone": PHONE, "twitter_handle": HANDLE, "erp_customer_number": NUMBER}
        ),
        "deals": Rows(),
        "deal_contacts": Rows(
            of=(link("to_ids", "contacts", path="$[*].toObjectId"), link("from_id", "deals")), brings=(link("from_id", "deals"),)
        ),
        "contact_companies": Rows(of=(link("from_id", "contacts"),)),
    },
    "salesforce": {
        "contacts": Rows(told={**_SALESFORCE_PERSON, "erp_customer_number": NUMBER}),
        "leads": Rows(of=(link("converted_contact_id", "contacts"),), told=_SALESFORCE_PERSON),
        "opportunities": Rows(),
        "opportunity_contact_roles": Rows(
            of=(link("contact_id", "contacts"), link("opportunity_id", "opportunities")),
            brings=(link("opportunity_id", "opportunities"),),
        ),
        "opportunity_line_items": Rows(of=(link("opportunity_id", "opportunities"),)),
        "cases": Rows(of=(link("contact_id", "contacts"),), told={"supplied_email": EMAIL}),
        "campaign_members": Rows(of=(link("lead_id", "leads"), link("contact_id", "contacts"))),
        "tasks": Rows(
            of=(
                *(link("who_id", to) for to in ("contacts", "leads")),
                *(link("what_id", to) for to in ("opportunities", "cases")),
            )
        ),
    },
    "business_central": {
        "customers": Rows(told={"email": EMAIL, "phone_number": PHONE, "number": NUMBER}),
        **dict.fromkeys(("sales_invoices", "sales_orders", "sales_credit_memos", "customer_payments"), _BC_SALES),
    },
    "netsuite": {
        "customers": Rows(
            told={"email": EMAIL, "phone": PHONE, "mobile_phone": PHONE, "account_number": NUMBER},
            brings=(link("address_id", "addresses"),),
        ),
        "addresses": Rows(),
        "transactions": _OF_CUSTOMER,
        "transaction_lines": Rows(of=(link("transaction_id", "transactions"),)),
    },
    "erp_postgres": {
        "partners": Rows(of=(link("parent_id", "partners"),), told={"email": EMAIL, "phone": PHONE, "mobile": PHONE}),
        "sale_orders": Rows(of=(link("partner_id", "partners"),)),
        "sale_order_lines": Rows(of=(link("order_id", "sale_orders"),)),
        "account_moves": Rows(of=(link("partner_id", "partners"),)),
    },
    "stripe": {
        "customers": Rows(told={"email": EMAIL, "phone": PHONE, "crm_contact_id": "hubspot_contact_id"}),
        "subscriptions": _OF_CUSTOMER,
        "invoices": _OF_CUSTOMER,
        "charges": Rows(of=(link("customer_id", "customers"), link("invoice_id", "invoices"))),
        "refunds": Rows(of=(link("charge_id", "charges"),)),
        "events": Rows(of=tuple(link("object_id", to) for to in _FINANCE)),
    },
    "chargebee": {
        "customers": Rows(told={"email": EMAIL, "phone": PHONE, "customer_number": NUMBER}),
        "subscriptions": _OF_CUSTOMER,
        "invoices": _OF_CUSTOMER,
        "credit_notes": _OF_CUSTOMER,
    },
    "surveymonkey": {"responses": Rows(told={"email": EMAIL, "customer_number": NUMBER, "ticket_id": "zendesk_ticket_id"})},
    "qualtrics": {"responses": Rows(told={"recipient_email": EMAIL, "external_reference": NUMBER})},
    "zendesk_support": {
        "users": Rows(told={"email": EMAIL, "phone": PHONE}),
        "tickets": Rows(of=(link("requester_id", "users"),)),
        "satisfaction_ratings": Rows(of=(link("requester_id", "users"), link("ticket_id", "tickets"))),
    },
    "zendesk_chat": {"chats": Rows(of=(link("visitor_id", "visitors"),), told={"visitor_email": EMAIL, "visitor_phone": PHONE})},
    "intercom": {
        "contacts": Rows(told={"email": EMAIL, "phone": PHONE}),
        "conversations": Rows(of=(link("contacts", "contacts", path="$.contacts[*].id"),)),
        "conversation_parts": Rows(of=(link("conversation_id", "conversations"), link("author_id", "contacts"))),
    },
    "brandwatch": {"mentions": Rows(key=("resource_id", "query_id"), told={"author": HANDLE})},
    "sprout_social": {"messages": Rows(told={"from_screen_name": HANDLE, "from_guid": "social_account"})},
    "mailbox": {
        "messages": Rows(
            told={"sender_address": EMAIL, "dsn_recipient": EMAIL}, of=(link("to_addresses", EMAIL, path="$[*]", weak=True),)
        )
    },
    "letters": {"letters": Rows(told={"customer_number": NUMBER})},
    "web_events": {
        "snowplow_events": Rows(
            key=("event_id",),
            of=(
                link("user_id", "users"),
                link("contexts", "users", path="$.data[*].data.email_sha256"),
                link("domain_userid", "visitors", weak=True),
            ),
            told={"user_id": NUMBER},
            brings=(link("domain_userid", "visitors", unless="user_id"),),
        ),
        "ga4_events": Rows(
            of=(link("user_id", "users"), link("email_sha256", "users"), link("user_pseudo_id", "visitors", weak=True)),
            told={"user_id": NUMBER},
            brings=(link("user_pseudo_id", "visitors", unless="user_id"),),
        ),
    },
    "file_drops": {
        "customers": Rows(told={"email": EMAIL, "phone": PHONE, "erp_customer_number": NUMBER}),
        "call_ratings": Rows(told={"customer_number": NUMBER, "ticket_id": "zendesk_ticket_id"}),
    },
    "fhir": {
        "patients": Rows(of=(link("links", path="$[*].other.reference", **_PATIENT),)),
        "encounters": Rows(of=(link("subject_reference", **_PATIENT),)),
        "appointments": Rows(of=(link("participants", path="$[*].actor.reference", **_PATIENT),)),
        "questionnaire_responses": Rows(of=(link("subject_reference", **_PATIENT),)),
        "deletions": Rows(of=tuple(link("resource_id", to) for to in ("patients", "encounters", "appointments"))),
    },
}

NOBODYS: Mapping[str, Mapping[str, str]] = {
    "hubspot": {"companies": "organisations"},
    "salesforce": {"accounts": "organisations", "campaigns": "campaigns", "users": "colleagues"},
    "business_central": {"companies": "own companies", "items": "products"},
    "netsuite": {"currencies": "money", "items": "products", "deleted_records": "ids of the vendor"},
    "erp_postgres": {"products": "products", "product_templates": "products", "currencies": "money", "countries": "places"},
    "stripe": {"products": "products", "prices": "prices"},
    "chargebee": {"item_prices": "prices"},
    "surveymonkey": {"surveys": "questionnaires", "survey_details": "questionnaires"},
    "qualtrics": {"surveys": "questionnaires", "survey_definitions": "questionnaires"},
    "zendesk_chat": {"agents": "colleagues", "departments": "colleagues"},
    "intercom": {"companies": "organisations", "admins": "colleagues", "teams": "colleagues"},
    "brandwatch": {"projects": "searches", "queries": "searches"},
    "sprout_social": {
        "clients": "own profiles",
        "profiles": "own profiles",
        "post_metrics": "own posts",
        "profile_metrics": "own profiles",
    },
    "file_drops": {"spend": "campaigns"},
}
