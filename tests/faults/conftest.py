"""One small company for the whole suite, and the table of verdicts at the end of the session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from tests.faults.table import LOST, SURVIVED, lines
from tests.faults.trial import Trial, Undisturbed

CUSTOMERS = 50
_OUTCOMES: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox.start(tmp_path_factory.mktemp("faults"), customers=CUSTOMERS) as running:
        yield running


@pytest.fixture(scope="session")
def settings(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {name: {} for name in SOURCES}
    for variable, value in sandbox.environment().items():
        _, source, name = variable.split("__", 2)
        told[source.lower()][name.lower()] = value
    return told


@pytest.fixture(scope="session")
def known() -> dict[tuple[str, datetime], Undisturbed]:
    """What undisturbed extractions gave, each made once."""
    return {}


@pytest.fixture
def trial(
    source: str,
    sandbox: Sandbox,
    settings: dict[str, dict[str, str]],
    known: dict[tuple[str, datetime], Undisturbed],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Trial]:
    """The source at the start of the company's time, with quick retries."""
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "0.05")
    begun = Trial(sandbox, source, tmp_path, settings[source], known)
    yield begun
    begun.off()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    told = getattr(item, "callspec", None)
    if told is not None and {"fault", "source"} <= told.params.keys():
        report = outcome.get_result()  # type: ignore[attr-defined]
        case = told.params["fault"], told.params["source"]
        if report.failed:
            _OUTCOMES[case] = LOST
        elif report.when == "call" and report.passed:
            _OUTCOMES.setdefault(case, SURVIVED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _OUTCOMES:
        terminalreporter.section("faults by sources")
        for line in lines(_OUTCOMES):
            terminalreporter.write_line(line)
