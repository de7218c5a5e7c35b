"""Gate 3: what is expected of a table that is about to be published, from the facts and the last publication."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orchestration.quality.facts import Published, Range
from orchestration.quality.measures import Measure, Table, filled, missing_columns, no_table, none_where, rows, text, unique

_KEEPS = 0.9
_GROWS = 3


@dataclass(frozen=True, slots=True)
class Last:
    """What the last publication held of one table. Codes are the distinct values of the columns that facts say to keep."""

    columns: Sequence[str] = ()
    rows: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)


def published_table(name: str, facts: Published, columns: Sequence[str], last: Last | None) -> Table:
    """The table with everything expected of it; `columns` are those the next publication has (none: there is no table)."""
    relation = f'"{name}"'
    if not columns:
        return Table(name, relation, (), (no_table("Run the dbt build again; its log says why the model was not made."),))
    there = set(columns)
    measures = [
        missing_columns(facts.columns, columns, f"Compare dbt_project/models/published/published__{name} with its contract."),
        *_volume(name, facts, columns, last),
        *_content(name, facts, there),
    ]
    if facts.is_unique and set(facts.grain) <= there:
        measures.append(unique(facts.grain, relation, "A join repeats rows: aggregate to the grain before joining."))
    return Table(name, relation, tuple(column for column in facts.grain if column in there), tuple(measures))


def _volume(name: str, facts: Published, columns: Sequence[str], last: Last | None) -> Iterator[Measure]:
    """How much there is, against the last publication."""
    meant = "If the change is meant, publish once with CX_GATES_FORGET_HISTORY=1."
    if last is None:
        yield rows(facts.min_rows, None, "first publication", "Find the first empty layer with `cx status`.")
        return
    low, high = math.ceil(_KEEPS * last.rows), max(1000, _GROWS * last.rows)
    yield rows(
        max(low, facts.min_rows),
        high,
        f"the last publication had {last.rows:,}",
        f"Find the layer that lost or repeated rows. {meant}",
    )
    gone = [column for column in last.columns if column not in columns]
    yield Measure(
        "columns_gone",
        str(len(gone)),
        f"no column of the last publication is gone{_which(gone)}",
        "Readers may use it: name the change in dbt_project/docs/changelog.md.",
        high=0,
        is_error=False,
    )
    for column, count in last.values.items():
        if column in columns:
            yield Measure(
                f"values_{column}",
                f"count(t.{column})",
                f"at least {_KEEPS:.0%} of the {count:,} values of {column} are still there",
                f"See which source or KPI stopped giving values. {meant}",
                low=math.ceil(_KEEPS * count),
                column=column,
            )
    for column, codes in last.codes.items():
        if column in columns and codes:
            yield _kept(name, column, codes, meant)


def _kept(name: str, column: str, codes: Sequence[str], meant: str) -> Measure:
    """Every code the last publication knew is still there: a source or a KPI does not vanish unseen."""
    listed = ", ".join(text(code) for code in codes)
    gone = f'(select c from unnest([{listed}]) as u(c) where c not in (select {column} from "{name}" where {column} is not null))'
    return Measure(
        f"gone_{column}",
        f"(select count(*) from {gone})",
        f"no {column} of the last publication has vanished",
        f"See whether its source still lands and its model still runs. {meant}",
        high=0,
        column=column,
        detail=f"(select string_agg(c, ', ' order by c) from {gone})",
    )


def _content(name: str, facts: Published, there: set[str]) -> Iterator[Measure]:
    for column, share in facts.filled.items():
        if column in there:
            yield filled(column, share, f"Follow {column} back from dbt_project/models/published/published__{name}.sql.")
    for band in facts.ranges:
        if band.column in there:
            yield none_where(
                band.name,
                band.column,
                _outside(band),
                band.claim,
                "Compute the row again from numerator and denominator; one of them is wrong.",
            )


def _outside(band: Range) -> str:
    return f"({band.where} and t.{band.column} is not null and not (t.{band.column} between {band.low} and {band.high}))"


def _which(names: Sequence[str]) -> str:
    return f" (gone: {', '.join(names)})" if names else ""
