"""The commands by which what was published reaches other systems."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, astuple, fields
from pathlib import Path

from ingest.core.paths import Paths
from orchestration.command import Add, port


def add_commands(add: Add) -> None:
    """Declares the commands; `add` makes one."""
    serve = add("serve", _serve, "answer look-ups of customers over HTTP: who has this e-mail address, phone number or id")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine alone)")
    serve.add_argument("--port", type=port, default=8350, help="port to listen on (default 8350)")
    quack = add("quack", _quack, "answer DuckDB clients on this machine over DuckDB's remote protocol (extra `quack`, a preview)")
    quack.add_argument("--port", type=port, default=9494, help="port to listen on (default 9494, Quack's own)")
    mirror = add("mirror", _mirror, "copy what is published into another database, whole or not at all")
    mirror.add_argument("target", choices=("postgres",), help="PostgreSQL, at the address in CX_MIRROR_POSTGRES")
    mirror.add_argument(
        "--role",
        choices=("full", "pseudonymised"),
        default="full",
        help="pseudonymised: no names, no free text, in a schema of its own",
    )
    superset = add(
        "superset", _superset, "set a running Superset up on what is published: database, datasets, charts, a dashboard"
    )
    superset.add_argument("--config", action="store_true", help="print a superset_config.py for a new Superset instead")
    told = "a KPI by month and one cut, as it was published"
    metric = add("metric", _metric, told)
    metric.add_argument("kpi", help="a kpi_id of kpi_catalog, such as nps")
    metric.add_argument("--by", default="month", help="month, a cut such as channel or country_code, or both: month,channel")
    metric.add_argument("--variant", help="a variant of the KPI (default standard)")
    engines = (
        "published: rows of kpi_period, with interval and counts; metricflow: counted now from the warehouse (extra `semantic`)"
    )
    metric.add_argument("--engine", choices=("published", "metricflow"), default="published", help=engines)
    metric.add_argument("--csv", action="store_true", help="all rows as CSV")
    add(
        "docs",
        _docs,
        "write what the warehouse means as pages: dictionary, KPI glossary, column lineage, dbt's own documentation",
    )
    add("dictionary", _dictionary, "write the data dictionary of the published tables as one HTML page")
    activate = add(
        "activate", _activate, "hand a list of customers to the system people work in; prints what it would do unless --send"
    )
    activate.add_argument("target", choices=("hubspot", "salesforce", "webhook"))
    activate.add_argument("--list", dest="list_name", choices=("contact_today", "at_risk"), default="contact_today")
    activate.add_argument("--send", action="store_true", help="really send")


def _metric(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach import metric
    from orchestration.screen import show_csv, show_rows

    by = [word.strip() for word in asked.by.split(",") if word.strip()]
    names, rows, answered_by = metric.ask(paths, asked.kpi, by, asked.variant, asked.engine)
    (show_csv if asked.csv else show_rows)(names, rows)
    sys.stderr.write(f"answered by {answered_by}\n")
    return None


def _docs(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.docs import write_docs
    from orchestration.screen import console

    for place in write_docs(paths):
        console.print(f"written: {place}", soft_wrap=True, markup=False)
    return None


def _dictionary(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.contracts import contracts
    from orchestration.reach.dictionary import write_dictionary
    from orchestration.screen import console

    console.print(f"written: {write_dictionary(paths, contracts(paths))}", markup=False)
    return None


def _activate(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.activation.run import activate
    from orchestration.screen import console, show_rows

    told = activate(paths, asked.target, asked.list_name, send=asked.send)
    console.print(
        f"{asked.list_name}: {told.listed} listed, {told.held_back} held back by consent, {told.unknown_there} not known to "
        f"{asked.target}, {told.sent_before} sent before, {told.new} new"
    )
    show_rows(["reason", "new"], sorted(told.by_reason.items()))
    names = ["key", "customer_id", "reason_code", "reference", "value_at_risk"]
    show_rows(names, [tuple(getattr(entry, name) for name in names) for entry in told.sample])
    if not asked.send:
        console.print("nothing was sent: `--send` does it")
        return None
    console.print(f"sent {told.sent}")
    for why, count in told.refused.items():
        console.print(f"refused {count}: {why}", markup=False)
    return 1 if told.refused else None


def _mirror(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.contracts import contracts
    from orchestration.reach.mirror import mirror
    from orchestration.screen import console, show_rows

    done = mirror(paths, contracts(paths), asked.role)
    if done.stood_already:
        console.print(f"publication {done.publication_id[:8]} is mirrored already")
        return None
    show_rows(["table", "rows"], list(done.rows.items()))
    console.print(f"publication {done.publication_id[:8]}: {sum(done.rows.values()):,} rows in {len(done.rows)} tables")
    if done.dropped:
        console.print(f"no longer published, dropped: {', '.join(done.dropped)}")
    return None


def _serve(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.serve import serve

    serve(paths, asked.host, asked.port)
    return None


def _superset(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.superset import configuration, superset

    sys.stdout.write(configuration() if asked.config else f"{superset(paths)}\n")
    return None


def _quack(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reach.quack import serve
    from orchestration.screen import console

    serve(paths, asked.port, console.print)
    return None


def bench(paths: Paths, file: Path | None) -> None:
    """Asks `cx serve` 50 questions a second for 20 seconds about the publication that stands; prints how long answers took."""
    from orchestration.bench.lookup import GOAL_P95_MS, Answered, bench_lookup
    from orchestration.screen import console, show_rows

    customers, told, spent = bench_lookup(paths, seconds=20, rate=50)
    console.print(
        f"{customers:,} customers, 50 requests a second for 20 seconds; milliseconds, goal: p95 under {GOAL_P95_MS:.0f}"
    )
    show_rows([field.name for field in fields(Answered)], [astuple(line) for line in told])
    if spent:
        console.print(
            f"the server: {spent.cpu_ms:.2f} ms of CPU per request, {spent.cpu_ms * 50 / 10:.1f} % of a core; "
            f"waiting for a processor {spent.waiting_ms:.2f} ms, {spent.waiting:.0%} of the time it had something to do"
        )
    if file:
        server = asdict(spent) if spent else None
        lines = [asdict(line) for line in told]
        file.write_text(json.dumps({"customers": customers, "lines": lines, "server": server}, indent=2) + "\n")
