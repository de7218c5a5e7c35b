"""`cx`: the command. It parses, calls one function and prints; each command imports what it needs when it runs.

Expected failures end in one line that says what is wrong and what to do; `--traceback` shows the rest.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from ingest.core.places import refused
from orchestration import (
    again_commands,
    app_command,
    backup_commands,
    identity_commands,
    kpi_commands,
    privacy_commands,
    quarantine_commands,
    reach_commands,
)
from orchestration.command import Command, port


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it did what was asked, 1 for an expected failure, 130 after Ctrl-C."""
    asked = _parser().parse_args(_as_text(sys.argv[1:] if arguments is None else arguments))
    command: Command = asked.command
    try:
        return command(asked, Paths.from_environment()) or 0
    except CxError as error:
        if asked.traceback:
            raise
        _complain(f"{error}", error.remedy)
    except KeyboardInterrupt:
        _stop()
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        place = refused(error)
        if place is None or asked.traceback:
            raise
        _complain(f"{place}", place.remedy)
    return 1


def _as_text(arguments: Sequence[str]) -> list[str]:
    """The arguments with bytes that are no text as the character that says so: no file, database or terminal takes them."""
    return [argument.encode("utf-8", "replace").decode() for argument in arguments]


def _stop() -> NoReturn:
    """Ends at once, also while a dbt thread still works: DuckDB rolls back what was open, the lock goes with the process."""
    sys.stderr.write("\nstopped. What had landed stays; the next run goes on from there.\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(130)


def _complain(message: str, remedy: str) -> None:
    told = f"error: {message.rstrip('. ')}. {remedy}".rstrip()
    sys.stderr.write(told + "\n")


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--traceback", action="store_true", help="show the whole story of an error")
    parser = argparse.ArgumentParser(
        prog="cx", description="The customer-experience warehouse, from the vendors' APIs to published KPIs."
    )
    commands = parser.add_subparsers(metavar="command", required=True)

    def add(name: str, command: Command, told: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=told, description=told, parents=[common])
        sub.set_defaults(command=command)
        return sub

    demo = add(
        "demo", _demo, "plant a company, read it through its vendors' APIs, publish its KPIs; each further run is the next day"
    )
    demo.add_argument("--customers", type=_positive, default=2000, help="how many customers the company has (default 2000)")
    demo.add_argument("--days", type=_positive, default=1, help="how many days to run (default 1)")
    ingest = add("ingest", _ingest, "read sources into the warehouse")
    ingest.add_argument("source", nargs="+", help="a source by name, or all")
    add("run", _run, "read, resolve, build, check and publish: the daily job, now")
    add("publish", _publish, "check what was built last and publish it")
    status = add("status", _status, "what landed, which gate holds what since when, what is published")
    status.add_argument("--json", action="store_true", help="for machines")
    query = add("query", _query, "ask the published file")
    query.add_argument("sql", help="for example: select * from kpi_period order by period_start desc limit 10")
    query.add_argument(
        "--role", choices=("full", "pseudonymised"), default="full", help="pseudonymised: no names, no free text (default full)"
    )
    query.add_argument("--csv", action="store_true", help="all rows as CSV")
    sources = add("sources", _sources, "every source, its settings and where to find their values")
    sources.add_argument("source", nargs="*", help="only these")
    identity_commands.add_commands(add)
    quarantine_commands.add_commands(add)
    backup_commands.add_commands(add)
    again_commands.add_commands(add)
    reach_commands.add_commands(add)
    privacy_commands.add_commands(add)
    bench = add("bench", _bench, "measure the pipeline, identity, look-ups, or the published KPIs against the planted truth")
    bench.add_argument(
        "what",
        nargs="?",
        choices=("pipeline", "identity", "lookup", "kpis"),
        default="pipeline",
        help="what to measure (default pipeline)",
    )
    bench.add_argument("--records", type=_positive, default=100_000, help="identity: the largest planted set (default 100000)")
    bench.add_argument(
        "--seed", type=_positive, default=7, help="identity: draws the planted people (default 7, what the rules were made on)"
    )
    bench.add_argument("--customers", type=_positive, default=100_000, help="size of the planted company")
    bench.add_argument("--json", metavar="FILE", help="write the same figures as data")
    app_command.add_commands(add)
    ui = add("ui", _ui, "Dagster's web interface on this machine")
    ui.add_argument("--port", type=port, default=3000)
    return parser


def _positive(told: str) -> int:
    if not told.isdecimal() or int(told) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of 1 or more, not {told!r}")
    return int(told)


def _demo(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.demo import demo

    demo(paths, customers=asked.customers, days=asked.days)
    return None


def _ingest(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.core.errors import UnknownName
    from ingest.registry import SOURCES

    wanted = list(SOURCES) if "all" in asked.source else asked.source
    unknown = [name for name in wanted if name not in SOURCES]
    if unknown:
        raise UnknownName(f"there is no source {', '.join(unknown)}", f"Sources: {', '.join(SOURCES)}, or all.")
    from ingest.core.load import ingest
    from orchestration.screen import show_landed

    report = ingest(wanted, paths=paths, progress=sys.stderr.isatty(), skip_unconfigured="all" in asked.source)
    show_landed(report)
    for failure in report.failures.values():
        _complain(f"{failure}", failure.remedy)
    return 1 if report.failures else None


def _run(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.run import run_job
    from orchestration.screen import show_published

    run_job("daily", paths, progress=sys.stderr.isatty())
    show_published(paths)
    return None


def _publish(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.run import run_job
    from orchestration.screen import show_published

    run_job("publish", paths)
    show_published(paths)
    return None


def _status(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.registry import SOURCES
    from orchestration.screen import show_status
    from orchestration.status import read_status

    show_status(read_status(paths, list(SOURCES.values())), as_json=asked.json)
    return None


def _query(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.reader import query
    from orchestration.screen import show_csv, show_rows

    names, rows = query(paths, asked.sql, asked.role)
    (show_csv if asked.csv else show_rows)(names, rows)
    return None


def _sources(asked: argparse.Namespace, paths: Paths) -> int | None:
    from ingest.core.errors import UnknownName
    from ingest.registry import SOURCES
    from orchestration.screen import show_sources

    unknown = [name for name in asked.source if name not in SOURCES]
    if unknown:
        raise UnknownName(f"there is no source {', '.join(unknown)}", f"Sources: {', '.join(SOURCES)}.")
    show_sources([SOURCES[name] for name in asked.source or SOURCES])
    return None


def _bench(asked: argparse.Namespace, paths: Paths) -> int | None:
    from pathlib import Path

    if asked.what == "identity":
        identity_commands.bench(asked.records, asked.seed, Path(asked.json) if asked.json else None)
        return None
    if asked.what == "lookup":
        reach_commands.bench(paths, Path(asked.json) if asked.json else None)
        return None
    if asked.what == "kpis":
        return kpi_commands.bench(paths, Path(asked.json) if asked.json else None)
    from orchestration.bench.table import bench, write_json
    from orchestration.screen import show_figures

    figures = []
    for figure in bench(asked.customers):
        figures.append(figure)
        ratio = f", {figure.ratio:,.4g} x of {figure.floor:,.4g}" if figure.ratio is not None else ""
        sys.stderr.write(f"{figure.name}: {figure.value:,.4g} {figure.unit}{ratio}\n")
        if asked.json:
            write_json(figures, Path(asked.json))
    show_figures(figures)
    return None


def _ui(asked: argparse.Namespace, paths: Paths) -> int | None:
    from orchestration.docs import refresh_lineage
    from orchestration.instance import home
    from orchestration.parts import CHECKOUT

    os.environ["DAGSTER_HOME"] = str(home(paths))
    os.environ.setdefault("CX_DATA_DIR", str(paths.root))
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "orchestration.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(asked.port),
    ]
    refresh_lineage(paths)
    os.chdir(CHECKOUT)
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell on purpose


if __name__ == "__main__":
    sys.exit(main())
