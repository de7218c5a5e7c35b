"""The commands that read again: `cx backfill` a stretch of days, `cx refresh` everything; `cx accept-missing` where neither helps."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ingest.core.errors import UnknownName
from ingest.core.paths import Paths
from orchestration.command import Add

if TYPE_CHECKING:
    from ingest.core.again import Again

_BUILD = "`cx build` opens the gate"
_NEXT = "`cx build` takes what landed to the published tables; kpi_restatements then names every figure it moves"


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    backfill = add("backfill", _backfill, "read days of the past again, where the vendor can be asked by date; cursors stay")
    backfill.add_argument("--from", dest="first", type=_day, required=True, metavar="DAY", help="the first day, 2026-06-01 (UTC)")
    backfill.add_argument("--to", dest="last", type=_day, required=True, metavar="DAY", help="the last day, itself included")
    backfill.add_argument("--source", nargs="+", default=[], help="only these sources (default: all that can)")
    refresh = add("refresh", _refresh, "read everything of a source again, as on its first day")
    refresh.add_argument("source", nargs="+", help="a source by name, or all")
    accept = add("accept-missing", _accept, "let rows that are missing from a raw table be, once nothing can bring them back")
    accept.add_argument("source", help="the source")
    accept.add_argument("table", help="its table")
    accept.add_argument("--because", required=True, metavar="TEXT", help="what became of them; kept with the counts")


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be a day like 2026-06-01, not {told!r}") from error


def _backfill(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.core.again import Again, left_out, of_dates
    from ingest.registry import SOURCES

    again = Again.days(asked.first, asked.last)
    for name in _named(asked.source) if asked.source else ():
        of_dates(SOURCES[name])
    able = [name for name in asked.source or SOURCES if len(left_out(SOURCES[name])) < len(SOURCES[name].resources)]
    code = _read(able, paths, again, skip_unconfigured=not asked.source)
    for name in asked.source or SOURCES:
        for table, reason in left_out(SOURCES[name]).items():
            sys.stderr.write(f"left out: {name}.{table} {reason}\n")
    return code


def _refresh(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.core.again import Again

    is_all = "all" in asked.source
    return _read(_named([] if is_all else asked.source), paths, Again(), skip_unconfigured=is_all)


def _accept(asked: argparse.Namespace, paths: Paths) -> int | None:
    import duckdb

    from ingest.core import row_counts
    from ingest.core.lock import writer
    from ingest.core.places import warehouse_of
    from ingest.registry import SOURCES
    from orchestration.screen import console

    _named([asked.source])
    warehouse = warehouse_of(paths)
    with writer(paths, "cx accept-missing"), duckdb.connect(warehouse) as connection:
        rows = row_counts.accept(connection, SOURCES[asked.source], asked.table, asked.because)
    console.print(f"{asked.source}.{asked.table} holds {rows:,} rows, and that is what later runs are held against; {_BUILD}")
    return None


def _named(wanted: Sequence[str]) -> list[str]:
    from ingest.registry import SOURCES

    if unknown := [name for name in wanted if name not in SOURCES]:
        raise UnknownName(f"there is no source {', '.join(unknown)}", f"Sources: {', '.join(SOURCES)}.")
    return list(wanted) or list(SOURCES)


def _read(names: Sequence[str], paths: Paths, again: Again, *, skip_unconfigured: bool) -> int | None:
    from ingest.core.load import ingest
    from orchestration.screen import console, show_landed

    report = ingest(names, paths=paths, progress=sys.stderr.isatty(), skip_unconfigured=skip_unconfigured, again=again)
    show_landed(report)
    for failure in report.failures.values():
        sys.stderr.write(f"error: {f'{failure}'.rstrip('. ')}. {failure.remedy}\n")
    if not report.failures:
        console.print(_NEXT, soft_wrap=True)
    return 1 if report.failures else None
