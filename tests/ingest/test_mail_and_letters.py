"""Mails and letters of the planted company, from the served mailbox and folder into a real warehouse: what was planted is what lands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from ingest.core.load import IngestReport, ingest
from ingest.core.paths import Paths
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START

NAMES = ("mailbox", "letters")
LATER = START + timedelta(days=4)
# what the connector adds, and what depends on how a message travelled
NOT_PLANTED = {"mailbox": {"uid", "uid_validity", "size"}, "letters": {"file_size", "file_modified_at"}}
KEY = {"mailbox": ("messages", "id"), "letters": ("letters", "letter_id")}


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Paths, IngestReport, IngestReport]:
    """The company's file, the warehouse, and the reports of two runs."""
    directory, paths = tmp_path_factory.mktemp("sandbox"), Paths(tmp_path_factory.mktemp("data"))
    with Sandbox.start(directory, customers=120, sources=NAMES) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        first = ingest(NAMES, paths=paths)
        sandbox.advance(LATER)
        return directory / "company.duckdb", paths, first, ingest(NAMES, paths=paths)


@pytest.mark.parametrize("source", NAMES)
def test_what_was_planted_is_what_lands(source: str, landed: tuple[Path, Paths, IngestReport, IngestReport]) -> None:
    company, paths, *_ = landed
    resource, key = KEY[source]
    columns = [c.name for c in SOURCES[source].resource(resource).columns if c.name not in NOT_PLANTED[source]]
    told = ", ".join(rf"regexp_replace({c}, '\s+', ' ', 'g')" if c == "text" else c for c in columns)  # a PDF breaks lines anew
    with duckdb.connect() as db:
        db.execute(
            f"ATTACH '{company}' AS company (READ_ONLY); ATTACH '{paths.warehouse}' AS cx (READ_ONLY); SET TimeZone = 'UTC'"
        )
        # A message tidied away before the first run was never seen; what was seen stays.
        planted = f"""SELECT {told} FROM company.vendor.{source}__{resource} WHERE {key} IN (
            SELECT {key} FROM company.vendor.{source}__{resource} GROUP BY {key}
            HAVING count(*) FILTER (WHERE _is_gone AND _visible_at <= '{START}'::timestamptz) = 0
        ) AND _visible_at <= '{LATER}'::timestamptz AND NOT _is_gone
        QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _visible_at DESC) = 1"""
        found = f"SELECT {told} FROM cx.raw_{source}.{resource}"
        assert db.execute(f"({planted} EXCEPT {found}) UNION ALL ({found} EXCEPT {planted})").fetchall() == []
        assert db.execute(f"SELECT count(*) > 5 FROM ({found})").fetchall() == [(True,)]


def test_the_second_run_brings_what_came_since(landed: tuple[Path, Paths, IngestReport, IngestReport]) -> None:
    _, _, first, second = landed
    assert first.failures == second.failures == {}
    before, after = ({run.resource: run for run in report.runs} for report in (first, second))
    for name in ("messages", "letters"):
        assert (before[name].mode, after[name].mode) == ("full", "changes")
        assert 0 < after[name].extracted < before[name].extracted
    assert all(
        run.quarantined == 0 and run.observed_at == day
        for runs, day in ((before, START), (after, LATER))
        for run in runs.values()
    )
