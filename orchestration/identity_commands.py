"""The commands about who is who: `cx why`, `cx merge`, `cx unmerge`, `cx review`, and `cx build`, which puts decisions into effect."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.command import Add

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.identity.decisions import By


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    told = add("why", _why, "why a customer's records are one person, and what became of the id")
    told.add_argument("customer", help="a customer id; one that was merged away leads to its survivor")
    told.add_argument("--json", action="store_true", help="for machines")
    merge = add("merge", _merge, "decide that two customers are one; `cx build` makes it so")
    merge.add_argument("one", help="a customer id, or a record as source:resource:key")
    merge.add_argument("other", help="the other")
    unmerge = add("unmerge", _unmerge, "undo a merge, or take records out of a customer; `cx build` makes it so")
    unmerge.add_argument("customer", help="the customer id that was merged away, or the one that others were merged into")
    unmerge.add_argument("record", nargs="*", help="take out these records instead of those of the last merge")
    review = add("review", _review, "the questions identity has, and their answers")
    review.add_argument("pair", nargs="?", help="the question to answer")
    answer = review.add_mutually_exclusive_group()
    answer.add_argument("--same", action="store_true", help="it is one person")
    answer.add_argument("--different", action="store_true", help="they are two")
    review.add_argument("--json", action="store_true", help="for machines")
    for command in (merge, unmerge, review):
        command.add_argument("--reason", default="", help="why, for the ledger; without personal data")
        command.add_argument("--author", default=None, help="who decides (default: who is logged in)")
    add("train", _train, "learn the matching model from the own records; the next build uses it")
    add("build", _build, "resolve, build, check and publish what has landed, and list the KPI rows that decisions moved")


@contextmanager
def _warehouse(paths: Paths, what: str) -> Iterator[DuckDBPyConnection]:
    """The warehouse, once nobody else writes it."""
    import duckdb

    from ingest.core.lock import writer
    from ingest.core.places import warehouse_of

    warehouse = warehouse_of(paths)
    with writer(paths, what), duckdb.connect(warehouse) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _why(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.identity.why import Event, Evidence, Record, why
    from orchestration.screen import console

    with _warehouse(paths, "cx why") as connection:
        story = why(connection, asked.customer, paths.warehouse.parent)
    if asked.json:
        _print_json(story.as_dict())
        return None
    if story.customer_id != asked.customer:
        console.print(f"{asked.customer} was merged into {story.customer_id}")
    _table("records", Record, story.records)
    _table("evidence", Evidence, story.evidence)
    _table("ledger", Event, story.events)
    if story.household_id:
        console.print(f"lives in household {story.household_id}")
    if story.questions:
        console.print(f"open questions: {', '.join(story.questions)} (`cx review`)")
    return None


def _merge(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.identity.decisions import merge

    with _warehouse(paths, "cx merge") as connection:
        _decided(merge(connection, asked.one, asked.other, _by(asked)))
    return None


def _unmerge(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.identity.decisions import unmerge

    with _warehouse(paths, "cx unmerge") as connection:
        _decided(unmerge(connection, asked.customer, asked.record, _by(asked)))
    return None


def _review(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.identity.decisions import answer

    if asked.pair is None:
        with _warehouse(paths, "cx review") as connection:
            found = connection.execute(
                "select * from identity_state.review_queue order by impact_rows desc, match_weight desc, pair_id"
            )
            _rows([column[0] for column in found.description or []], found.fetchall(), as_json=asked.json)
        return None
    if asked.same == asked.different:
        raise CxError(f"what is the answer to {asked.pair}?", "Say --same or --different.")
    with _warehouse(paths, "cx review") as connection:
        _decided(answer(connection, asked.pair, asked.same, _by(asked)))
    return None


def _train(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.identity.model import load
    from orchestration.run import run_job
    from orchestration.screen import console

    run_job("train_identity", paths)
    model = load(paths.warehouse.parent)
    console.print(f"model {model.version}, trained on {model.trained_on}; `cx build` uses it")
    return None


def _build(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.run import run_job
    from orchestration.screen import show_published

    before = _changes(paths)
    run_job("build", paths, progress=sys.stderr.isatty())
    show_published(paths)
    if _changes(paths) != before:
        show_moves(paths)
    return None


def show_moves(paths: Paths) -> None:
    """The KPI rows that are others than in the publication before."""
    from orchestration.screen import console

    with _warehouse(paths, "cx build") as connection:
        names, rows = moves(connection)
    if rows:
        console.print("KPI rows that moved:")
        _rows(names, rows)
    else:
        console.print("no KPI row moved")


def moves(connection: DuckDBPyConnection) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names, and every KPI row that is another than in the publication before this one (model int_kpi__moves)."""
    key = "kpi_id, variant, grain, period_start, segment_type, segment"
    figures = ", ".join(f"published_{name}, {name}" for name in ("numerator", "denominator", "value", "n"))
    found = connection.execute(
        f"select {key}, {figures}, as_of is distinct from published_as_of as has_newer_data from marts.int_kpi__moves order by {key}"
    )
    return [column[0] for column in found.description or []], found.fetchall()


def _changes(paths: Paths) -> Any:
    """Tells one state of the ledger from the next."""
    from orchestration.identity.state import has_table

    with _warehouse(paths, "cx build") as connection:
        if not has_table(connection, "identity_state", "customer_events"):
            return None
        asked = "select count(*) from identity_state.customer_events where event not in ('created', 'retired')"
        return connection.execute(asked).fetchall()


def bench(records: int, seed: int, file: Path | None) -> None:
    """Measures identity on planted people up to so many records and on the FEBRL sets; prints one table.

    Every line is told on stderr, and written to `file`, as soon as it is measured.
    """
    from orchestration.bench.identity import bench_identity, growth
    from orchestration.screen import console

    lines, names = (
        [],
        ("name", "method", "records", "precision", "recall", "f1", "b_cubed", "largest", "cpu", "peak_mb", "goal", "met"),
    )
    for line in bench_identity(records, seed):
        lines.append(line)
        figures = (f"{name} {_rounded(value)}" for name in names[3:] if (value := getattr(line, name)) not in (None, ""))
        sys.stderr.write(f"{line.name}, {line.method}: {', '.join(figures)}\n")
        if file:
            told = {"seed": seed, "lines": [asdict(one) for one in lines], "growth": growth(lines)}
            file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    _rows(names, [tuple(_rounded(getattr(line, name)) for name in names) for line in lines])
    if (power := growth(lines)) is not None:
        console.print(f"CPU grows with records to the power of {power:.2f}")


def _rounded(value: object) -> object:
    return round(value, 4 if value <= 1 else 1) if isinstance(value, float) else value


def _by(asked: argparse.Namespace) -> By:
    from orchestration.identity.decisions import By

    return By(asked.author or getpass.getuser(), asked.reason)


def _decided(pairs: int) -> None:
    from orchestration.identity.decisions import NEXT
    from orchestration.screen import console

    console.print(f"decided for {pairs} pair{'' if pairs == 1 else 's'} of records. {NEXT}")


def _table(title: str, kind: type[Any], found: Sequence[Any]) -> None:
    from orchestration.screen import console

    names = [field.name for field in fields(kind)]
    console.print(f"[bold]{title}[/]")
    _rows(names, [tuple(getattr(one, name) for name in names) for one in found])


def _rows(names: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool = False) -> None:
    from orchestration.screen import show_rows

    if as_json:
        _print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        show_rows(names, rows)


def _print_json(told: Any) -> None:
    sys.stdout.write(json.dumps(told, default=str, indent=2) + "\n")
