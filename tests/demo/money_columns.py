"""Reads compiled SQL for aggregates over amounts in their own currency that no currency keeps apart."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import expressions as exp

NATIVE = ("_minor", "_native")
CONVERTS = ("minor_to_reporting_minor", "to_reporting")
AGGREGATES = (exp.Sum, exp.Avg, exp.Median, exp.Quantile, exp.PercentileCont, exp.Stddev, exp.StddevSamp)


def mixed_sums(sql: str) -> Iterator[str]:
    """Every sum, mean or percentile of native amounts outside a grouping by currency, as SQL."""
    for select in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Select):
        keys = [key.sql() for key in (select.args.get("group") or exp.Group()).find_all(exp.Column)]
        for aggregate in select.find_all(*AGGREGATES):
            if aggregate.find_ancestor(exp.Select) is not select:
                continue
            if _is_native(aggregate) and not any("currency_code" in key for key in [*keys, *_partition(aggregate)]):
                yield aggregate.sql()


def _is_native(aggregate: exp.Expression) -> bool:
    names = [column.name for column in aggregate.find_all(exp.Column)]
    return any(name.endswith(NATIVE) for name in names) and not any(name in CONVERTS for name in names)


def _partition(aggregate: exp.Expression) -> list[str]:
    window = aggregate.find_ancestor(exp.Window)
    return [part.sql() for part in (window.args.get("partition_by") or [])] if window else []
