"""`cx demo`: the planted company, read by the real connectors through its vendors' servers, to published KPIs.

The first run is the company's first morning; a run after one that ended in publication is the next morning.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.reader import query
from orchestration.screen import cell, console

if TYPE_CHECKING:
    from ingest.sandbox.process import Sandbox

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """What the demo remembers between runs: whose data this is, and the last morning that was published."""

    customers: int
    published_at: str = ""

    @classmethod
    def read(cls, paths: Paths) -> Progress | None:
        try:
            return cls(**json.loads(_file(paths).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def write(self, paths: Paths) -> None:
        """Whole or not at all: a run killed in between must not forget whose data this is."""
        _file(paths).parent.mkdir(parents=True, exist_ok=True)
        beside = _file(paths).with_suffix(".tmp")
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(_file(paths))


def demo(paths: Paths, customers: int, days: int = 1) -> None:
    """Runs `days` mornings and prints the KPIs of the newest complete month. CxError where the data is somebody else's."""
    from ingest.sandbox.process import Sandbox

    progress = _whose(paths, customers)
    console.print(f"planting a company of {customers:,} customers and starting its vendors ...")
    with Sandbox.start(paths.sandbox, customers=customers) as sandbox, _environment(sandbox.environment()):
        for _ in range(days):
            progress = _morning(paths, sandbox, progress)
    show_kpis(paths)
    _show_next(paths)


def _whose(paths: Paths, customers: int) -> Progress:
    """The demo never lands its company on top of other data."""
    progress = Progress.read(paths)
    if progress is None and paths.warehouse.exists():
        raise CxError(
            f"{paths.warehouse} holds data that is not the demo's", "Set CX_DATA_DIR to another directory, or run `make clean`."
        )
    if progress is not None and progress.customers != customers:
        raise CxError(
            f"{paths.root} holds a company of {progress.customers:,} customers",
            f"Use --customers {progress.customers}, set CX_DATA_DIR to another directory, or run `make clean`.",
        )
    progress = progress or Progress(customers)
    progress.write(paths)
    return progress


def _morning(paths: Paths, sandbox: Sandbox, progress: Progress) -> Progress:
    """One run of the daily job; the clock moves only past a morning that was published."""
    from orchestration.run import run_job

    if progress.published_at == sandbox.clock.isoformat():
        sandbox.advance(sandbox.clock + _DAY)
    console.print(f"[bold]{cell(sandbox.clock)}[/] read, resolve, build, check, publish ...")
    started = time.monotonic()
    report = run_job("daily", paths, progress=console.is_terminal)
    seconds = time.monotonic() - started
    console.print(f"  {report.materialized} tables made, {report.checks} checks passed, published in {seconds:.0f} s")
    for warning in report.warnings:
        console.print(f"  [yellow]warning[/] {escape(warning)}")
    done = Progress(progress.customers, sandbox.clock.isoformat())
    done.write(paths)
    return done


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Points the connectors at the sandbox for as long as it runs."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


_KPIS = """
with newest as (
    -- the newest complete month that can be told: a conversion rate is mature only 90 days later
    select * from kpi_period where is_complete and grain = 'month' and segment_type = 'all' and value is not null
    qualify row_number() over (partition by kpi_id, variant order by period_start desc) = 1
),

next_targets as (
    select * from kpi_targets where deadline >= (select max(period_start) from newest)
    qualify row_number() over (partition by kpi_id, variant order by deadline) = 1
)

select
    strftime(newest.period_start, '%Y-%m') as month,
    kpi_catalog.name,
    newest.value,
    newest.unit,
    newest.n,
    newest.direction,
    next_targets.aim,
    next_targets.kind,
    next_targets.target
from newest
inner join kpi_catalog using (kpi_id, variant)
left join next_targets using (kpi_id, variant)
order by newest.kpi_id, newest.variant <> 'standard', newest.variant
"""


def show_kpis(paths: Paths) -> None:
    """The newest complete month against its targets."""
    _, rows = query(paths, _KPIS)
    table = Table("KPI", "month", title="KPIs, newest complete month", title_justify="left", header_style="bold")
    for column in ("value", "target", "n"):
        table.add_column(column, justify="right")
    table.add_column("unit")
    for month, name, value, unit, n, direction, aim, kind, target in rows:
        table.add_row(str(name), str(month), _value(value, aim, direction), _aim(aim, kind, target), f"{n:,}", str(unit))
    console.print(table)


def _value(value: Any, aim: Any, direction: object) -> str:
    """Green where the target is met, yellow where it is not."""
    told = f"{value:,.2f}"
    if aim is None:
        return told
    return f"[green]{told}[/]" if (value >= aim) == (direction == "higher_better") or value == aim else f"[yellow]{told}[/]"


def _aim(aim: Any, kind: object, target: Any) -> str:
    """The target as a level where its baseline is known, else as the change that is asked for."""
    if aim is not None:
        return f"{aim:,.2f}"
    return "" if target is None else f"{target:+g} {'%' if kind == 'relative' else kind}"


def _show_next(paths: Paths) -> None:
    here = _shown(paths.published)
    console.print(f"published file: [bold]{escape(here)}[/]", soft_wrap=True)
    console.print("next:")
    for command, told in (
        ('cx query "select * from customer_360 limit 5"', "one row per customer"),
        ("cx status", "sources, gates, publication"),
        ("cx ui", "the whole graph, its runs and checks"),
        ("cx demo", "the next day"),
    ):
        console.print(f"  [bold]{escape(command)}[/]  {told}", soft_wrap=True)


def _shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _file(paths: Paths) -> Path:
    return paths.sandbox / "demo.json"
