"""What the standing publication says is kept for the next run, from the published file alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.last_publication import TABLES, remember


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path)
    for file in (made.warehouse, made.published):
        file.parent.mkdir(parents=True, exist_ok=True)
    return made


def _publish(paths: Paths, scores: list[float], *, without: str = "") -> None:
    paths.published.unlink(missing_ok=True)
    with duckdb.connect(str(paths.published)) as connection:
        for name, columns in TABLES.items():
            if name != without:
                declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
                connection.execute(f"create table {name} ({declared}, data_as_of timestamptz)")
        for score in scores:
            connection.execute(f"insert into feedback (feedback_id, score) values ('f{score}', {score})")


def _kept(paths: Paths, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(paths.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


SCORES = "select score from publication_state.feedback order by 1"


def test_before_the_first_publication_there_is_nothing_and_the_tables_stand(paths: Paths) -> None:
    remember(paths)
    for table in TABLES:
        assert _kept(paths, f"select count(*) from publication_state.{table}") == [(0,)]


def test_the_next_run_finds_what_readers_have_and_only_that(paths: Paths) -> None:
    _publish(paths, [9.0, 3.0])
    remember(paths)
    assert _kept(paths, SCORES) == [(3.0,), (9.0,)]
    _publish(paths, [9.0])
    remember(paths)
    assert _kept(paths, SCORES) == [(9.0,)]


def test_a_run_killed_on_the_way_leaves_the_memory_of_before_or_a_whole_one(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(paths, [9.0])
    remember(paths)
    _publish(paths, [1.0, 2.0])
    with monkeypatch.context() as broken:
        broken.setattr("orchestration.last_publication.TABLES", {**TABLES, "cases": {"case_id": "no such type"}})
        with pytest.raises(duckdb.Error):
            remember(paths)
    assert _kept(paths, SCORES) == [(9.0,)]
    remember(paths)
    assert _kept(paths, SCORES) == [(1.0,), (2.0,)]


def test_a_publication_of_an_older_shape_is_compared_as_far_as_it_goes(paths: Paths) -> None:
    _publish(paths, [9.0], without="kpi_restatements")
    remember(paths)
    assert _kept(paths, SCORES) == [(9.0,)]
    assert _kept(paths, "select count(*) from publication_state.kpi_restatements") == [(0,)]


@pytest.mark.parametrize("share", [0.0, 0.5], ids=["emptied", "cut off"])
def test_of_a_damaged_publication_nothing_is_taken_over(share: float, paths: Paths) -> None:
    _publish(paths, [9.0])
    remember(paths)
    _publish(paths, [1.0])
    whole = paths.published.read_bytes()
    paths.published.write_bytes(whole[: int(len(whole) * share)])
    remember(paths)
    assert _kept(paths, SCORES) == [(9.0,)]
    paths.warehouse.unlink()
    remember(paths)
    assert _kept(paths, SCORES) == []
    paths.published.write_bytes(whole)
    remember(paths)
    assert _kept(paths, SCORES) == [(1.0,)]
