"""What `cx` prints: tables for people, CSV and JSON for machines. Nothing is read or decided here."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest.core.paths import Paths
from orchestration.gates import ORDER, TITLES
from orchestration.status import Publication, Reconciled, SourceStatus, Status, age, read_publication

if TYPE_CHECKING:
    from ingest.core.load import IngestReport
    from ingest.core.spec import Source
    from orchestration.bench.table import Figure

MOST_ROWS = 200
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)  # a pipe has no width of its own


def show_rows(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """An answer as a table; long ones are cut, and say so."""
    table = Table(*(escape(name) for name in names), header_style="bold")
    for row in rows[:MOST_ROWS]:
        table.add_row(*(escape(cell(value)) for value in row))
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"{len(rows) - MOST_ROWS} more rows; --csv gives all of them", style="dim")


def cell(value: object) -> str:
    """A value as people read it: no trailing digits of binary fractions, instants to the second, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def show_csv(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if value is None else value for value in row] for row in rows)


def show_status(status: Status, *, as_json: bool = False) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(status), default=_plain, indent=2) + "\n")
        return
    if status.writing:
        console.print(f"[yellow]sources cannot be read now:[/] {escape(status.writing)}")
    else:
        console.print(_sources_table(status.sources, status.now))
    console.print(_gates_table(status))
    for hold in status.holds:
        console.print(f"[red]{hold.gate}[/] holds [bold]{escape(hold.subject)}[/] since {hold.since}: {escape(hold.reason)}")
    for gap in status.missing:
        many = f"{gap.rows:,} row{'' if gap.rows == 1 else 's'}"
        console.print(
            f"[red]unexplained[/]: {many} of [bold]{escape(gap.source)}.{escape(gap.resource)}[/], missed at {gap.where}"
        )
    console.print(f"[red]{status.trouble}[/]" if status.trouble else _publication_line(status.publication, datetime.now(UTC)))
    if status.publication is not None and status.publication.rows is not None:
        console.print(_rows_line(status.publication.rows), style="dim", soft_wrap=True)


def _rows_line(rows: Reconciled) -> str:
    """Where the rows of the newest runs went."""
    return (
        f"rows: {rows.extracted:,} read = {rows.landed:,} landed + {rows.quarantined:,} in quarantine "
        f"+ {rows.suppressed:,} of erased people + {rows.duplicates:,} twice; of {rows.stored:,} stored {rows.attributed:,} belong to "
        f"a customer, {rows.unattributed:,} lead to nobody, {rows.without_identifiers:,} name nobody, {rows.left_out:,} are left out "
        f"for a cause, the others serve them; {rows.unexplained:,} unexplained (row_reconciliation)"
    )


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _sources_table(sources: Sequence[SourceStatus], now: datetime) -> Table:
    table = Table("source", "newest run (vendor's clock)", "age", header_style="bold", title="what landed", title_justify="left")
    for name in ("rows read", "stored", "quarantined", "calls used"):
        table.add_column(name, justify="right")
    for source in sources:
        if source.observed_at is None or not source.is_on:
            table.add_row(source.title, "[dim]never[/]" if source.is_on else "[dim]off: no settings[/]", "", "", "", "", "")
            continue
        old = f"{age(source.observed_at, now)}{' (stale)' if source.is_stale else ''}{'' if source.is_complete else ' (incomplete)'}"
        counts = (f"{count:,}" for count in (source.extracted, source.stored, source.quarantined))
        table.add_row(
            source.title, cell(source.observed_at), f"[yellow]{old}[/]" if source.is_stale else old, *counts, _used(source)
        )
    return table


def _used(source: SourceStatus) -> str:
    """Calls of an allowance, as its window stands now."""
    if source.calls is None:
        return ""
    budget = source.calls.budget
    window = age(datetime.min, datetime.min + budget.per) if budget.per >= timedelta(minutes=1) else f"{budget.per.seconds} s"
    told = f"{source.calls.used:,} of {budget.calls:,} in {window}"
    return f"[yellow]{told}[/]" if source.calls.used >= budget.calls else told


def _gates_table(status: Status) -> Table:
    table = Table("gate", "what it asks", "", header_style="bold", title="gates", title_justify="left")
    closed = {hold.gate for hold in status.holds}
    passed = set(status.publication.gates) if status.publication else set()
    for gate in ORDER:
        verdict = (
            "[red]closed[/]" if gate in closed else "[green]passed[/]" if gate in passed and not closed else "[dim]not told[/]"
        )
        table.add_row(gate, TITLES[gate], verdict)
    return table


def _publication_line(publication: Publication | None, now: datetime) -> str:
    if publication is None:
        return "[yellow]nothing is published yet[/]: `cx demo` or `cx run` makes the first publication"
    as_of = cell(publication.data_as_of) or "unknown"
    rows = f"{sum(publication.tables.values()):,} rows in {len(publication.tables)} tables"
    return f"published {age(publication.published_at, now)} ago by run {publication.run_id[:8]}: {rows}, data as of {as_of}"


def show_published(paths: Paths) -> None:
    """What a run has just published."""
    publication = read_publication(paths)
    console.print(_publication_line(publication, datetime.now(UTC)))
    console.print(f"file: {paths.published}", style="dim", soft_wrap=True, markup=False)


def show_landed(report: IngestReport) -> None:
    """What one reading of the vendors did to each raw table; nothing where nothing could be read."""
    if not report.runs:
        return
    table = Table("source", "table", "read", header_style="bold")
    for name in ("extracted", "landed", "duplicates", "quarantined", "suppressed", "calls"):
        table.add_column(name, justify="right")
    for run in report.runs:
        told = (run.extracted, run.landed, run.duplicates, run.quarantined, run.suppressed, run.calls)
        counts = (f"{count:,}" for count in told)
        table.add_row(run.source, run.resource, run.mode if run.is_complete else "[red]incomplete[/]", *counts)
    console.print(table)


def show_figures(figures: Sequence[Figure]) -> None:
    """The benchmark's table: each figure beside its floor and its goal."""
    table = Table("figure", header_style="bold")
    for name in ("value", "floor", "ratio", "goal"):
        table.add_column(name, justify="right")
    table.add_column("met")
    for figure in figures:
        floor, ratio = (f"{number:,.4g}" if number is not None else "" for number in (figure.floor, figure.ratio))
        table.add_row(
            figure.name,
            f"{figure.value:,.4g} {figure.unit}",
            floor,
            ratio,
            figure.goal,
            "[green]yes[/]" if figure.met else "[yellow]no[/]",
        )
    console.print(table)


def show_sources(sources: Sequence[Source]) -> None:
    """The settings of every source, as environment variables."""
    from ingest.core.settings import variable

    table = Table("source", header_style="bold")
    table.add_column("variable", no_wrap=True, overflow="fold")
    table.add_column("where to find its value")
    table.add_column("now")
    for source in sources:
        for position, setting in enumerate(source.settings):
            name = variable(source, setting)
            now = (
                "[green]set[/]"
                if os.environ.get(name)
                else escape(setting.default)
                if setting.default is not None
                else "[yellow]missing[/]"
            )
            title = source.title if position == 0 else ""
            table.add_row(title, name, escape(setting.where), now, end_section=position == len(source.settings) - 1)
    console.print(table)
    console.print(
        "Set them in the environment, or under [sources.<source>] in .dlt/secrets.toml.".replace("[", "\\["), style="dim"
    )
