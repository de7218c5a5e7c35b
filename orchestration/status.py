"""What `cx status` knows: what each source landed last, which gate holds what since when, what is published.

Reads three files and imports neither Dagster nor dbt. While a run writes the warehouse, its tables are not opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingest.core.errors import LockHeld
from ingest.core.lock import writer
from ingest.core.paths import Paths
from orchestration.gates import Hold, read_holds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ingest.core.pacing import Use
    from ingest.core.spec import Source


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The newest run of a source over all its tables; `observed_at` is None when it has never landed.

    calls: how much is used of the allowance with the longest window; None where the vendor has none to keep to.
    """

    name: str
    title: str
    observed_at: datetime | None = None
    extracted: int = 0
    stored: int = 0
    quarantined: int = 0
    is_complete: bool = False
    is_stale: bool = True
    is_on: bool = True
    calls: Use | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Rows of one table for whose coming or going no cause is named, and the border they were missed at."""

    source: str
    resource: str
    rows: int
    where: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The rows of each table's newest run on their way, as published; `unexplained` has to be 0."""

    extracted: int
    quarantined: int
    suppressed: int
    duplicates: int
    landed: int
    stored: int
    left_out: int
    without_identifiers: int
    unattributed: int
    attributed: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class Publication:
    """The published file as it describes itself."""

    run_id: str
    published_at: datetime
    data_as_of: datetime | None
    gates: tuple[str, ...]
    tables: dict[str, int]
    rows: Reconciled | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `cx status` prints. `writing` says who holds the warehouse when its tables could not be read.

    now: the clock ages of sources are counted from. trouble: why the published file cannot be read, where it is damaged.
    """

    now: datetime
    sources: list[SourceStatus]
    writing: str
    holds: list[Hold]
    publication: Publication | None
    missing: list[Missing] = field(default_factory=list)
    trouble: str = ""


def read_status(paths: Paths, sources: Sequence[Source]) -> Status:
    """The state of a data directory."""
    now = _vendors_clock(paths) or datetime.now(UTC)
    landed, writing = _landed(paths, sources, now)
    landed = [replace(status, calls=_calls(paths, source)) for status, source in zip(landed, sources, strict=True)]
    publication, trouble = _standing(paths)
    return Status(now, landed, writing, read_holds(paths), publication, read_missing(paths), trouble)


def _standing(paths: Paths) -> tuple[Publication | None, str]:
    """The publication, and why it cannot be read where the file is damaged: everything else is to be told all the same."""
    import duckdb

    from ingest.core.places import refused

    try:
        return read_publication(paths), ""
    except duckdb.IOException as error:
        place = refused(error)
        if place is None:
            raise
        return None, str(place)


def _vendors_clock(paths: Paths) -> datetime | None:
    """The demo's vendors have a clock of their own; None for real ones."""
    from ingest.sandbox.servers.state import State

    try:
        return State.read(paths.sandbox).clock
    except FileNotFoundError:
        return None


def _calls(paths: Paths, source: Source) -> Use | None:
    from ingest.core.pacing import used

    return max(
        used(source, paths.calls(source.name)), key=lambda use: (use.budget.per, use.used / use.budget.calls), default=None
    )


def _landed(paths: Paths, sources: Sequence[Source], now: datetime) -> tuple[list[SourceStatus], str]:
    import duckdb

    from ingest.core.roster import switched_off

    nothing = [SourceStatus(source.name, source.title) for source in sources]
    if not paths.warehouse.exists():
        return nothing, ""
    try:
        with writer(paths, "cx status", wait_seconds=0), duckdb.connect(str(paths.warehouse), read_only=True) as connection:
            off = switched_off(connection)
            return [replace(_source(connection, source, now), is_on=source.name not in off) for source in sources], ""
    except LockHeld as held:
        return nothing, str(held)
    except duckdb.IOException as error:  # opened by a program that does not take our lock, an analyst's shell for one
        return nothing, str(error).splitlines()[0]


_NEWEST = """
with newest as (
    select *, row_number() over (partition by resource order by observed_at desc) as nth from {schema}.ingest_runs
)
select epoch_us(max(observed_at)), sum(extracted), sum(distinct_keys), sum(quarantined), bool_and(is_complete) from newest where nth = 1
"""


def _source(connection: DuckDBPyConnection, source: Source, now: datetime) -> SourceStatus:
    import duckdb

    try:
        found = connection.execute(_NEWEST.format(schema=source.schema)).fetchone()
    except duckdb.CatalogException:
        found = None
    if found is None or found[0] is None:
        return SourceStatus(source.name, source.title)
    observed_at = datetime.fromtimestamp(found[0] / 1e6, UTC)
    extracted, stored, quarantined = (int(value or 0) for value in found[1:4])
    is_stale = now - observed_at > source.max_age
    return SourceStatus(source.name, source.title, observed_at, extracted, stored, quarantined, bool(found[4]), is_stale)


def read_publication(paths: Paths) -> Publication | None:
    """What table `publication` of the published file says; None before the first."""
    import duckdb

    from orchestration.reader import published

    if not paths.published.exists():
        return None
    with published(paths) as connection:
        try:
            rows = connection.execute(
                "select run_id, epoch_us(published_at), epoch_us(data_as_of), gates_passed, table_name, row_count from publication order by table_name"
            ).fetchall()
        except duckdb.CatalogException:
            return None
    if not rows:
        return None
    run_id, published_at, as_of, gates = rows[0][:4]
    tables = {str(row[4]): int(row[5]) for row in rows}
    as_of_instant = _instant(as_of) if as_of is not None else None
    return Publication(run_id, _instant(published_at), as_of_instant, tuple(gates), tables, _reconciled(paths))


_ON_THEIR_WAY = """
select sum(extracted), sum(quarantined), sum(suppressed), sum(duplicates), sum(landed), sum(stored), sum(left_out),
    sum(without_identifiers), sum(unattributed), sum(attributed), sum(unexplained)
from row_reconciliation where is_newest
"""
_GAPS = "select source, resource, unexplained, unexplained_at from row_reconciliation where unexplained <> 0 order by all"


def _reconciled(paths: Paths) -> Reconciled | None:
    """The sums of table `row_reconciliation`; None in a publication that has none."""
    import duckdb

    from orchestration.reader import published

    with published(paths) as connection:
        try:
            found = connection.execute(_ON_THEIR_WAY).fetchone()
        except duckdb.CatalogException:
            return None
    return Reconciled(*(int(value or 0) for value in found)) if found else None


def read_missing(paths: Paths) -> list[Missing]:
    """What the newest build could not explain: it stands in the file that was therefore not published."""
    import duckdb

    if not paths.staging_file.exists():
        return []
    try:
        with duckdb.connect(str(paths.staging_file), read_only=True) as connection:
            return [Missing(*row) for row in connection.execute(_GAPS).fetchall()]
    except (duckdb.CatalogException, duckdb.IOException):  # a build is under way, or ended before this table
        return []


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


def age(since: datetime, now: datetime) -> str:
    """How long ago, as people say it."""
    passed = max(now - since, timedelta())
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if passed.total_seconds() >= seconds:
            return f"{int(passed.total_seconds() // seconds)} {unit}"
    return "0 min"
