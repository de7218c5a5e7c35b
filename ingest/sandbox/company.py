"""Builds the planted company: vendor records with their versions and the truth behind them, in one DuckDB file.

The life of the company stands in `planting/*.sql`, part by part, then what one source alone tells (`planting/<source>.sql`); this module names its clock and fixed ids, hands the
word lists and rates to DuckDB, and writes the file whole or not at all. No HTTP here, and no KPI.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest.core.errors import CxError
from ingest.core.landed_types import SQL_TYPES
from ingest.registry import SOURCES
from ingest.sandbox.planting import lexicon, money, questionnaires

VERSION = 8
"""Raised with every change of what is planted, so that an older file is built again."""

START = datetime(2026, 7, 1, 6, tzinfo=UTC)
HISTORY_START = datetime(2025, 1, 1, tzinfo=UTC)
PLAN_END = START + timedelta(days=30)

FILE_NAME = "company.duckdb"
BC_COMPANY_ID = "a1b2c3d4-0000-4000-8000-000000000001"
BRANDWATCH_PROJECT_ID = 7001
BRANDWATCH_QUERIES = {8001: "Aurora Home", 8002: "Nordlicht", 8003: "Casa Viva"}

_PARTS = (
    "macros",
    "people",
    "crm",
    "erp_customers",
    "orders",
    "subscriptions",
    "payers",
    "invoices",
    "support",
    "surveys",
    "social",
)
_PLANTING = Path(__file__).parent / "planting"
_FEW = 5_000
"""Up to so many customers, threads and the packing of columns take longer than they save."""


def build(directory: Path, customers: int, seed: int, sources: Sequence[str] = ()) -> None:
    """Plants `customers` people into `directory/company.duckdb`; does nothing when that very company stands there.

    `sources` limits what is told beside the core parts (none named: all registered). Deterministic for its arguments. The file appears by rename, so a reader never sees half a company.
    """
    target = directory / FILE_NAME
    settings: dict[str, Any] = {"customers": customers, "seed": seed, "version": VERSION, "sources": sorted(sources or SOURCES)}
    if target.exists() and _settings(directory) == settings:
        return
    directory.mkdir(parents=True, exist_ok=True)
    draft = directory / f".{FILE_NAME}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with duckdb.connect(str(draft)) as connection:
        if customers <= _FEW:
            connection.execute("set threads = 1; set force_compression = 'uncompressed'")
        connection.begin()
        _prepare(connection, customers, seed)
        for part in (*_PARTS, *(name for name in SOURCES if name in settings["sources"])):
            script = _PLANTING / f"{part}.sql"
            if part in _PARTS or script.exists():
                _plant(connection, script)
        connection.commit()
    draft.replace(target)
    (directory / "company.json").write_text(json.dumps(settings), encoding="utf-8")


def _plant(connection: duckdb.DuckDBPyConnection, script: Path) -> None:
    try:
        connection.execute(script.read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise CxError(f"{script.name} could not be planted: {error}", f"Correct {script}.") from error


def _settings(directory: Path) -> dict[str, Any] | None:
    """What the company in `directory` was built with, if it says so."""
    note = directory / "company.json"
    found: dict[str, Any] | None = json.loads(note.read_text(encoding="utf-8")) if note.exists() else None
    return found


def _prepare(connection: duckdb.DuckDBPyConnection, customers: int, seed: int) -> None:
    """Empty vendor tables as the connectors declare them, and every fact the SQL reads as a variable."""
    connection.execute("set timezone = 'UTC'; create schema vendor; create schema truth")
    for source in SOURCES.values():
        for resource in source.resources:
            columns = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in resource.columns)
            connection.execute(
                f"create table vendor.{source.name}__{resource.name} ({columns}, _visible_at timestamptz, _is_gone boolean)"
            )
    _set(connection, "customers", customers, "bigint")
    _set(connection, "seed", seed, "bigint")
    for name, instant in (("start", START), ("history_start", HISTORY_START), ("plan_end", PLAN_END)):
        _set(connection, name, instant.replace(tzinfo=None), "timestamp")
    _set(connection, "bc_company_id", BC_COMPANY_ID, "varchar")
    for name, value in lexicon.sql_words().items():
        connection.execute(f"set variable {name} = {value}")
    money.register(connection)
    questionnaires.register(connection)


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: object, kind: str) -> None:
    connection.execute(f"set variable {name} = $1::{kind}", [value])
