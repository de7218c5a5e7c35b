"""Trouble at the token endpoint ends a source at once, with one line that says what it is."""

from __future__ import annotations

import pytest

from ingest.core.errors import SourceStopped
from tests.faults.faults import TOKENS
from tests.faults.trial import Trial

pytestmark = pytest.mark.parametrize("source", TOKENS)


def test_a_burst_of_5xx_is_waited_out(trial: Trial) -> None:
    trial.on(fail_token={"status": 503, "count": 2})
    trial.recover()


def test_an_answer_without_a_token_is_no_token(trial: Trial) -> None:
    trial.on(fail_token={"status": 200, "count": 100, "body": "<html>We will be back shortly.</html>"})
    [error] = trial.run(fails=True).errors
    assert isinstance(error, SourceStopped) and "no access token from" in str(error)


def test_a_refusal_is_for_a_person_to_mend_and_asked_for_once(trial: Trial) -> None:
    before = trial.sandbox.calls()[trial.name]
    trial.on(fail_token={"status": 401, "count": 1})
    [error] = trial.run(fails=True).errors
    assert isinstance(error, SourceStopped) and error.status == 401
    assert "access denied" in str(error) and "SOURCES__" in error.remedy
    assert trial.sandbox.calls()[trial.name] == before
