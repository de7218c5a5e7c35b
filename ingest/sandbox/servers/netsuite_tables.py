"""NetSuite's tables as SuiteQL shows them: their fields as SQL over the planted records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.sandbox.servers.world import Table, World


@dataclass(frozen=True, slots=True)
class Shown:
    """A table: the declared resource it is filled from, and each field's SQL; `{zone}` is the account's time zone."""

    resource: str
    fields: Mapping[str, str]
    key: tuple[str, ...] = ("id",)

    def sql(self, world: World, zone: str) -> str:
        """A SELECT of the table at the world's clock."""
        fields = ", ".join(f"{sql.format(zone=zone)} AS {name}" for name, sql in self.fields.items())
        return f"SELECT {fields} FROM {world.current(Table(f'netsuite__{self.resource}', self.key))}"


def _instant(column: str) -> str:
    return f"date_trunc('second', {column} AT TIME ZONE '{{zone}}')"


def _flag(column: str) -> str:
    return f"if({column}, 'T', 'F')"


_ID = {"id": "id::BIGINT"}
_MODIFIED = {"lastmodifieddate": _instant("last_modified_at")}

TABLES = {
    "currency": Shown("currencies", {**_ID, "symbol": "symbol", "name": "name"}),
    "customer": Shown(
        "customers",
        {
            **_ID,
            "entityid": "entity_number",
            "accountnumber": "account_number",
            "isperson": _flag("is_person"),
            "companyname": "company_name",
            "firstname": "first_name",
            "lastname": "last_name",
            "email": "email",
            "phone": "phone",
            "mobilephone": "mobile_phone",
            "url": "url",
            "vatregnumber": "vat_number",
            "category": "category",
            "parent": "parent_id::BIGINT",
            "defaultbillingaddress": "address_id::BIGINT",
            "isinactive": _flag("is_inactive"),
            "datecreated": _instant("created_at"),
            **_MODIFIED,
        },
    ),
    "entityaddress": Shown(
        "addresses", {"nkey": "id::BIGINT", "addr1": "address", "city": "city", "zip": "postal_code", "country": "country"}
    ),
    "item": Shown(
        "items",
        {**_ID, "itemid": "number", "displayname": "name", "itemtype": "type", "isinactive": _flag("is_inactive"), **_MODIFIED},
    ),
    "transaction": Shown(
        "transactions",
        {
            **_ID,
            "tranid": "number",
            "type": "type",
            "status": "status",
            "voided": _flag("is_voided"),
            "entity": "customer_id::BIGINT",
            "currency": "currency_id::BIGINT",
            "otherrefnum": "customer_reference",
            "foreigntotal": "total::DECIMAL(18, 2)",
            "trandate": "transaction_date",
            "createddate": _instant("created_at"),
            **_MODIFIED,
        },
    ),
    "transactionline": Shown(
        "transaction_lines",
        {
            "uniquekey": "id::BIGINT",
            "transaction": "transaction_id::BIGINT",
            "createdfrom": "created_from_id::BIGINT",
            "mainline": _flag("is_main_line"),
            "taxline": _flag("is_tax_line"),
            "item": "item_id::BIGINT",
            "quantity": "quantity::DECIMAL(18, 2)",
            "foreignamount": "amount::DECIMAL(18, 2)",
            "linelastmodifieddate": _instant("last_modified_at"),
        },
    ),
    "deletedrecord": Shown(
        "deleted_records", {"type": "type", "recordid": "id::BIGINT", "deleteddate": _instant("deleted_at")}, ("type", "id")
    ),
}
