"""Gate 1, what no declaration says: how a run compares with the runs before it, learnt from them.

Of each run that brought enough rows the warehouse keeps, per table, how often each column was filled and which words columns
of few words held, in which shares (`quality_state.landed_figures`). A run is held against the earlier ones of its mode; what
is unusual warns, since only a person knows whether it was meant.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import duckdb

from ingest.core.spec import Kind, Resource, Source
from orchestration.quality.landed import History, Run
from orchestration.quality.measures import SMALL, Measure, text

LEAST_RUNS, LEAST_WEEKS = 5, 4
FEW_WORDS = 20  # a column of more different words is no list of states
_FILLED, _SHARE = "filled", "share"
_DEVIATIONS = 5 * 1.4826  # of the median absolute deviation, which estimates a standard deviation by 1.4826
_CREATE = """
create schema if not exists quality_state;
create table if not exists quality_state.landed_figures (
    table_name varchar, run_id varchar, mode varchar, observed_at timestamptz, figure varchar, subject varchar, word varchar,
    value double, primary key (table_name, run_id, figure, subject, word)
)
"""
_COLUMNS = ("table_name", "run_id", "mode", "observed_at", "figure", "subject", "word", "value")
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of one table: the share of filled rows by column, and of each word by column of few words."""

    table: str
    run: Run
    filled: Shares = field(default_factory=dict)
    shares: Mapping[str, Shares] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """As rows of `quality_state.landed_figures`."""
        told = [(_FILLED, column, "", value) for column, value in self.filled.items()]
        told += [(_SHARE, column, word, value) for column, words in self.shares.items() for word, value in words.items()]
        for figure in told:
            yield (self.table, self.run.run_id, self.run.mode, self.run.observed_at, *figure)


def figures_of(
    connection: duckdb.DuckDBPyConnection, source: Source, resource: Resource, columns: Sequence[str], run: Run | None
) -> Figures | None:
    """What the run brought; None where it brought too little to say anything."""
    declared = [column for column in resource.columns if column.name in columns]
    if run is None or run.landed < SMALL or "_run_id" not in columns or not declared:
        return None
    relation, table = f'"{source.schema}"."{resource.name}"', f"{source.schema}.{resource.name}"
    words = [c.name for c in declared if c.kind in (Kind.TEXT, Kind.FLAG) and not c.personal and c.name not in resource.key]
    counted = [f'count("{c.name}") / count(*)' for c in declared] + [f'approx_count_distinct("{name}")' for name in words]
    found = connection.execute(
        f"select count(*), {', '.join(counted)} from {relation} where _run_id = ?", [run.run_id]
    ).fetchone()
    if found is None or found[0] < SMALL:  # later runs told most of these rows again
        return None
    filled = dict(zip((c.name for c in declared), found[1 : 1 + len(declared)], strict=True))
    few = [name for name, distinct in zip(words, found[1 + len(declared) :], strict=True) if 0 < distinct <= FEW_WORDS]
    return Figures(table, run, filled, {name: _words(connection, relation, name, run) for name in few})


def _words(connection: duckdb.DuckDBPyConnection, relation: str, column: str, run: Run) -> Shares:
    return dict(
        connection.execute(
            f'select "{column}"::varchar, count(*) / sum(count(*)) over () from {relation} '
            f'where _run_id = ? and "{column}" is not null group by 1 order by 2 desc limit {2 * FEW_WORDS}',
            [run.run_id],
        ).fetchall()
    )


def remember(connection: duckdb.DuckDBPyConnection, figures: Iterable[Figures]) -> None:
    """Keeps what these runs brought; a run that is judged twice is kept once."""
    import pyarrow as pa

    connection.execute(_CREATE)
    rows = [row for one in figures for row in one.rows()]
    if rows:  # as one table: row by row they cost 10 ms each
        told = pa.table(dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
        connection.register("told", told)
        connection.execute(f"insert or replace into quality_state.landed_figures select {', '.join(_COLUMNS)} from told")
        connection.unregister("told")


def earlier_figures(connection: duckdb.DuckDBPyConnection, now: Figures) -> list[Figures]:
    """The earlier runs of the same table and mode, oldest first; none before anything was kept."""
    try:
        found = connection.execute(
            "select run_id, figure, subject, word, value from quality_state.landed_figures "
            "where table_name = ? and mode = ? and observed_at < ? order by observed_at, run_id",
            [now.table, now.run.mode, now.run.observed_at],
        ).fetchall()
    except duckdb.CatalogException:
        return []
    filled: dict[str, dict[str, float]] = {}
    shares: dict[str, dict[str, dict[str, float]]] = {}
    for run_id, figure, subject, word, value in found:
        if figure == _FILLED:
            filled.setdefault(run_id, {})[subject] = value
        else:
            shares.setdefault(run_id, defaultdict(dict))[subject][word] = value
    return [Figures(now.table, now.run, told, shares.get(run_id, {})) for run_id, told in filled.items()]


def learnt(source: Source, resource: Resource, history: History, now: Figures | None, before: Sequence[Figures]) -> list[Measure]:
    """What the earlier runs lead to expect of the newest one; nothing before there are enough of them."""
    told = list(_volume(source, resource, history))
    if now is not None and len(before) >= LEAST_RUNS:
        look = f"See what changed at {source.title}; if it was meant, later runs are held against it too."
        told.append(_said("learnt_filled", "columns are as filled as in earlier runs", list(_emptier(now, before)), look))
        teach = f"Teach dbt_project/models/staging/{source.name} the new words."
        told.append(_said("learnt_words", "columns of few words hold words seen before", list(_new_words(now, before)), teach))
        told.append(_said("learnt_shares", "words keep their shares of earlier runs", list(_drifted(now, before)), look))
    return told


def _volume(source: Source, resource: Resource, history: History) -> Iterator[Measure]:
    """Rows of the newest increment against the same weekday of earlier weeks."""
    newest = history.newest
    if newest is None or newest.mode != "changes" or not newest.is_complete:
        return
    same = [r.landed for r in history.earlier if r.mode == newest.mode and r.is_complete and r.weekday == newest.weekday]
    if len(same) < LEAST_WEEKS:
        return
    usual = median(same)
    room = max(_DEVIATIONS * _spread(same), usual / 2, 20)
    low, high = max(0, math.floor(usual - room)), math.ceil(usual + room)
    why = f"See whether {source.title} was quiet or busy that day, or the listing of {resource.name} lost or gained a filter."
    claim = f"a run of this weekday brings {low:,} to {high:,} rows (usually {usual:,.0f})"
    yield Measure("learnt_rows", str(newest.landed), claim, why, low, high, is_error=False)


def _emptier(now: Figures, before: Sequence[Figures]) -> Iterator[str]:
    for column, value in now.filled.items():
        known = [run.filled[column] for run in before if column in run.filled]
        if len(known) >= LEAST_RUNS and abs(value - median(known)) > max(0.1, _DEVIATIONS * _spread(known)):
            yield f"{column} {value:.0%}, usually {median(known):.0%}"


def _new_words(now: Figures, before: Sequence[Figures]) -> Iterator[str]:
    for column, words in now.shares.items():
        known = {word for run in before for word in run.shares.get(column, {})}
        fresh = sorted(word for word, share in words.items() if word not in known and share >= 0.01)
        if known and fresh:
            yield f"{column}: {', '.join(fresh[:5])}"


def _drifted(now: Figures, before: Sequence[Figures]) -> Iterator[str]:
    """Columns whose words moved further from the usual shares than twice what any earlier run did."""
    for column, words in now.shares.items():
        known = [run.shares[column] for run in before if column in run.shares]
        if len(known) >= LEAST_RUNS:
            usual = {word: sum(run.get(word, 0) for run in known) / len(known) for word in {w for run in known for w in run}}
            moved = _distance(words, usual)
            if moved > max(0.15, 2 * max(_distance(run, usual) for run in known)):
                yield f"{column}: {moved:.0%} of rows"


def _distance(one: Shares, other: Shares) -> float:
    """The share of rows that would have to change their word (total variation)."""
    return sum(abs(one.get(word, 0) - other.get(word, 0)) for word in one.keys() | other.keys()) / 2


def _spread(values: Sequence[float]) -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _said(name: str, claim: str, found: Sequence[str], remedy: str) -> Measure:
    return Measure(name, str(len(found)), claim, remedy, high=0, is_error=False, detail=text("; ".join(found)) if found else "")
