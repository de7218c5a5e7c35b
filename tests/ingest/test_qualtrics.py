"""The Qualtrics connector against the vendor's server: exports continue from their token, and mend what tokens do not tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.sandbox.servers.state import START
from ingest.sources.qualtrics import QUALTRICS
from tests.ingest.chat_runs import Runs
from tests.ingest.extraction import Came, Extraction
from tests.sandbox.chat_company import Served
from tests.sandbox.opinion_company import NEXT_DAY, serving_opinions

ANSWERS = (
    "select id, json_extract_string(answer_values, '$.QID1') from raw_qualtrics.responses where survey_id = 'SV_1' order by id"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_opinions(tmp_path_factory.mktemp("opinions")) as running:
        yield running


@pytest.fixture
def extraction(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Extraction:
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
    served.reset()
    return Extraction(QUALTRICS, served.settings("qualtrics"), tmp_path)


def switch(served: Served, **values: Any) -> None:
    served.switches("qualtrics").values |= values


def read(came: Came) -> list[str]:
    return [row["id"] for row in came.rows["responses"]]


def test_the_first_day_brings_everything_and_the_next_what_is_new_and_what_is_gone(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs.into(tmp_path, served, monkeypatch)
    first = runs.run(QUALTRICS)
    assert {name: (run.landed, run.is_complete) for name, run in first.items()} == {
        "surveys": (2, True),
        "survey_definitions": (2, True),
        "responses": (7, True),
        "responses_keys": (7, True),
    }
    served.world.set_clock(NEXT_DAY)
    second = runs.run(QUALTRICS)
    assert (second["responses"].mode, second["responses"].extracted, second["responses_keys"].extracted) == ("changes", 1, 7)
    assert runs.rows(ANSWERS) == [(f"R_{n:03}", str(n)) for n in range(1, 7)]
    unlisted = """select id from raw_qualtrics.responses_keys where _observed_at < (
        select max(observed_at) from raw_qualtrics.ingest_runs where resource = 'responses_keys')"""
    assert runs.rows(unlisted) == [("R_002",)]


def test_a_week_later_everything_is_exported_again_and_shows_what_was_edited(extraction: Extraction, served: Served) -> None:
    extraction.run()
    served.world.set_clock(START + timedelta(days=6))
    assert read(extraction.run()) == ["R_006"]
    served.world.set_clock(START + timedelta(days=8))
    answers = {row["id"]: json.loads(row["answer_values"])["QID1"] for row in extraction.run().rows["responses"]}
    assert (len(answers), answers["R_003"]) == (7, 0)


def test_what_is_left_out_is_not_even_asked_for(extraction: Extraction) -> None:
    rows = extraction.run().rows["responses"]
    assert not [row for row in rows if "203.0.113" in row["answer_values"] or row["_extra"]]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_both_formats_are_read_alike(extraction: Extraction, served: Served, form: str) -> None:
    switch(served, duplicate_rows=1, bad_value={"resource": "responses", "field": "status", "value": "fine"})
    came = extraction.run(export_format=form)
    assert sorted(read(came)) == ["R_002", "R_003", "R_004", "R_005", "R_011", "R_012"]
    assert [reason for _, reason in came.refused] == ["does not fit the declared type bigint"]


def test_a_token_the_vendor_no_longer_takes_leads_to_a_full_export(extraction: Extraction, served: Served) -> None:
    extraction.run()
    served.world.set_clock(NEXT_DAY)
    switch(served, token_days=0)
    came = extraction.run()
    assert (len(read(came)), came.errors) == (7, [])
    switch(served, token_days=7)
    served.world.set_clock(NEXT_DAY + timedelta(hours=1))
    assert read(extraction.run()) == []


def test_an_export_that_fails_is_started_once_more(extraction: Extraction, served: Served) -> None:
    switch(served, export_fails=1)
    came = extraction.run()
    assert (len(read(came)), came.errors) == (7, [])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"export_fails": 2}, "could not make the export"),
        ({"export_damaged": 1}, "cannot be read"),
        ({"export_without_id": 1}, "has no result.progressId"),
    ],
    ids=["failed", "damaged", "nameless"],
)
def test_a_survey_that_cannot_be_exported_keeps_no_other_from_landing(
    extraction: Extraction, served: Served, fault: dict[str, int], words: str
) -> None:
    switch(served, **fault)
    came = extraction.run()
    assert (came.books["responses"].is_complete, read(came)) == (False, ["R_011", "R_012"])
    assert [words in str(error) and "SV_1" in str(error) for error in came.errors] == [True]
    again = extraction.run()
    assert (again.books["responses"].mode, len(read(again))) == ("full", 7)


def test_an_error_inside_a_200_is_taken_for_what_it_is(extraction: Extraction, served: Served) -> None:
    body = {"meta": {"httpStatus": "503 - Service Unavailable", "error": {"errorMessage": "later"}}}
    switch(served, fail_next={"status": 200, "count": 2, "body": body})
    assert len(read(extraction.run())) == 7
    switch(served, fail_next={"status": 200, "count": 1, "body": {"meta": {"httpStatus": "401 - Unauthorized"}}})
    [error] = extraction.run().errors
    assert "access denied" in str(error) and "SOURCES__QUALTRICS__TOKEN" in error.remedy
