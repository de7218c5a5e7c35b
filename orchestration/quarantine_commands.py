"""`cx quarantine list|show|replay`: what did not fit, why, and landing it once the declaration is repaired."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from ingest.core.errors import UnknownName
from ingest.core.paths import Paths
from orchestration.command import Add

_SOME = 20


def add_commands(add: Add) -> None:
    """Declares the command; `add` makes one."""
    quarantine = add("quarantine", _quarantine, "records that did not fit: list them, show them, land them after a repair")
    quarantine.add_argument("what", choices=("list", "show", "replay"), help="counts by reason, the records, or another try")
    quarantine.add_argument("source", nargs="*", help="only these sources (default: all); for show also a record's id")


def _quarantine(asked: argparse.Namespace, paths: Paths) -> int | None:
    return {"list": _list, "show": _show, "replay": _replay}[asked.what](asked.source, paths)


def _list(wanted: Sequence[str], paths: Paths) -> int | None:
    from orchestration.screen import console, show_rows

    rows = _asked(
        paths,
        _sources(wanted),
        "select '{source}', resource, field, value_class, reason, count(*), min(observed_at)::date, max(observed_at)::date "
        "from {schema}.quarantine group by all",
    )
    if rows:
        show_rows(("source", "table", "field", "what stood there", "reason", "records", "first", "newest"), sorted(rows, key=str))
    else:
        console.print("nothing is in quarantine")
    return None


def _show(wanted: Sequence[str], paths: Paths) -> int | None:
    """Whole records, as JSON lines: personal data is for the one who asks, and goes nowhere else."""
    from ingest.registry import SOURCES

    ids = [name for name in wanted if name not in SOURCES and len(name) == 32]
    sources = _sources([name for name in wanted if name not in ids])
    chosen = "where list_contains($ids, id)" if ids else f"order by observed_at desc, id limit {_SOME}"
    columns = ("source", "id", "resource", "record_key", "field", "value_class", "reason", "observed_at", "record")
    listed = ", ".join(columns[1:])
    query = f"select '{{source}}', {listed} from {{schema}}.quarantine {chosen}"
    found = _asked(paths, sources, query, {"ids": ids} if ids else None)
    for row in found:
        told: dict[str, Any] = dict(zip(columns, row, strict=True))
        told["record"] = json.loads(told["record"])
        sys.stdout.write(json.dumps(told, default=str, ensure_ascii=False) + "\n")
    if ids and not found:
        raise UnknownName(f"no record {', '.join(ids)} is in quarantine", "`cx quarantine show` lists the newest with their ids.")
    return None


def _replay(wanted: Sequence[str], paths: Paths) -> int | None:
    from ingest.core.load import configure_dlt
    from ingest.core.replay import replay
    from ingest.registry import SOURCES
    from orchestration.screen import console, show_rows

    configure_dlt()
    held = {str(row[0]) for row in _asked(paths, _sources(wanted), "select '{source}' from {schema}.quarantine limit 1")}
    done = [told for name in sorted(held) for told in replay(SOURCES[name], paths)]
    if not done:
        console.print("nothing is in quarantine")
        return None
    rows = [(told.source, told.resource, told.landed, told.superseded, told.still_unfit) for told in done]
    show_rows(("source", "table", "landed", "superseded by newer versions", "still do not fit"), rows)
    if any(told.landed for told in done):
        console.print("`cx build` takes what landed to the published tables")
    return 1 if any(told.still_unfit for told in done) else None


def _sources(wanted: Sequence[str]) -> list[str]:
    from ingest.registry import SOURCES

    if unknown := [name for name in wanted if name not in SOURCES]:
        raise UnknownName(f"there is no source {', '.join(unknown)}", f"Sources: {', '.join(SOURCES)}.")
    return list(wanted) or list(SOURCES)


def _asked(paths: Paths, sources: Sequence[str], query: str, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The answers of every source that has landed anything; `query` is a template over source and schema, `given` its parameters."""
    import duckdb

    from ingest.core.lock import writer
    from ingest.core.places import warehouse_of
    from ingest.registry import SOURCES

    warehouse = warehouse_of(paths)
    with writer(paths, "cx quarantine"), duckdb.connect(warehouse, read_only=True) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "select schema_name from duckdb_tables() where table_name = 'quarantine'"
            ).fetchall()
        }
        found: list[tuple[Any, ...]] = []
        for name in sources:
            schema = SOURCES[name].schema
            if schema in there:
                found += connection.execute(query.format(source=name, schema=schema), given).fetchall()
        return found
