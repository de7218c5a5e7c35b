"""NetSuite through SuiteQL (REST): the export company's customers, what they bought, and what was deleted.

Lands: customers (persons and companies), addresses, items, currencies, transactions (sales orders, invoices, credit memos),
their lines, deleted_records.
Cursor: `lastmodifieddate`, in seconds, inclusive; pages go by id, so rows that share a second survive. A line may change
without its transaction and a transaction without its lines: the lines of every transaction touched either way are read
whole, so that a line which is missing then is gone. Instants have no offset and repeat an hour a year: hence the lag.
Deletes: the table DeletedRecord, with type and id.
Personal: names, e-mail, phones, address.
Left out: ledger, payments, fulfilments, stock; employees and vendors; custom fields (add them as columns).

The address is https://<account>.suitetalk.api.netsuite.com with the account in lower case and `-` for `_`: 1234567_SB1 is
1234567-sb1. Access is OAuth 2.0 client credentials (machine to machine) with a certificate.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.core.readers.suiteql import SuiteQl
from ingest.core.spec import (
    OBSERVED_AT,
    Column,
    Cursor,
    ErrorRule,
    OwnAuth,
    Resource,
    Setting,
    Source,
    Verdict,
    day,
    decimal,
    flag,
    instant,
    text,
)

if TYPE_CHECKING:
    from ingest.core.signed_assertion import SignedAssertion

_LAG = timedelta(minutes=75)
_TYPES = "type IN ('SalesOrd', 'CustInvc', 'CustCred')"


def _token(settings: Mapping[str, str]) -> SignedAssertion:
    from ingest.core.signed_assertion import SignedAssertion

    return SignedAssertion(
        "netsuite",
        token_url=settings["base_url"].rstrip("/") + "/services/rest/auth/oauth2/v1/token",
        client_id=settings["client_id"],
        key_id=settings["certificate_id"],
        private_key=settings["private_key"],
        scope="rest_webservices",
    )


def _table(name: str, reader: SuiteQl, columns: tuple[Column, ...], cursor: str = "last_modified_at") -> Resource:
    """A table that is listed whole at first and by its condition of change later."""
    return Resource(
        name=name, key=("id",), columns=columns, full=reader, changes=reader, cursor=Cursor(cursor, lag=_LAG), ignored=("links",)
    )


_MODIFIED = instant("last_modified_at", "lastmodifieddate")

NETSUITE = Source(
    name="netsuite",
    title="NetSuite",
    base_url="{base_url}",
    auth=OwnAuth(_token),
    settings=(
        Setting("base_url", "https://<account>.suitetalk.api.netsuite.com, e.g. 1234567-sb1 for account 1234567_SB1"),
        Setting("client_id", "NetSuite: Setup > Integration > Manage Integrations > Client ID"),
        Setting("certificate_id", "NetSuite: Setup > Integration > OAuth 2.0 Client Credentials (M2M) Setup > Certificate ID"),
        Setting("private_key", "the PEM key whose certificate was uploaded there (RSA or P-256)", secret=True),
        Setting("time_zone", "NetSuite: Home > Set Preferences of the integration's user > Time Zone", "America/Los_Angeles"),
    ),
    errors=(ErrorRule(400, Verdict.RETRY, "CONCURRENCY_LIMIT_EXCEEDED"),),
    resources=(
        Resource(
            name="currencies",
            key=("id",),
            columns=(text("id"), text("symbol"), text("name")),
            full=SuiteQl("currency"),
            ignored=("links",),
        ),
        _table(
            "customers",
            SuiteQl("customer"),
            (
                text("id"),
                text("entity_number", "entityid"),
                text("account_number", "accountnumber"),
                flag("is_person", "isperson"),
                text("company_name", "companyname"),
                text("first_name", "firstname", personal=True),
                text("last_name", "lastname", personal=True),
                text("email", personal=True),
                text("phone", personal=True),
                text("mobile_phone", "mobilephone", personal=True),
                text("url"),
                text("vat_number", "vatregnumber"),
                text("category"),
                text("parent_id", "parent"),
                text("address_id", "defaultbillingaddress"),
                flag("is_inactive", "isinactive"),
                instant("created_at", "datecreated"),
                _MODIFIED,
            ),
        ),
        _table(
            "addresses",
            SuiteQl(
                "entityaddress",
                key=("nkey",),
                changed="nkey IN (SELECT defaultbillingaddress FROM customer WHERE lastmodifieddate >= {since})",
            ),
            (
                text("id", "nkey"),
                text("address", "addr1", personal=True),
                text("city", personal=True),
                text("postal_code", "zip", personal=True),
                text("country"),
            ),
            cursor=OBSERVED_AT,
        ),
        _table(
            "items",
            SuiteQl("item"),
            (
                text("id"),
                text("number", "itemid"),
                text("name", "displayname"),
                text("type", "itemtype"),
                flag("is_inactive", "isinactive"),
                _MODIFIED,
            ),
        ),
        _table(
            "transactions",
            SuiteQl("transaction", where=_TYPES),
            (
                text("id"),
                text("number", "tranid"),
                text("type"),
                text("status"),
                flag("is_voided", "voided"),
                text("customer_id", "entity"),
                text("currency_id", "currency"),
                text("customer_reference", "otherrefnum"),
                decimal("total", "foreigntotal"),
                day("transaction_date", "trandate"),
                instant("created_at", "createddate"),
                _MODIFIED,
            ),
        ),
        _table(
            "transaction_lines",
            SuiteQl(
                "transactionline",
                key=("uniquekey",),
                where=f"transaction IN (SELECT id FROM transaction WHERE {_TYPES})",
                changed="transaction IN (SELECT id FROM transaction WHERE lastmodifieddate >= {since})"
                " OR transaction IN (SELECT transaction FROM transactionline WHERE linelastmodifieddate >= {since})",
            ),
            (
                text("id", "uniquekey"),
                text("transaction_id", "transaction"),
                text("created_from_id", "createdfrom"),
                flag("is_main_line", "mainline"),
                flag("is_tax_line", "taxline"),
                text("item_id", "item"),
                decimal("quantity"),
                decimal("amount", "foreignamount"),
                instant("last_modified_at", "linelastmodifieddate"),
            ),
            cursor=OBSERVED_AT,
        ),
        Resource(
            name="deleted_records",
            key=("type", "id"),
            columns=(text("type"), text("id", "recordid"), instant("deleted_at", "deleteddate")),
            full=SuiteQl("deletedrecord", key=("recordid", "type")),
            changes=SuiteQl("deletedrecord", key=("recordid", "type"), changed="deleteddate >= {since}"),
            cursor=Cursor("deleted_at", lag=_LAG),
            ignored=("links",),
        ),
    ),
    max_age=timedelta(hours=26),
)
