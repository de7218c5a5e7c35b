"""What is measured on a table, and the band it has to stay in. Knows neither Great Expectations nor any table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SMALL = 200
"""A run that landed fewer rows than this is judged together with the whole table: a quiet day must not trip a gate."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of one table and what is expected of it.

    sql: an aggregate over the table (alias `t`), or a constant; it gives a number, never null.
    claim: the expectation as a statement that is true when it is met.
    remedy: what a person does when it is not.
    offenders: a predicate over `t` for the rows to blame, by key; empty where no single row is.
    column: the column it is about, if it is about one.
    detail: an SQL expression of codes (source names, KPI ids) that says which; never of personal data.
    """

    name: str
    sql: str
    claim: str
    remedy: str
    low: float | None = None
    high: float | None = None
    is_error: bool = True
    column: str = ""
    offenders: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be judged: `name` as people know it, `relation` as SQL reads it, `key` to name its rows by."""

    name: str
    relation: str
    key: tuple[str, ...]
    measures: tuple[Measure, ...]


def missing_columns(declared: Iterable[str], present: Iterable[str], remedy: str) -> Measure:
    """All declared columns are there."""
    there = set(present)
    missing = [name for name in declared if name not in there]
    which = f" (missing: {', '.join(missing)})" if missing else ""
    return Measure("missing_columns", str(len(missing)), f"no declared column is missing{which}", remedy, high=0)


def no_table(remedy: str) -> Measure:
    """Stands for every other measure of a table that is not there."""
    return Measure("tables", "0", "the table exists", remedy, low=1)


def unreadable(remedy: str) -> Measure:
    """Stands for every other measure of a table whose columns cannot be compared as declared."""
    return Measure("readable_tables", "0", "its columns have the declared types", remedy, low=1)


def rows(low: int, high: int | None, why: str, remedy: str, *, is_error: bool = True) -> Measure:
    """The number of rows stays in its band."""
    band = f"at least {low:,}" if high is None else f"{low:,} to {high:,}"
    return Measure("rows", "count(*)", f"{band} rows are there ({why})", remedy, low, high, is_error)


def filled(column: str, share: float, remedy: str, scope: str = "true") -> Measure:
    """At least `share` of the rows in scope have a value."""
    return Measure(
        f"filled_{column}",
        f"coalesce(count(t.{column}) filter ({scope}) / nullif(count(*) filter ({scope}), 0), 1)",
        f"{column} is filled in at least {share:.0%} of rows",
        remedy,
        low=share,
        column=column,
        offenders=f"{scope} and t.{column} is null",
    )


def known(column: str, values: Iterable[str], share: float, remedy: str, scope: str = "true") -> Measure:
    """At least `share` of the values in scope are ones the models know how to read."""
    listed = ", ".join(text(value) for value in sorted(values))
    return Measure(
        f"known_{column}",
        f"coalesce(count(*) filter ({scope} and t.{column} in ({listed})) / nullif(count(t.{column}) filter ({scope}), 0), 1)",
        f"at least {share:.0%} of the values of {column} are known ones",
        remedy,
        low=share,
        column=column,
        offenders=f"{scope} and t.{column} not in ({listed})",
    )


def none_where(name: str, column: str, predicate: str, claim: str, remedy: str, *, is_error: bool = True) -> Measure:
    """No row satisfies the predicate."""
    return Measure(
        name, f"count(*) filter ({predicate})", claim, remedy, high=0, is_error=is_error, column=column, offenders=predicate
    )


def unique(columns: tuple[str, ...], relation: str, remedy: str) -> Measure:
    """No two rows share these columns."""
    grain = ", ".join(columns)
    repeated = f"select {grain} from {relation} group by all having count(*) > 1"
    return Measure(
        "repeated_rows",
        f"count(*) - count(distinct row({', '.join(f't.{c}' for c in columns)}))",
        f"one row per {grain}",
        remedy,
        high=0,
        offenders=f"row({', '.join(f't.{c}' for c in columns)}) in (select row({grain}) from ({repeated}))",
    )


def text(value: str) -> str:
    """A value as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
