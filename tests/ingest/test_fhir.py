"""The FHIR connector against the planted care service: all of it lands, later runs read what moved, deletes and merges arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.core.load import ingest_source
from ingest.core.paths import Paths
from ingest.core.settings import variable
from ingest.sandbox.process import Sandbox
from ingest.sandbox.servers.state import START
from ingest.sources.fhir import FHIR
from tests.ingest.two_runs import TwoRuns, two_runs

FIRST, LATER = datetime(2026, 2, 1, 6, tzinfo=UTC), START
RECORDS = ("patients", "encounters", "appointments", "questionnaire_responses")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory = tmp_path_factory.mktemp("fhir")
    with Sandbox.start(directory, customers=200, sources=("fhir",), clock=FIRST) as running:
        yield running


@pytest.fixture(scope="module")
def landed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRuns]:
    with two_runs(FHIR, sandbox, tmp_path_factory.mktemp("landed"), (FIRST, LATER), "version_id") as made:
        yield made


@pytest.mark.parametrize("resource", RECORDS)
def test_the_first_run_exports_everything(landed: TwoRuns, resource: str) -> None:
    run = landed.runs[0][resource]
    assert run.extracted == len(landed.told(resource, FIRST)) > 0


def test_extracted_is_landed_and_duplicates_and_quarantined(landed: TwoRuns) -> None:
    for run in (run for runs in landed.runs for run in runs.values()):
        assert run.is_complete
        assert run.extracted == run.landed + run.duplicates + run.quarantined


def test_later_runs_search_for_what_moved(landed: TwoRuns) -> None:
    assert all([runs[resource].mode for runs in landed.runs] == ["full", "changes"] for resource in RECORDS)
    moved = sum(landed.runs[1][resource].extracted for resource in RECORDS)
    assert 0 < moved < sum(len(landed.told(resource, LATER)) for resource in RECORDS)


@pytest.mark.parametrize("resource", RECORDS)
def test_what_landed_is_what_the_server_shows_but_for_what_it_deleted(landed: TwoRuns, resource: str) -> None:
    kind = {"patients": "Patient", "encounters": "Encounter", "appointments": "Appointment"}.get(
        resource, "QuestionnaireResponse"
    )
    standing = landed.rows(
        f"""select id, version_id from raw_fhir.{resource}
        where id not in (select resource_id from raw_fhir.deletions where resource_type = '{kind}') order by all"""
    )
    assert standing == landed.told(resource, LATER)


def test_deletions_arrive_from_the_history(landed: TwoRuns) -> None:
    withdrawn = landed.rows("select resource_id from raw_fhir.deletions where resource_type = 'Appointment'")
    assert (landed.runs[0]["deletions"].extracted, bool(withdrawn)) == (0, True)  # nothing had landed before
    assert {resource_id for (resource_id,) in withdrawn}.isdisjoint(key for key, _ in landed.told("appointments", LATER))


def test_a_merged_patient_stays_and_names_what_replaced_it(landed: TwoRuns) -> None:
    merged = landed.rows("select active, links from raw_fhir.patients where links like '%replaced-by%'")
    assert merged
    assert not any(active for active, _ in merged)


def test_no_name_slips_into_what_was_not_asked_for(landed: TwoRuns) -> None:
    for resource in RECORDS:
        assert landed.rows(f"select count(*) from raw_fhir.{resource} where _extra is not null") == [(0,)]


def test_a_first_load_by_search_brings_the_same(landed: TwoRuns, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCES__FHIR__LOAD", "search")
    landed.sandbox.switch("fhir", expired_token=1, duplicate_rows=1, empty_page_continues=1)
    runs, errors = ingest_source(FHIR, Paths(tmp_path))
    assert (errors, sum(run.duplicates for run in runs)) == ([], 1)
    for run in runs[:-1]:
        assert run.landed == len(landed.told(run.resource, LATER))


def test_without_a_token_or_key_the_settings_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCES__FHIR__BASE_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("SOURCES__FHIR__PRIVATE_KEY", raising=False)
    with pytest.raises(Exception, match="neither a token nor a private key") as raised:
        ingest_source(FHIR, Paths(tmp_path))
    assert variable(FHIR, FHIR.settings[1]) in getattr(raised.value, "remedy", "")
