"""Runs sources: extraction and normalisation side by side, loading one at a time under the writer lock.

A run that was killed left its packages behind; they are loaded first. One source's failure never stops another.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import dlt
import duckdb
from dlt.pipeline.exceptions import PipelineStepFailed

from ingest.core import row_counts
from ingest.core.again import Again, of_dates
from ingest.core.build import Run, dlt_source
from ingest.core.errors import CxError, IngestError, SettingMissing, UnknownName
from ingest.core.extract import OnPage, SourceRun
from ingest.core.lock import reader, writer
from ingest.core.masking import masked
from ingest.core.packages import begin_loads_anew, forget_normalised
from ingest.core.paths import Paths
from ingest.core.places import refused
from ingest.core.progress import Progress
from ingest.core.roster import is_on, note
from ingest.core.settings import resolve
from ingest.core.spec import Source
from ingest.core.storage import make_ready
from ingest.core.suppression import Doorkeeper, Suppression, newest_erasure
from ingest.core.warehouse import Warehouse, knows_the_same
from ingest.owners import OWNERS
from ingest.registry import SOURCES


@dataclass(frozen=True, slots=True)
class ResourceRun:
    """What one run did to one raw table. extracted = landed + duplicates + quarantined + suppressed."""

    source: str
    resource: str
    mode: str
    observed_at: datetime
    extracted: int
    landed: int
    duplicates: int
    quarantined: int
    calls: int
    is_complete: bool
    seconds: float
    suppressed: int = 0


@dataclass(slots=True)
class IngestReport:
    """All tables of a run, the sources that failed with the reason a person can act on, and those left out as switched off."""

    runs: list[ResourceRun] = field(default_factory=list)
    failures: dict[str, CxError] = field(default_factory=dict)
    switched_off: list[str] = field(default_factory=list)


def ingest(
    names: Sequence[str], *, paths: Paths, progress: bool = False, skip_unconfigured: bool = False, again: Again | None = None
) -> IngestReport:
    """Extracts and lands the named sources. Failures are collected per source; UnknownName for a source that is not registered.

    `skip_unconfigured` leaves out sources without any settings, which otherwise fail by name. `again`: what to read besides
    what is new.
    """
    wanted = [_source(name) for name in names]
    configure_dlt()
    sources = [source for source in wanted if not skip_unconfigured or is_on(source)]
    if wanted and not sources:
        raise SettingMissing(
            "no source has any settings", "Run `cx sources` to see what to set, or `cx demo` for a planted company."
        )
    report = IngestReport(switched_off=[source.name for source in wanted if source not in sources])
    with writer(paths, "cx ingest"), _opened(paths) as connection:
        row_counts.prepare(connection)
        note(connection, {source.name: source for source in wanted}, [source.name for source in sources])
    with Progress(enabled=progress) as bars, ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        jobs = {source.name: pool.submit(ingest_source, source, paths, bars.follow(source.name), again) for source in sources}
        for name, job in jobs.items():
            try:
                runs, errors = job.result()
                report.runs += runs
                if errors:
                    report.failures[name] = errors[0]
            except CxError as error:
                report.failures[name] = error
            except Exception as error:
                place = refused(error)
                if place is None:
                    raise
                report.failures[name] = place
    return report


def ingest_source(
    source: Source, paths: Paths, on_page: OnPage | None = None, again: Again | None = None
) -> tuple[list[ResourceRun], list[IngestError]]:
    """One source from the vendor to its raw tables; returns what landed and what failed on the way."""
    source = of_dates(source) if again is not None and again.begin is not None else source
    settings = resolve(source)
    started = time.monotonic()
    door = Doorkeeper(source.name, Suppression.read(paths), dict(OWNERS.get(source.name, {})))
    run = SourceRun(source, settings, uuid.uuid4().hex, paths.quarantine, on_page, paths.calls(source.name), door, again)
    with reader(paths, source.name):
        load_run(source, run, paths, door)
    seconds = time.monotonic() - started
    return [
        ResourceRun(
            source.name,
            t.resource,
            t.mode,
            run.observed_at,
            t.extracted,
            t.distinct_keys,
            t.duplicates,
            t.quarantined,
            t.calls,
            t.is_complete,
            seconds,
            t.suppressed,
        )
        for t in run.tallies.values()
    ], run.errors


def load_run(source: Source, run: Run, paths: Paths, door: Doorkeeper | None = None) -> None:
    """Takes one run from its first batch to committed rows, after what a killed run left behind.

    `door`: who turned rows of erased people away; None where the caller holds the writer lock, so that nobody is erased meanwhile.
    """
    pipeline = _pipeline(source, paths)
    _finish_what_was_left(pipeline, source, paths)
    try:
        with _settled_heap():
            pipeline.extract(dlt_source(run))
        pipeline.normalize()
        with writer(paths, f"cx ingest {source.name}"), _opened(paths) as connection:
            if door is not None:
                _refuse_what_was_erased_meanwhile(source, pipeline, door.listed, paths)
                door.listed.keep()
            row_counts.begin(connection, source)
            pipeline.load()
            row_counts.end(connection, source)
    except PipelineStepFailed as error:
        raise _plain(source, error) from error


@contextmanager
def _settled_heap() -> Iterator[None]:
    """Takes what is loaded already out of the garbage collector's sight: decoding pages makes millions of short-lived
    objects, and each full collection would walk every module of dlt and Dagster again (a third of the CPU, measured)."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _opened(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Keeps the warehouse open: dlt opens and closes it many times in one load, which costs little while another holds it."""
    make_ready(paths.warehouse)
    with duckdb.connect(str(paths.warehouse)) as connection:
        yield connection


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise UnknownName(f"there is no source {name!r}", f"Sources: {', '.join(SOURCES)}.")
    return SOURCES[name]


def _pipeline(source: Source, paths: Paths) -> dlt.Pipeline:
    return dlt.pipeline(
        source.name, pipelines_dir=str(paths.dlt), destination=Warehouse(paths.warehouse), dataset_name=source.schema
    )


def _finish_what_was_left(pipeline: dlt.Pipeline, source: Source, paths: Paths) -> None:
    """Loads packages of a run that was killed, then takes the cursors from the warehouse wherever the local ones are others."""
    try:
        with writer(paths, f"cx ingest {source.name}"), _opened(paths) as connection:
            if pipeline.has_pending_data:
                row_counts.begin(connection, source)
                forget_normalised(pipeline)
                begin_loads_anew(pipeline)
                pipeline.normalize()
                pipeline.load()
            row_counts.end(connection, source)
            if not knows_the_same(connection, pipeline):
                if not pipeline.has_pending_data:
                    pipeline.drop()  # dlt itself follows a warehouse that is ahead of it only, never one that was put back
                pipeline.sync_destination()
    except PipelineStepFailed as error:
        raise _plain(source, error) from error


def _refuse_what_was_erased_meanwhile(source: Source, pipeline: dlt.Pipeline, listed: Suppression, paths: Paths) -> None:
    """Rows read before somebody was erased may be theirs: they are thrown away with the cursors they moved."""
    if newest_erasure(paths) != listed.newest:
        shutil.rmtree(pipeline.working_dir, ignore_errors=True)
        raise IngestError(f"{source.name}: somebody was erased while it was read, nothing of it landed", "Run again.")


def _plain(source: Source, error: PipelineStepFailed) -> CxError:
    """The cause behind dlt's step failure, as an error a person can act on."""
    if (place := refused(error)) is not None:
        return place
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CxError):
            return cause
        last, cause = cause, cause.__cause__ or cause.__context__
    return IngestError(
        f"{source.name}: {error.step} failed: {masked((str(last) or type(last).__name__).splitlines()[0])[:300]}",
        "Run again with --traceback for the whole story; nothing is lost.",
    )


def configure_dlt() -> None:
    """Our defaults for dlt, which reads them from the environment: declared order, no second copy of the rows left in the
    staging tables or in files, nothing sent home, and no log of its own: what fails is raised, and told in one line. Tables are
    loaded one after the other: DuckDB uses every core for one, and several at once doubled the memory of a load."""
    os.environ.setdefault("EXTRACT__NEXT_ITEM_MODE", "fifo")
    os.environ.setdefault("LOAD__TRUNCATE_STAGING_DATASET", "true")
    os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
    os.environ.setdefault("LOAD__WORKERS", "1")
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
