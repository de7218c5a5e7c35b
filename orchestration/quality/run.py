"""Runs a gate: measures every table while nobody writes, lets Great Expectations judge, and says in words what failed.

CX_GATES_FORGET_HISTORY=1 compares with nothing, for the one run after a change of volume that was meant.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.core.lock import writer
from ingest.core.paths import Paths
from ingest.core.places import refused
from ingest.core.replay import MODE
from ingest.core.roster import switched_off
from ingest.core.spec import Source
from ingest.registry import SOURCES
from orchestration.quality.facts import PUBLISHED, Published
from orchestration.quality.landed import History, Run, landed_table
from orchestration.quality.learnt import Figures, earlier_figures, figures_of, learnt, remember
from orchestration.quality.measures import Measure
from orchestration.quality.profile import Profile, columns_of, sentence, take
from orchestration.quality.published import Last, published_table
from orchestration.quality.results import Gate, GateResult, Severity, site_folder


def validate_landed(paths: Paths, sources: Sequence[str], registry: Mapping[str, Source] = SOURCES) -> list[GateResult]:
    """Gate 1 over every raw table of the named sources, one result per table (`raw_<source>.<table>`)."""
    figures: list[Figures] = []
    with _reading(paths, paths.warehouse, "landed") as connection:
        off = switched_off(connection).intersection(sources)
        profiles = [profile for name in sources if name not in off for profile in _landed(connection, registry[name], figures)]
    if figures:
        with writer(paths, "cx gate landed"), duckdb.connect(str(paths.warehouse)) as connection:
            remember(connection, figures)
    return [
        *_judged("landed", profiles, paths, paths.warehouse),
        *(r for name in sources if name in off for r in _off(registry[name])),
    ]


def _off(source: Source) -> list[GateResult]:
    """Nothing is expected of a source that nobody set up."""
    return [GateResult("landed", f"{source.schema}.{resource.name}", True, "error", 0, 0, ()) for resource in source.resources]


def validate_published(paths: Paths) -> list[GateResult]:
    """Gate 3 over every table of the next publication, against the last one; one result per table."""
    last = _last_publication(paths.published)
    with _reading(paths, paths.staging_file, "published") as connection:
        there = columns_of(connection, "main")
        tables = [published_table(name, facts, there.get(name, ()), last.get(name)) for name, facts in PUBLISHED.items()]
        profiles = [take(connection, table) for table in tables]
    return _judged("published", profiles, paths, paths.staging_file)


def _judged(gate: Gate, profiles: Sequence[Profile], paths: Paths, file: Path) -> list[GateResult]:
    """One result per profile. The file is opened a second time, for the keys of rows to blame, only when something failed."""
    from orchestration.quality.judge import judge

    failed = judge(gate, profiles, site_folder(paths, gate))
    told: dict[str, tuple[str, ...]] = {}
    if any(failed.values()):
        with _reading(paths, file, gate) as connection:
            told = {p.table.name: tuple(sentence(connection, p, m) for m in failed[p.table.name]) for p in profiles}
    return [_result(gate, p, failed[p.table.name], told.get(p.table.name, ())) for p in profiles]


def _result(gate: Gate, profile: Profile, failed: Sequence[Measure], failures: tuple[str, ...]) -> GateResult:
    only_warns = bool(failed) and not any(measure.is_error for measure in failed)
    severity: Severity = "warn" if only_warns else "error"
    return GateResult(gate, profile.table.name, not failed, severity, len(profile.table.measures), len(failed), failures)


@contextmanager
def _reading(paths: Paths, file: Path, gate: Gate) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file as no one writes it; an empty database where there is none, so that every table is found missing by name."""
    with writer(paths, f"cx gate {gate}"), _opened(file) as connection:
        yield connection


@contextmanager
def _opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file read-only, in UTC."""
    with closing(duckdb.connect(str(file), read_only=True) if file.exists() else duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _landed(connection: duckdb.DuckDBPyConnection, source: Source, figures: list[Figures]) -> Iterator[Profile]:
    """Every table of a source, measured; what its newest runs brought goes to `figures`."""
    there = columns_of(connection, source.schema)
    runs = _ledger(connection, source) if "ingest_runs" in there else {}
    for resource in source.resources:
        columns, mine = there.get(resource.name, ()), runs.get(resource.name, ())
        now = figures_of(connection, source, resource, columns, mine[-1] if mine else None)
        history = History(mine, runs.get(f"{resource.name}_keys", ()), now.filled if now else {})
        table = landed_table(source, resource, columns, history)
        usual = learnt(source, resource, history, now, earlier_figures(connection, now) if now and not _forgets() else ())
        figures += [now] if now else []
        yield take(connection, replace(table, measures=(*table.measures, *usual)))


def _ledger(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, list[Run]]:
    """The runs of each table, oldest first; only the newest where history is to be forgotten."""
    found: dict[str, list[Run]] = {}
    for resource, *run in connection.execute(
        "select resource, run_id, mode, coalesce(is_complete, false), coalesce(extracted, 0), coalesce(quarantined, 0), "
        f"coalesce(distinct_keys, 0), observed_at from \"{source.schema}\".ingest_runs where mode <> '{MODE}' order by observed_at, run_id"
    ).fetchall():
        found.setdefault(resource, []).append(Run(*run))
    return {resource: runs[-1:] for resource, runs in found.items()} if _forgets() else found


def _last_publication(file: Path) -> dict[str, Last]:
    """What the file that readers open now holds; empty before the first publication, and where the file is damaged: only the
    next publication mends it, which must not wait for it."""
    if not file.exists() or _forgets():
        return {}
    try:
        with _opened(file) as connection:
            there = columns_of(connection, "main")
            return {name: _last(connection, name, facts, there[name]) for name, facts in PUBLISHED.items() if name in there}
    except duckdb.IOException as error:
        if refused(error) is None:
            raise
        return {}


def _last(connection: duckdb.DuckDBPyConnection, name: str, facts: Published, columns: Sequence[str]) -> Last:
    values, codes = ([column for column in wanted if column in columns] for wanted in (facts.values, facts.keeps))
    counts = ", ".join(["count(*)", *(f"count({column})" for column in values)])
    row = connection.execute(f'select {counts} from "{name}"').fetchone() or (0,)
    known = {
        column: [
            code
            for (code,) in connection.execute(
                f'select distinct {column}::varchar from "{name}" where {column} is not null'
            ).fetchall()
        ]
        for column in codes
    }
    return Last(tuple(columns), row[0], dict(zip(values, row[1:], strict=True)), known)


def _forgets() -> bool:
    return os.environ.get("CX_GATES_FORGET_HISTORY", "") not in {"", "0"}
