"""NetSuite and the ERP database over a few records written by hand, both served inside the test's process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest import registry
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.app import build, servers
from ingest.sandbox.servers.erp_postgres import ErpPostgres
from ingest.sandbox.servers.netsuite import NetSuite
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.world import World
from ingest.sources.erp_postgres import ERP_POSTGRES
from ingest.sources.netsuite import NETSUITE
from tests.loopback import serving
from tests.sandbox.small_company import Rows, at, write_company

SOURCES = {source.name: source for source in (NETSUITE, ERP_POSTGRES)}
NEXT_DAY = START + timedelta(days=1)
LATER, GONE = START + timedelta(hours=3), START + timedelta(hours=5)
BUYERS = 2_100  # NetSuite customers that a bulk import wrote in one second: more than two pages
FALL_BACK = datetime.fromisoformat("2025-11-02T08:30:00+00:00")  # 01:30 in Los Angeles, an hour that came twice


def _partner(number: int, stamp: datetime, **values: Any) -> dict[str, Any]:
    row = {"id": number, "name": f"Name {number}", "type": "contact", "email": f"p{number}@example.com", "is_company": False}
    return {**row, "country_id": 42, "active": True, "created_at": at(), "written_at": stamp, "_visible_at": stamp, **values}


def _sale(number: int, stamp: datetime, **values: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "name": f"S{number}",
        "partner_id": 1,
        "currency_id": 1,
        "state": "sale",
        "amount_untaxed": 100,
        "amount_tax": 19,
    }
    return {**row, "ordered_at": at(), "created_at": at(), "written_at": stamp, "_visible_at": stamp, **values}


def _transaction(number: int, kind: str, stamp: datetime, **values: Any) -> dict[str, Any]:
    row = {
        "id": str(number),
        "number": f"T{number}",
        "type": kind,
        "status": "B",
        "is_voided": False,
        "customer_id": "10",
        "currency_id": "1",
    }
    return {
        **row,
        "total": 119,
        "transaction_date": at().date(),
        "created_at": at(),
        "last_modified_at": stamp,
        "_visible_at": stamp,
        **values,
    }


def _line(transaction: int, number: int, amount: float, stamp: datetime, **values: Any) -> dict[str, Any]:
    row = {
        "id": f"{transaction}{number}",
        "transaction_id": str(transaction),
        "is_main_line": number == 0,
        "is_tax_line": number == 9,
    }
    return {**row, "amount": amount, "last_modified_at": stamp, "_visible_at": stamp, **values}


def erp_company() -> Rows:
    """What changes after the start: a customer renamed, one deleted, an order shortened by a line without telling its header."""
    late = START - timedelta(minutes=40)  # written before the first run, committed after it
    return {
        "netsuite__currencies": [{"id": "1", "symbol": "EUR", "name": "Euro"}],
        "netsuite__customers": [
            {"id": "9", "is_person": True, "email": "dst@example.com", "created_at": FALL_BACK, "last_modified_at": at(5), "_visible_at": at(5)},
            {"id": "5001", "is_person": True, "email": "new@example.com", "is_inactive": True, "created_at": at(), "last_modified_at": LATER, "_visible_at": LATER},
            {"id": "5002", "is_person": True, "_is_gone": True, "_visible_at": GONE},
        ],
        "netsuite__addresses": [{"id": "801", "city": "Berlin", "country": "DE"}],
        "netsuite__items": [{"id": "501", "number": "EX-1", "last_modified_at": at()}],
        "netsuite__transactions": [
            _transaction(101, "SalesOrd", at()),
            _transaction(102, "CustInvc", at(1)),
            _transaction(103, "CustCred", at(2), total=-119),
        ],
        "netsuite__transaction_lines": [
            _line(101, 0, 119, at()), _line(101, 1, -60, at()), _line(101, 2, -40, at()), _line(101, 9, -19, at()),
            _line(102, 0, 119, at(1), created_from_id="101"), _line(102, 1, -100, at(1), created_from_id="101"),
            _line(101, 0, 70, LATER), _line(101, 2, -40, LATER, _is_gone=True),
        ],
        "netsuite__deleted_records": [{"type": "Customer", "id": "5002", "deleted_at": GONE, "_visible_at": GONE}],
        "erp_postgres__countries": [{"id": 42, "code": "DE"}],
        "erp_postgres__currencies": [{"id": 1, "name": "EUR"}],
        "erp_postgres__partners": [
            *(_partner(n, at(n / 10)) for n in range(1, 41)),
            _partner(3, LATER, street="Neue Straße 7"),
            _partner(4, GONE, _is_gone=True),
            _partner(41, late, _visible_at=START + timedelta(minutes=1)),
        ],
        "erp_postgres__product_templates": [{"id": 7, "name": '{"en_US": "Chair"}', "list_price": 12.5, "active": True, "written_at": at()}],
        "erp_postgres__products": [{"id": 8, "product_template_id": 7, "active": True, "written_at": at()}],
        "erp_postgres__sale_orders": [*(_sale(n, at(n)) for n in (1, 2)), _sale(2, GONE, _is_gone=True)],
        "erp_postgres__sale_order_lines": [{"id": 1, "order_id": 1, "product_id": 8, "quantity": 1, "price_unit": 100, "written_at": at()}],
        "erp_postgres__account_moves": [
            {"id": 1, "move_type": "out_invoice", "state": "posted", "currency_id": 1, "amount_untaxed": 100, "written_at": at()},
            {"id": 2, "move_type": "entry", "state": "posted", "currency_id": 1, "written_at": at()},
        ],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """Both at work: where, at what clock, and with which switches."""

    url: str
    world: World
    netsuite: NetSuite
    database: ErpPostgres

    def switches(self, source: str) -> Switches:
        return self.netsuite.switches if source == "netsuite" else self.database.switches

    def environment(self) -> dict[str, str]:
        told = {server.name: server.settings(f"{self.url}/{server.name}") for server in (self.netsuite, self.database)}
        return {f"SOURCES__{s.upper()}__{n.upper()}": v for s, values in told.items() for n, v in values.items()}

    def advance(self, to: datetime) -> None:
        self.world.set_clock(to)
        self.database.move()

    def reset(self) -> None:
        """Clock and switches as at the start."""
        self.advance(START)
        for source in SOURCES:
            self.switches(source).set({"clear": True})


@contextmanager
def serving_erp(directory: Path) -> Iterator[Served]:
    registry.SOURCES.update({name: source for name, source in SOURCES.items() if name not in registry.SOURCES})
    write_company(directory, erp_company())
    with duckdb.connect(directory / COMPANY) as company:
        company.execute(
            f"""INSERT INTO vendor.netsuite__customers BY NAME SELECT (1000 + n)::VARCHAR AS id, true AS is_person, 'b' || n || '@example.com' AS email,
            $1::TIMESTAMPTZ AS created_at, created_at AS last_modified_at, created_at AS _visible_at, false AS _is_gone FROM range({BUYERS}) t(n)""",
            [at()],
        )
    world = World(directory / COMPANY, START)
    made: Any = servers(directory, world, SOURCES)
    try:
        with serving(build(directory, world, made)) as url:
            yield Served(url, world, made["netsuite"], made["erp_postgres"])
    finally:
        made["erp_postgres"].stop()
