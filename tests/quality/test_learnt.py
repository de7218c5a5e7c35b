"""What earlier runs were like is expected of the newest one: rows of the weekday, filled columns, words and their shares."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.quality.results import GateResult
from orchestration.quality.run import validate_landed

TABLE = "raw_zendesk_support.tickets"
Day = Callable[..., None]


def _told(paths: Paths) -> GateResult:
    [result] = [r for r in validate_landed(paths, ["zendesk_support"]) if r.table == TABLE]
    return result


@pytest.fixture
def day(landed: Paths) -> Day:
    """Lands the increment of one day: `rows` tickets, with assignments over them and where they hold."""

    def land(number: int, rows: int = 300, changes: str = "", where: str = "true") -> None:
        run, at = f"day-{number:03}", f"timestamptz '2026-07-01 06:00:00+00' + interval {number} day"
        with duckdb.connect(str(landed.warehouse)) as connection:
            connection.execute(f"create or replace table more as select * from {TABLE} where _run_id = 'run-1' limit {rows}")
            connection.execute(f"update more set _run_id = '{run}', _observed_at = {at}, _seq = _seq + {number * 1000}")
            connection.execute(f"update more set id = coalesce(try_cast(id as bigint), _seq) + {number * 100_000}")
            if changes:
                connection.execute(f"update more set {changes} where {where}")
            connection.execute(f"insert into {TABLE} select * from more; drop table more")
            connection.execute(
                f"insert into raw_zendesk_support.ingest_runs values "
                f"('{run}', 'tickets', 'changes', {at}, {rows}, 0, 0, {rows}, 3, true, null, null)"
            )

    return land


def test_days_like_those_before_pass(day: Day, landed: Paths) -> None:
    for number in range(8):
        day(number)
        result = _told(landed)
    assert result.passed, result.failures
    before = result.evaluated
    day(8)
    assert _told(landed).evaluated == before >= 3


def test_before_there_is_a_history_nothing_is_learnt(day: Day, landed: Paths) -> None:
    day(0, changes="status = 'open', subject = null")
    assert not any("earlier runs" in told for told in _told(landed).failures)


@pytest.mark.parametrize(
    ("changes", "where", "told"),
    [
        ("subject = null", "_seq % 2 = 0", "subject 50%, usually 100%"),
        ("priority = 'sky-high'", "_seq % 20 = 0", "priority: sky-high"),
        ("status = 'hold'", "true", "status: "),
    ],
    ids=["emptier", "new word", "other shares"],
)
def test_a_day_unlike_those_before_warns_and_holds_nothing(changes: str, where: str, told: str, day: Day, landed: Paths) -> None:
    for number in range(6):
        day(number)
        _told(landed)
    day(6, changes=changes, where=where)
    result = _told(landed)
    assert any(told in failure for failure in result.failures), result.failures
    assert not result.holds


def test_a_weekday_is_held_against_the_same_weekday(day: Day, landed: Paths) -> None:
    for week in range(5):
        day(7 * week, rows=290)
        day(7 * week + 1, rows=30)
    assert not any("weekday" in failure for failure in _told(landed).failures)  # a quiet day among quiet days
    day(35, rows=30)  # and on the busy one
    assert any("brings 145 to 435 rows (usually 290)" in failure for failure in _told(landed).failures)


def test_personal_columns_leave_no_words_behind(day: Day, landed: Paths) -> None:
    for number in range(2):
        day(number)
        _told(landed)
    with duckdb.connect(str(landed.warehouse)) as connection:
        words = connection.execute("select count(*) from quality_state.landed_figures where word like '%@%'").fetchall()
        assert words == [(0,)]
        kept = connection.execute("select count(*), count(distinct run_id) from quality_state.landed_figures").fetchall()[0]
        assert kept[0] > 10 and kept[1] >= 2


def test_a_run_that_is_judged_twice_is_kept_once(day: Day, landed: Paths) -> None:
    day(0)
    counts = []
    for _ in range(2):
        _told(landed)
        with duckdb.connect(str(landed.warehouse)) as connection:
            counts.append(connection.execute("select count(*) from quality_state.landed_figures").fetchall())
    assert counts[0] == counts[1]
