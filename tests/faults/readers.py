"""Readers under load: processes that query the published file without a pause while it is published again and again.

`python -m tests.faults.readers --readers 16 --publications 50 --seconds 600` prints what they saw; the suite runs a small form.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from ingest.core.paths import Paths
from orchestration.publish import publish
from orchestration.reader import published

TABLES = ("customer_360", "kpi_catalog", "kpi_period", "touchpoints")
_ROWS = {"customer_360": 20_000, "kpi_catalog": 70, "kpi_period": 5_000, "touchpoints": 60_000}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one process saw: seconds of each look at the whole file, the publications it met in order, and what was wrong."""

    seconds: Sequence[float]
    publications: Sequence[int]
    wrong: Sequence[str]


def stage(paths: Paths, number: int) -> None:
    """The next publication, whose every row tells its number."""
    paths.staging_file.parent.mkdir(parents=True, exist_ok=True)
    paths.staging_file.unlink(missing_ok=True)
    with duckdb.connect(str(paths.staging_file)) as connection:
        for table in TABLES:
            connection.execute(
                f"create table {table} as select i, {number} as publication, md5(i::varchar || {number}) as filling, "
                f"timestamptz '2026-07-01 06:00:00+00' as data_as_of from range({_ROWS[table] + number}) as t(i)"
            )


def look(paths: Paths, last: int, all_are_there: Any) -> Seen:
    """Opens, checks every table against what the publication says of itself, closes; again until it meets publication `last`."""
    seconds, met, wrong = list[float](), list[int](), list[str]()
    all_are_there.wait()
    while not met or met[-1] < last:
        started = time.perf_counter()
        try:
            number, faults = _look_once(paths)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
            if len(wrong) > 20:
                break
            continue
        seconds.append(time.perf_counter() - started)
        wrong += faults
        if not met or met[-1] != number:
            met.append(number)
    return Seen(seconds, met, wrong)


def _look_once(paths: Paths) -> tuple[int, list[str]]:
    with published(paths) as connection:
        told = connection.execute("select run_id, table_name, row_count, checksum from publication").fetchall()
        faults = [] if len(told) == len(TABLES) else [f"{len(told)} tables are described"]
        for run_id, table, rows, checksum in told:
            found = connection.execute(
                f"select count(*), md5(coalesce(sum(hash(t)::hugeint), 0)::varchar), min(publication), max(publication) from {table} as t"
            ).fetchone()
            if found != (rows, checksum, int(run_id), int(run_id)):
                faults.append(f"{table} of publication {run_id}: {found} instead of {(rows, checksum)}")
        return int(told[0][0]), faults


def try_readers(paths: Paths, readers: int, publications: int, seconds: float) -> list[Seen]:
    """Publishes `publications` times in `seconds` under the eyes of `readers` processes."""
    stage(paths, 0)
    publish(paths, "0", TABLES)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(readers, mp_context=context) as pool:
        all_are_there = manager.Barrier(readers + 1)
        looking = [pool.submit(look, paths, publications, all_are_there) for _ in range(readers)]
        all_are_there.wait()
        until = time.time() + seconds
        for number in range(1, publications + 1):
            stage(paths, number)
            publish(paths, str(number), TABLES)
            time.sleep(max(0.0, (until - time.time()) / (publications - number + 1)))
        return [job.result() for job in looking]


def main() -> int:
    """Prints looks, errors and latency percentiles; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--publications", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cx-readers-") as root:
        seen = try_readers(Paths(Path(root)), asked.readers, asked.publications, asked.seconds)
    taken = np.array([second for one in seen for second in one.seconds]) * 1000
    wrong = [told for one in seen for told in one.wrong]
    met = {number for one in seen for number in one.publications}
    p50, p95, p99 = np.percentile(taken, [50, 95, 99])
    print(f"{asked.readers} readers, {len(taken):,} looks, {len(met)} publications met, {len(wrong)} errors")
    print(f"a look at the whole file: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, longest {taken.max():.0f} ms")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
