"""An ERP read straight from its PostgreSQL database, in Odoo's schema (16 or later): the outlet store's customers and sales.

Lands: countries, currencies, partners, product_templates, products, sale_orders, sale_order_lines, account_moves (customer
invoices and credit notes). Tables are read by column name: undeclared columns go to `_extra`, a declared one that this
version of the ERP does not have stays empty.
Cursor: `write_date`, UTC, which the ERP sets on every write, inclusive. It is the time of the write, not of the commit: a
long import commits rows with a stamp of its start, hence the lag of an hour. Rows written past the ERP have no stamp and
come each time.
Deletes: an unlinked row leaves nothing; a listing of the keys on each run shows what is gone. Archived is not deleted
(`active`), and what has been sold can only be archived, so that products have no such listing.
Personal: names, e-mail, phones, address.
Left out: purchases, stock, accounting entries other than customer documents; attachments. Access is read-only; a user with
`grant select` on these tables is enough.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.core.readers.sql import SqlTable
from ingest.core.spec import (
    CLOCK_URL,
    Column,
    Cursor,
    NoAuth,
    Resource,
    Setting,
    Source,
    day,
    decimal,
    flag,
    instant,
    integer,
    text,
)

_LAG = timedelta(hours=1)
_IGNORED = ("create_uid", "write_uid", "company_id")


def _table(name: str, table: str, *columns: Column, where: str = "", has_deletes: bool = True) -> Resource:
    """A table that keeps its time of writing, with a listing of its keys where rows vanish."""
    return Resource(
        name=name,
        key=("id",),
        columns=(integer("id"), *columns, instant("created_at", "create_date"), instant("written_at", "write_date")),
        full=SqlTable(table, where),
        changes=SqlTable(table, where, changed="write_date"),
        keys=SqlTable(table, where, only_key=True) if has_deletes else None,
        cursor=Cursor("written_at", lag=_LAG),
        ignored=_IGNORED,
    )


def _list(name: str, table: str, *columns: Column) -> Resource:
    """A short table that is read whole on each run."""
    return Resource(
        name=name,
        key=("id",),
        columns=(integer("id"), *columns),
        full=SqlTable(table),
        ignored=(*_IGNORED, "create_date", "write_date"),
    )


ERP_POSTGRES = Source(
    name="erp_postgres",
    title="ERP database (Odoo on PostgreSQL)",
    base_url="",
    auth=NoAuth(),
    settings=(
        Setting("connection", "postgresql://<user>:<password>@<host>:5432/<database>, a user that may only read", secret=True),
        CLOCK_URL,
    ),
    resources=(
        _list("countries", "res_country", text("code")),
        _list("currencies", "res_currency", text("name")),
        _table(
            "partners",
            "res_partner",
            text("name", personal=True),
            text("type"),
            text("email", personal=True),
            text("phone", personal=True),
            text("mobile", personal=True),
            flag("is_company"),
            integer("parent_id"),
            text("ref"),
            text("vat"),
            text("website"),
            text("street", personal=True),
            text("city", personal=True),
            text("zip", personal=True),
            integer("country_id"),
            flag("active"),
        ),
        _table("product_templates", "product_template", text("name"), decimal("list_price"), flag("active"), has_deletes=False),
        _table(
            "products",
            "product_product",
            integer("product_template_id", "product_tmpl_id"),
            text("default_code"),
            flag("active"),
            has_deletes=False,
        ),
        _table(
            "sale_orders",
            "sale_order",
            text("name"),
            integer("partner_id"),
            integer("currency_id"),
            text("state"),
            text("client_order_ref"),
            decimal("amount_untaxed"),
            decimal("amount_tax"),
            instant("ordered_at", "date_order"),
        ),
        _table(
            "sale_order_lines",
            "sale_order_line",
            integer("order_id"),
            integer("product_id"),
            decimal("quantity", "product_uom_qty"),
            decimal("price_unit"),
            decimal("discount"),
            decimal("price_subtotal"),
        ),
        _table(
            "account_moves",
            "account_move",
            text("name"),
            text("move_type"),
            text("state"),
            text("payment_state"),
            text("invoice_origin"),
            integer("reversed_entry_id"),
            integer("partner_id"),
            integer("currency_id"),
            decimal("amount_untaxed"),
            decimal("amount_tax"),
            day("invoice_date"),
            where="move_type in ('out_invoice', 'out_refund')",
        ),
    ),
    max_age=timedelta(hours=26),
)
