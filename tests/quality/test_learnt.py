"""What earlier runs were like is expected of the newest one: rows of the weekday, filled columns, words and their shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from ingest.core.paths import Paths
from ingest.registry import SOURCES
from orchestration.quality.landed import History, Run
from orchestration.quality.learnt import earlier_figures, figures_of, learnt, remember
from orchestration.quality.measures import Measure
from orchestration.quality.run import validate_landed

SOURCE = SOURCES["zendesk_support"]
TICKETS = SOURCE.resource("tickets")
TABLE = "raw_zendesk_support.tickets"
START = datetime(2026, 7, 1, 6, tzinfo=UTC)


class Days:
    """The landed template's tickets, told again day after day, and what the days before lead to expect."""

    def __init__(self, paths: Paths) -> None:
        self.paths, self.runs = paths, list[Run]()

    def land(self, number: int, rows: int = 300, changes: str = "", where: str = "true") -> list[Measure]:
        """Lands the increment of one day with assignments over its rows; the measures of that day that failed."""
        run = Run(f"day-{number:03}", "changes", True, rows, 0, rows, START + timedelta(days=number))
        with duckdb.connect(str(self.paths.warehouse)) as connection:
            columns = [name for name, *_ in connection.execute(f"describe {TABLE}").fetchall()]
            connection.execute(f"create or replace table more as select * from {TABLE} where _run_id = 'run-1' limit {rows}")
            connection.execute(f"update more set _run_id = '{run.run_id}'")
            if changes:
                connection.execute(f"update more set {changes} where {where}")
            connection.execute(f"insert into {TABLE} select * from more; drop table more")
            self.runs.append(run)
            now = figures_of(connection, SOURCE, TICKETS, columns, run)
            before = earlier_figures(connection, now) if now else []
            measures = learnt(SOURCE, TICKETS, History(tuple(self.runs)), now, before)
            remember(connection, [now] if now else [])
        return [m for m in measures if not (m.low or 0) <= int(m.sql) <= (m.high if m.high is not None else 1e9)]

    def kept(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.paths.warehouse)) as connection:
            return connection.execute(f"select {query} from quality_state.landed_figures").fetchall()


@pytest.fixture
def days(landed: Paths) -> Days:
    return Days(landed)


def test_days_like_those_before_pass(days: Days) -> None:
    assert [days.land(number) for number in range(8)] == [[]] * 8


def test_before_there_is_a_history_nothing_is_learnt(days: Days) -> None:
    assert days.land(0) == days.land(1, changes="status = 'hold', subject = null") == []


@pytest.mark.parametrize(
    ("changes", "where", "name", "told"),
    [
        ("subject = null", "_seq % 2 = 0", "learnt_filled", "subject 50%, usually 100%"),
        ("priority = 'sky-high'", "_seq % 20 = 0", "learnt_words", "priority: sky-high"),
        ("status = 'hold'", "true", "learnt_shares", "status: "),
    ],
    ids=["emptier", "new word", "other shares"],
)
def test_a_day_unlike_those_before_is_told_and_holds_nothing(changes: str, where: str, name: str, told: str, days: Days) -> None:
    for number in range(6):
        days.land(number)
    failed = {measure.name: measure for measure in days.land(6, changes=changes, where=where)}
    assert told in failed[name].detail
    assert not any(measure.is_error for measure in failed.values())


def test_a_weekday_is_held_against_the_same_weekday(days: Days) -> None:
    for week in range(5):
        days.land(7 * week, rows=290)
        assert days.land(7 * week + 1, rows=30) == []  # a quiet day among quiet days
    [quiet] = days.land(35, rows=30)  # and on the busy one
    assert (quiet.name, quiet.low, quiet.high) == ("learnt_rows", 145, 435)


def test_personal_columns_leave_no_words_behind(days: Days) -> None:
    for number in range(2):
        days.land(number)
    assert days.kept("count(*) filter (word like '%@%'), count(distinct run_id), count(*) > 10") == [(0, 2, True)]


def test_the_gate_keeps_what_a_run_brought_once_however_often_it_is_judged(landed: Paths) -> None:
    days = Days(landed)
    for _ in range(2):
        assert all(result.passed for result in validate_landed(landed, ["zendesk_support"]))
        assert days.kept("count(*) = count(distinct (table_name, figure, subject, word)), count(distinct run_id)") == [(True, 1)]
