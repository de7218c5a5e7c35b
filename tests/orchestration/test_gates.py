"""A failing gate keeps the last publication, says what it holds, and lets go when the fault is gone."""

from __future__ import annotations

import dagster as dg

from orchestration.gates import read_holds
from tests.orchestration.conftest import Company


def test_a_good_day_is_published_and_a_bad_day_leaves_it_in_place(company: Company, instance: dg.DagsterInstance) -> None:
    assert company.run("daily", instance).success
    assert company.published("select n, numerator from kpi_period") == [(3, 22)]
    assert read_holds(company.paths) == []

    company.landing.scores = (9, 10, 3, 99)
    assert not company.run("daily", instance).success

    assert company.published("select n, numerator from kpi_period") == [(3, 22)]
    [hold] = read_holds(company.paths)
    assert (hold.gate, hold.subject) == ("transform", "customer_360.fct_feedback: no_score_is_out_of_range")

    company.landing.scores = (9, 10, 3, 8)
    assert company.run("daily", instance).success
    assert company.published("select n, numerator from kpi_period") == [(4, 30)]
    assert read_holds(company.paths) == []


def test_nothing_is_built_from_data_that_fails_the_landed_gate(company: Company, instance: dg.DagsterInstance) -> None:
    company.landed_gate = False
    result = company.run("daily", instance)
    assert not result.success
    made = {event.asset_key.path[0] for event in result.get_asset_materialization_events() if event.asset_key}
    assert made == {"raw_ingest", "raw_desk"}
    [hold] = read_holds(company.paths)
    assert (hold.gate, hold.subject, hold.reason) == ("landed", "raw_desk.answers: volume", "fewer rows than expected")


def test_what_fails_again_is_held_since_the_first_time(company: Company, instance: dg.DagsterInstance) -> None:
    company.landed_gate = False
    company.run("daily", instance)
    [first] = read_holds(company.paths)
    company.run("daily", instance)
    [second] = read_holds(company.paths)
    assert second.since == first.since
    assert second.run_id != first.run_id


def test_a_file_that_fails_the_published_gate_is_not_swapped_in(company: Company, instance: dg.DagsterInstance) -> None:
    company.published_gate = False
    assert not company.run("daily", instance).success
    assert not company.paths.published.exists()
    [hold] = read_holds(company.paths)
    assert hold.gate == "published"

    company.published_gate = True
    assert company.run("publish", instance).success
    assert company.published("select count(*) from customer_360") == [(3,)]


def test_publishing_alone_does_not_pass_by_a_dbt_test_that_failed_before(company: Company, instance: dg.DagsterInstance) -> None:
    company.landing.scores = (9, 99)
    company.run("daily", instance)
    assert not company.run("publish", instance).success
    assert not company.paths.published.exists()


def test_a_failing_test_names_the_keys_of_its_rows_and_no_personal_data(company: Company, instance: dg.DagsterInstance) -> None:
    company.landing.scores = (9, 99)
    result = company.run("daily", instance)
    [failure] = [event for event in result.get_step_failure_events() if event.step_key == "transform_after_identity"]
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert [hold.reason for hold in read_holds(company.paths)] == ["feedback_id 1"]
    assert told.metadata["failing"].value == {"no_score_is_out_of_range": [{"feedback_id": "1"}]}
    assert "example.com" not in str(result.all_events)
