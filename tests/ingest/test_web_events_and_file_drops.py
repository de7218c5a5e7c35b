"""Web events and partner files of the planted company, from the served folders into a real warehouse."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.load import IngestReport, ingest
from ingest.core.paths import Paths
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import COMPANY, START

NAMES = ("web_events", "file_drops")
DAYS = (0, 8)
TABLES = [(source, resource.name) for source in NAMES for resource in SOURCES[source].resources]


class Landed:
    """The company, the warehouse after the runs of some days, and the report of each."""

    def __init__(self, company: Path, paths: Paths, reports: list[IngestReport]) -> None:
        self.company, self.paths, self.reports = company, paths, reports

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as db:
            db.execute(f"ATTACH '{self.company}' AS company (READ_ONLY); ATTACH '{self.paths.warehouse}' AS cx (READ_ONLY)")
            return db.execute(f"SET TimeZone = 'UTC'; {sql}").fetchall()


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    directory, paths = tmp_path_factory.mktemp("sandbox"), Paths(tmp_path_factory.mktemp("data"))
    reports = []
    with Sandbox.start(directory, customers=600, sources=NAMES) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        for days in DAYS:
            sandbox.advance(START + timedelta(days=days))
            if days == DAYS[-1]:
                _leave_something_broken(Path(sandbox.environment()["SOURCES__FILE_DROPS__FOLDER"]) / "customers" / "broken.xlsx")
            reports.append(ingest(NAMES, paths=paths))
    return Landed(directory / COMPANY, paths, reports)


def _leave_something_broken(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 and nothing more")
    os.utime(file, times=(START.timestamp(),) * 2)


@pytest.mark.parametrize(("source", "resource"), TABLES)
def test_what_was_planted_is_what_lands(source: str, resource: str, landed: Landed) -> None:
    declared = SOURCES[source].resource(resource)
    columns = ", ".join(column.name for column in declared.columns if column.name != "file_modified_at")
    newest = f"""SELECT {columns}, _is_gone FROM company.vendor.{source}__{resource}
        WHERE _visible_at <= '{START + timedelta(days=DAYS[-1])}'::timestamptz
        QUALIFY row_number() OVER (PARTITION BY {", ".join(declared.key)} ORDER BY _visible_at DESC, _is_gone, file_name DESC) = 1"""
    planted, found = f"SELECT {columns} FROM ({newest}) WHERE NOT _is_gone", f"SELECT {columns} FROM cx.raw_{source}.{resource}"
    assert landed.rows(f"({planted}) EXCEPT ({found})") == []
    # a row that a file was sent again without stays, and is older than its file
    left_over = f"SELECT {', '.join(declared.key)} FROM (({found}) EXCEPT ({planted}))"
    assert landed.rows(f"({left_over}) EXCEPT (SELECT {', '.join(declared.key)} FROM ({newest}) WHERE _is_gone)") == []
    assert landed.rows(f"SELECT count(*) > 10, count(*) = count(DISTINCT ({', '.join(declared.key)})) FROM ({found})") == [
        (True, True)
    ]


def test_a_later_run_reads_new_and_changed_files_alone(landed: Landed) -> None:
    assert [report.failures for report in landed.reports] == [{}, {}]
    first, second = ({run.resource: run for run in report.runs} for report in landed.reports)
    assert all(second[name].mode == "changes" and second[name].extracted < first[name].extracted for name in first)
    assert second["snowplow_events"].extracted > 0 and second["spend"].duplicates == 0


def test_books_reconcile_and_only_the_broken_file_is_set_aside(landed: Landed) -> None:
    for source in NAMES:
        assert landed.rows(
            f"SELECT bool_and(extracted = distinct_keys + duplicates + quarantined AND is_complete) FROM cx.raw_{source}.ingest_runs"
        ) == [(True,)]
    assert landed.rows(
        """SELECT resource, record->>'file', reason FROM cx.raw_file_drops.quarantine
        UNION ALL SELECT resource, record, reason FROM cx.raw_web_events.quarantine"""
    ) == [("customers", "customers/broken.xlsx", "the file is a damaged container")]


def test_the_difficulties_of_web_events_are_met(landed: Landed) -> None:
    raw = "cx.raw_web_events.snowplow_events"
    found = landed.rows(f"""
        SELECT count(*) - count(DISTINCT event_id), count(*) FILTER (dvce_sent_tstamp > dvce_created_tstamp + INTERVAL 3 DAY),
            count(*) FILTER (useragent LIKE '%bot%'), count(user_id), count(*) FILTER (contexts LIKE '%email_sha256%'),
            count(*) FILTER (file_name LIKE '%.jsonl'), count(tr_orderid)
        FROM {raw}
    """)[0]
    assert min(found) > 0
