"""Gate 1: what is expected of a raw table, from its declaration, the facts known about it and the ledger of earlier runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingest.core.landed_types import landed_schema
from ingest.core.spec import Kind, Resource, Source
from orchestration.quality.landed_facts import LANDED, Landed
from orchestration.quality.measures import SMALL, Measure, Table, filled, known, missing_columns, no_table, none_where, rows

_STAMPS = (Kind.INSTANT, Kind.EPOCH)
_CLOCKS_MAY_DIFFER = "interval 1 hour"
_FIRST_YEAR = "timestamptz '2000-01-01 00:00:00+00'"
_KNOWN = 0.95
_ENGINE = ("_run_id", "_observed_at")


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `ingest_runs`."""

    run_id: str
    mode: str
    is_complete: bool
    extracted: int
    quarantined: int
    landed: int
    observed_at: datetime

    @property
    def weekday(self) -> int:
        """Monday is 0, in UTC."""
        return self.observed_at.astimezone(UTC).weekday()


@dataclass(frozen=True, slots=True)
class History:
    """The runs of one table and of its listing of keys, oldest first. filled: shares of the newest run that are counted already."""

    runs: Sequence[Run] = ()
    listings: Sequence[Run] = ()
    filled: Mapping[str, float] = field(default_factory=dict)

    @property
    def newest(self) -> Run | None:
        return self.runs[-1] if self.runs else None

    @property
    def earlier(self) -> Sequence[Run]:
        return self.runs[:-1]


def landed_table(source: Source, resource: Resource, columns: Sequence[str], history: History) -> Table:
    """The table with everything expected of it; `columns` are those the warehouse has (none: there is no table)."""
    name = f"{source.schema}.{resource.name}"
    relation = f'"{source.schema}"."{resource.name}"'
    if not columns:
        return Table(name, relation, (), (no_table(f"Run `cx ingest {source.name}` and read what it says."),))
    facts = LANDED.get((source.name, resource.name), Landed())
    measures = [missing_columns(landed_schema(resource.columns).names, columns, _land_again(source))]
    measures += _volume(source, resource, facts, history)
    if set(_ENGINE) <= set(columns):
        measures += [m for m in _content(source, resource, facts, history) if m.column in columns]
    return Table(name, relation, tuple(key for key in resource.key if key in columns), tuple(measures))


def _land_again(source: Source) -> str:
    return f"Compare ingest/sources/{source.name}.py with the vendor's documentation, then run `cx ingest {source.name}`."


def _volume(source: Source, resource: Resource, facts: Landed, history: History) -> Iterator[Measure]:
    """How much there is, against what landed before."""
    most = max((run.landed for run in history.runs), default=0)
    lost = "Rows merge and never leave a raw table: find out who deleted them, or restore the warehouse and ingest again."
    if most:
        yield rows(math.ceil(0.9 * most), None, f"an earlier run landed {most:,}", lost)
    elif not facts.is_often_empty:
        empty = f"See whether the account holds {resource.name}, and whether the credentials may read them."
        yield rows(1, None, "first run", empty, is_error=facts.is_core)
    if history.newest is not None:
        yield from _newest_run(source, resource, history.newest, history.earlier)
    if resource.keys is not None:
        yield from _listing_shrank(resource, facts, history.listings)


def _newest_run(source: Source, resource: Resource, newest: Run, earlier: Sequence[Run]) -> Iterator[Measure]:
    """What the newest run brought, against earlier runs. A run without changes brings nothing, and that is fine."""
    aside = f"Read raw_{source.name}.quarantine: field and reason say which declared type no longer fits."
    allowed = max(5, math.floor(0.05 * newest.extracted))
    yield Measure(
        "quarantined_rows",
        str(newest.quarantined),
        f"at most {allowed:,} rows of the newest run are in quarantine",
        aside,
        high=allowed,
    )
    whole = f"Run `cx ingest {source.name}` again: it continues where it stopped."
    yield Measure(
        "incomplete_runs",
        str(int(not newest.is_complete)),
        "the newest run read its listing to the end",
        whole,
        high=0,
        is_error=False,
    )
    if not earlier:
        return
    most = max(1000, 10 * max(run.landed for run in earlier))
    why = f"See at the vendor whether {resource.name} were imported in bulk, or a filter of ours no longer works."
    yield Measure("newest_run_rows", str(newest.landed), f"the newest run brings at most {most:,} rows", why, high=most)
    yield from _full_listing_shrank(source, resource, newest, earlier)


def _full_listing_shrank(source: Source, resource: Resource, newest: Run, earlier: Sequence[Run]) -> Iterator[Measure]:
    """A full listing that gives half of the last one was cut short, whatever the vendor's answer said."""
    full = [run.landed for run in earlier if run.mode == "full" and run.is_complete]
    if resource.parent is None and newest.mode == "full" and newest.is_complete and full and full[-1] >= 20:
        low = full[-1] // 2
        why = f"See whether the credentials of {source.title} still reach every record."
        yield Measure(
            "full_listing_rows",
            str(newest.landed),
            f"a full listing brings at least {low:,} rows (the last: {full[-1]:,})",
            why,
            low=low,
        )


def _listing_shrank(resource: Resource, facts: Landed, listings: Sequence[Run]) -> Iterator[Measure]:
    """A listing of keys that was cut short would make every missing row look deleted."""
    complete = [run.landed for run in listings if run.is_complete]
    if len(complete) > 1 and complete[-2] >= 20:
        low = complete[-2] // 2
        why = f"Rows of {resource.name} that are not listed count as deleted: see whether the vendor really deleted them."
        yield Measure(
            "listed_keys",
            str(complete[-1]),
            f"the vendor lists at least {low:,} keys (last time {complete[-2]:,})",
            why,
            low=low,
            is_error=not facts.shrinks,
        )


def _content(source: Source, resource: Resource, facts: Landed, history: History) -> Iterator[Measure]:
    """What the rows look like. A large newest run is judged by itself, so that old rows do not hide what it lacks."""
    newest = history.newest
    scope = f"t._run_id = '{newest.run_id}'" if newest and newest.landed >= SMALL else "true"
    absent = f"See whether the credentials may still read the field, or {source.title} renamed it."
    for column, share in _floors(resource, facts).items():
        measure = filled(column, share, absent, "true" if column in resource.key else scope)
        is_counted = column in history.filled and column not in resource.key
        yield replace(measure, sql=repr(history.filled[column])) if is_counted else measure
    for column, values in facts.known.items():
        yield known(
            column,
            values,
            _KNOWN,
            f"Teach dbt_project/models/staging/{source.name} the new values, then extend the facts.",
            scope,
        )
    for column in facts.varied:
        yield Measure(
            f"variety_{column}",
            f"if(count(t.{column}) < {SMALL}, 2, count(distinct t.{column}))",
            f"{column} takes more than one value",
            f"See whether {source.title} fills the field.",
            low=2,
            column=column,
        )
    for column in facts.positive:
        yield Measure(
            f"negative_{column}",
            f"coalesce(avg((t.{column} < 0)::int) filter ({scope}), 0)",
            f"at most 5% of {column} are below zero",
            "See whether the vendor changed the sign or the unit of amounts.",
            high=0.05,
            column=column,
            offenders=f"{scope} and t.{column} < 0",
        )
    yield from _stamps(resource, facts)


def _floors(resource: Resource, facts: Landed) -> Mapping[str, float]:
    """Keys are always there, the cursor nearly always: without it a later run cannot continue."""
    floors = {key: 1.0 for key in resource.key}
    declared = {column.name for column in resource.columns}
    if resource.cursor is not None and resource.cursor.column in declared:
        floors[resource.cursor.column] = 0.99
    return {**floors, **facts.filled}


def _stamps(resource: Resource, facts: Landed) -> Iterator[Measure]:
    """Nothing happened after the vendor's clock said it was seen; an instant in 1970 or 58000 is a unit misread."""
    misread = "See whether the vendor changed the unit or zone of its stamps, then read the declaration of the column again."
    typed = "See whether the record was dated ahead on purpose; it counts in the period of its date."
    for column in resource.columns:
        name = f"t.{column.name}"
        if column.kind in _STAMPS and column.name not in facts.entered:
            late = "false" if column.name in facts.planned else f"{name} > t._observed_at + {_CLOCKS_MAY_DIFFER}"
            yield none_where(
                f"stamp_{column.name}",
                column.name,
                f"({late} or {name} < {_FIRST_YEAR})",
                f"{column.name} lies between 2000 and the moment the row was seen",
                misread,
            )
        elif (column.kind is Kind.DAY or column.name in facts.entered) and column.name not in facts.planned:
            yield none_where(
                f"stamp_{column.name}",
                column.name,
                f"{name} > t._observed_at::timestamp + interval 1 day",
                f"{column.name} is at most a day ahead of the moment the row was seen",
                typed,
                is_error=False,
            )
