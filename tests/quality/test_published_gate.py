"""Gate 3 on a real file that is about to be published, alone and against the last publication."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.quality.facts import PUBLISHED
from orchestration.quality.run import validate_published

from .conftest import CANARY, OBSERVED, ROWS, Change
from .test_landed_gate import Judged, failed_measures

FAULTS = {
    # table: (what goes wrong, the measures that see it)
    "customer_360": (
        "delete from {t} where customer_id <> 'C5'; update {t} set latest_nps_score = 11",
        {"rows", "nps_score_off_its_scale"},
    ),
    "touchpoints": (
        "delete from {t} where source = 'source1'; insert into {t} select * replace ('new' || touchpoint_id as touchpoint_id) from {t}",
        {"gone_source"},
    ),
    "feedback": (
        "update {t} set score = 11 where metric = 'nps'; update {t} set customer_id = null where feedback_id < 'feedback_id2'",
        {"score_off_its_scale", "values_customer_id"},
    ),
    "kpi_period": (
        "update {t} set value = 141 where kpi_id = 'nps'; update {t} set value = 100.5 where kpi_id = 'csat'; "
        "update {t} set value = 'nan' where kpi_id = 'mrr'",
        {"score_out_of_range", "share_out_of_range", "below_zero"},
    ),
    "kpi_daily": (
        "insert into {t} select * from {t} where kpi_id = 'csat' limit 3; update {t} set kpi_id = 'aov' where kpi_id = 'nps'",
        {"repeated_rows", "gone_kpi_id"},
    ),
    "customer_identifiers": (
        "update {t} set identifier_value = null where source = 'source0'; update {t} set source = 'source1'",
        {"filled_identifier_value", "gone_source"},
    ),
    "mrr_bridge": ("update {t} set closing_mrr = -5 where month = date '2025-03-01'", {"closing_below_zero"}),
    "orders": ("alter table {t} drop column customer_id", {"missing_columns", "columns_gone"}),
    "cases": ("drop table {t}", {"tables"}),
    "customer_segments": ("update {t} set rfm_segment = null where customer_id < 'C3'", {"values_rfm_segment"}),
    "profile_history": ("delete from {t} where customer_id < 'C3'", {"rows"}),
    "closed_loop": ("update {t} set hours_to_act = -1 where customer_id = 'C3'", {"acted_before_it_was_said"}),
    "mrr_movements": (f"delete from {{t}} where month < date '2025-01-01' + to_months({ROWS // 5})", {"rows"}),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, publication_template: Path) -> Paths:
    """A next publication with a fault in each table beside a good last one."""
    paths = Paths(tmp_path_factory.mktemp("broken"))
    paths.staging_file.parent.mkdir(parents=True)
    shutil.copy(publication_template, paths.published)
    shutil.copy(publication_template, paths.staging_file)
    with duckdb.connect(str(paths.staging_file)) as connection:
        for table, (statements, _) in FAULTS.items():
            connection.execute(statements.format(t=table))
    return paths


@pytest.fixture(scope="module")
def judged(broken: Paths) -> Judged:
    return {result.table: result for result in validate_published(broken)}


def test_a_good_first_publication_passes(publication: Paths) -> None:
    results = validate_published(publication)
    assert [result.failures for result in results if not result.passed] == []
    assert {result.table for result in results} == set(PUBLISHED)


def test_a_publication_like_the_last_one_passes(publication: Paths, change: Change) -> None:
    shutil.copy(publication.staging_file, publication.published)
    change(
        publication.staging_file,
        "delete from customer_360 where customer_id = 'C7'",  # two customers became one
        "insert into touchpoints select * replace ('t' || touchpoint_id as touchpoint_id) from touchpoints",
        "alter table orders add column is_gift boolean",
    )
    assert [result.failures for result in validate_published(publication) if not result.passed] == []


@pytest.mark.parametrize("table", FAULTS)
def test_the_planted_faults_are_found_and_nothing_else(judged: Judged, table: str) -> None:
    assert failed_measures(judged[table]) == FAULTS[table][1]
    assert judged[table].holds


def test_a_vanished_source_is_named(judged: Judged) -> None:
    (told,) = judged["touchpoints"].failures
    assert "gone_source is 1 (source1)" in told


def test_a_wrong_figure_is_named_by_its_key(judged: Judged) -> None:
    told = next(failure for failure in judged["kpi_period"].failures if "score_out_of_range" in failure)
    assert "scores such as NPS lie within -100..100" in told
    assert "kpi_id nps, variant " in told


def test_no_personal_value_reaches_results_or_data_docs(broken: Paths, judged: Judged) -> None:
    pages = [page for page in broken.docs.rglob("*") if page.is_file()]
    assert len(pages) > len(judged)
    assert [page.name for page in pages if CANARY in page.read_text(encoding="utf-8")] == []


def test_a_column_that_is_gone_but_not_relied_on_only_warns(publication: Paths, change: Change) -> None:
    shutil.copy(publication.staging_file, publication.published)
    change(publication.staging_file, "alter table customer_360 drop column email")
    result = next(r for r in validate_published(publication) if r.table == "customer_360")
    assert (result.passed, result.severity, result.holds) == (False, "warn", False)
    assert "(gone: email)" in result.failures[0]


def test_a_change_of_volume_that_is_meant_can_be_published_once(
    publication: Paths, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(publication.staging_file, publication.published)
    change(publication.staging_file, f"delete from orders where data_as_of <= {OBSERVED} and order_id > 'order_id2'")
    result = next(r for r in validate_published(publication) if r.table == "orders")
    assert result.holds and "CX_GATES_FORGET_HISTORY=1" in result.failures[0]
    monkeypatch.setenv("CX_GATES_FORGET_HISTORY", "1")
    assert all(r.passed for r in validate_published(publication))


def test_a_damaged_last_publication_does_not_hold_the_next(publication: Paths) -> None:
    whole = publication.staging_file.read_bytes()
    publication.published.write_bytes(whole[: len(whole) // 2])
    assert all(r.passed for r in validate_published(publication))


def test_nothing_built_holds_every_table(tmp_path: Path) -> None:
    assert all(result.holds for result in validate_published(Paths(tmp_path)))
