"""`cx metric`: a KPI by month and by one cut, as it was published.

The answer is rows of `kpi_period`, never sums or means of them: a cut that is not published is refused, because a rate of
months or of countries cannot be had from the rates of each. Asked for MetricFlow, it counts anew instead (`metricflow`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.core.errors import UnknownName
from ingest.core.paths import Paths
from orchestration.reader import published

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIOD, WHOLE, STANDARD = "month", "all", "standard"
SPELLINGS = {"metric_time": PERIOD, "metric_time__month": PERIOD, "country": "country_code"}
METRICFLOW = "metricflow"
_SHOWN = "value, interval_low, interval_high, numerator, denominator, n, is_small_n, is_complete, unit"


def ask(
    paths: Paths, kpi: str, by: Sequence[str], variant: str | None, engine: str
) -> tuple[list[str], list[tuple[Any, ...]], str]:
    """Column names, rows, and who answered: the published rows unless MetricFlow was asked for, whose variant is its own."""
    if engine != METRICFLOW:
        return *metric(paths, kpi, by, variant), "the published rows of kpi_period"
    if variant:
        raise UnknownName(f"MetricFlow has one variant of {kpi}", "Leave out --variant, or --engine metricflow.")
    from orchestration.reach import metricflow

    words = [SPELLINGS.get(word, word) for word in by]
    cuts = [word for word in words if word != PERIOD]
    return *metricflow.metric(paths, kpi, cuts, by_month=PERIOD in words), "MetricFlow, from the warehouse as it stands"


def metric(paths: Paths, kpi: str, by: Sequence[str], variant: str | None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows, oldest month first; without `month` in `by` the newest complete month alone.

    UnknownName for a KPI, a variant or a cut that is not published, with those that are.
    """
    asked = [SPELLINGS.get(word, word) for word in by]
    cuts = [word for word in asked if word != PERIOD]
    with published(paths) as connection:
        chosen = _variant(connection, kpi, variant)
        cut = _cut(connection, kpi, chosen, cuts)
        newest = "" if PERIOD in asked else "and period_start = (select max(period_start) from rows_asked where is_complete)"
        segment = "" if cut == WHOLE else f'segment as "{cut}", '
        answer = connection.execute(
            "with rows_asked as (select * from kpi_period where kpi_id = ? and variant = ? and grain = 'month' and segment_type = ?) "
            f"select strftime(period_start, '%Y-%m') as month, {segment}{_SHOWN} from rows_asked where true {newest} "
            "order by period_start, segment",
            [kpi, chosen, cut],
        )
        return [column[0] for column in answer.description or []], answer.fetchall()


def _variant(connection: DuckDBPyConnection, kpi: str, variant: str | None) -> str:
    known = _words(connection, "select distinct variant from kpi_period where kpi_id = ? order by 1", [kpi])
    if not known:
        kpis = _words(connection, "select distinct kpi_id from kpi_period order by 1", [])
        raise UnknownName(f"there is no KPI {kpi}", f"KPIs: {', '.join(kpis)}.")
    chosen = variant or (STANDARD if STANDARD in known else known[0] if len(known) == 1 else None)
    if chosen not in known:
        what = f"{kpi} has no variant {variant}" if variant else f"{kpi} has several variants"
        raise UnknownName(what, f"Say --variant with one of: {', '.join(known)}.")
    return chosen


def _cut(connection: DuckDBPyConnection, kpi: str, variant: str, cuts: Sequence[str]) -> str:
    known = _words(
        connection, "select distinct segment_type from kpi_period where kpi_id = ? and variant = ? order by 1", [kpi, variant]
    )
    if len(cuts) > 1 or (cuts and (cuts[0] not in known or cuts[0] == WHOLE)):
        there = ", ".join([PERIOD, *(word for word in known if word != WHOLE)])
        raise UnknownName(f"{kpi} is not published by {' and '.join(cuts)}", f"By month and at most one more of: {there}.")
    return cuts[0] if cuts else WHOLE


def _words(connection: DuckDBPyConnection, sql: str, values: list[str]) -> list[str]:
    return [str(row[0]) for row in connection.execute(sql, values).fetchall()]
