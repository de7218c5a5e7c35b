"""Currencies and rates, read from the seeds the warehouse itself uses, so that truth and warehouse convert alike."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

_SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"
REPORTING_CURRENCY = "EUR"


@cache
def rates() -> dict[tuple[date, str], float]:
    """Euros for one major unit of a currency, by first day of the month and ISO code."""
    with (_SEEDS / "exchange_rates.csv").open(encoding="utf-8", newline="") as lines:
        return {
            (date.fromisoformat(row["rate_month"]), row["currency_code"]): float(row["to_reporting"])
            for row in csv.DictReader(lines)
        }


@cache
def digits(column: str = "minor_digits") -> dict[str, int]:
    """Decimal places of each currency's minor unit: by ISO (`minor_digits`) or as Stripe counts them (`stripe_digits`)."""
    with (_SEEDS / "currencies.csv").open(encoding="utf-8", newline="") as lines:
        return {row["currency_code"]: int(row[column]) for row in csv.DictReader(lines)}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `currency(code, minor_digits, stripe_digits, price_factor)` for the four currencies the company trades in."""
    factors = {"EUR": 1.0, "USD": 1.1, "GBP": 0.88, "JPY": 1.6}  # a price of 1.00 EUR costs 1.10 USD and 160 JPY
    connection.execute("create temp table currency (code varchar, minor_digits int, stripe_digits int, price_factor double)")
    connection.executemany(
        "insert into currency values ($1, $2, $3, $4)",
        [[code, digits()[code], digits("stripe_digits")[code], factor] for code, factor in factors.items()],
    )
