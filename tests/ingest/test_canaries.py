"""Addresses, numbers and tokens that vendors throw back at us stand in no error, no log and no printed line."""

from __future__ import annotations

import logging

import pytest
from starlette.responses import Response

from ingest.core.masking import masked
from orchestration.cli import main
from tests.ingest.conftest import Warehouse
from tests.ingest.vendor import Vendor, json_answer

EMAIL, PHONE, TOKEN = "canary.bird@cage.example", "+49 30 55501234", "canary-token-4711"
REPEATED = f"no user {EMAIL} ({PHONE}) may ask with Bearer {TOKEN}"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_that_repeats_them_tells_none(
    status: int,
    vendor: Vendor,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SOURCES__ACME__TOKEN", TOKEN)
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    vendor.answers = [json_answer({"message": REPEATED}, status)]
    with caplog.at_level(logging.DEBUG, "dlt"):
        assert main(["ingest", "acme"]) == 1
    _tells_nothing(capsys, caplog)


def test_a_record_that_does_not_fit_is_told_by_field_and_kind_alone(
    vendor: Vendor,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    vendor.records[5]["age"] = REPEATED
    assert main(["ingest", "acme"]) == 0
    _tells_nothing(capsys, caplog)
    told = warehouse.rows("select field || value_class || reason from raw_acme.quarantine")
    assert len(told) == 1 and EMAIL not in str(told)


def test_an_answer_that_is_no_json_is_told_by_its_place_alone(
    vendor: Vendor,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(warehouse.paths.root))
    vendor.answers = [Response(f"<html>{REPEATED}", media_type="text/html")] * 6
    assert main(["ingest", "acme"]) == 1
    _tells_nothing(capsys, caplog)


def _tells_nothing(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    printed = capsys.readouterr()
    told = printed.out + printed.err + caplog.text
    assert printed.out + printed.err, "the command says something"
    assert [one for one in (EMAIL, "canary.bird", PHONE, "55501234", TOKEN) if one in told] == []


def test_masking_leaves_what_helps() -> None:
    told = masked(f"{REPEATED} at 2026-07-01 06:00:00, line 120, id 20000000371", [TOKEN])
    assert told == "no user <e-mail> (<phone>) may ask with Bearer <secret> at 2026-07-01 06:00:00, line 120, id 20000000371"
