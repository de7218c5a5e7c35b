"""A merge and an unmerge from the command to the published file: facts follow, KPI rows that moved are listed, nobody else moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.cli import main
from orchestration.identity.resolve import resolve
from orchestration.identity_commands import moves
from tests.orchestration.conftest import Company

Row = dict[str, object]


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture(scope="module")
def published(parsed_project: Path, instance: dg.DagsterInstance, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Three people gave one answer each, with 9, 10 and 3 points; all is published. Every test leaves all three apart again."""
    real = Company(Paths(tmp_path_factory.mktemp("decided") / "data"), parsed_project, resolve=resolve)
    assert real.run("daily", instance).success
    return real


@pytest.fixture
def built(published: Company, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The same, with the command as it is over the small company's graph."""
    monkeypatch.setenv("CX_DATA_DIR", str(published.paths.root))
    monkeypatch.setattr("orchestration.run.run_job", lambda job, paths, progress=False: published.run(job, instance))
    return published


def _customers(company: Company) -> dict[str, str]:
    with duckdb.connect(str(company.paths.warehouse)) as connection:
        return dict(
            connection.execute("select node_id, customer_id from identity_state.customer_xref where valid_to is null").fetchall()
        )


def _moves(company: Company) -> list[Row]:
    with duckdb.connect(str(company.paths.warehouse)) as connection:
        names, rows = moves(connection)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _answers(company: Company) -> dict[object, object]:
    return dict(company.published("select customer_id, answers from customer_360"))


def test_a_merge_and_its_undoing_restate_facts_and_kpis(
    built: Company, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = (_customers(built)[f"desk:answers:{number}"] for number in range(3))
    assert _answers(built) == {first: 1, second: 1, third: 1}

    assert main(["merge", first, second, "--reason", "one household, one person", "--author", "ada"]) == 0
    assert "cx build" in capsys.readouterr().out
    assert _answers(built) == {first: 1, second: 1, third: 1}, "a decision alone moves nothing"
    assert main(["build"]) == 0
    printed = capsys.readouterr().out
    assert "KPI rows that moved" in printed and "nps" in printed
    survivor = _customers(built)["desk:answers:0"]
    assert _answers(built) == {survivor: 2, third: 1}
    [moved] = [row for row in _moves(built) if row["kpi_id"] == "nps"]
    assert (moved["published_denominator"], moved["denominator"]) == (3, 2)
    assert (moved["published_value"], moved["value"]) == (pytest.approx(22 / 3), 11)
    assert not moved["has_newer_data"]

    lost = ({first, second} - {survivor}).pop()
    assert main(["why", lost, "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    assert story["customer_id"] == survivor
    assert ["decision of ada", "always_merge: one household, one person"] in [[e["by"], e["told"]] for e in story["evidence"]]
    assert [(e["event"], e["evidence"], e["decided_by"]) for e in story["events"] if e["event"] == "merged"] == [
        ("merged", "override: always_merge", "ada")
    ]

    assert main(["unmerge", lost, "--author", "ada"]) == 0
    assert built.run("build", instance).success
    assert _answers(built) == {first: 1, second: 1, third: 1}, "both ids are back, the third was never touched"
    [moved] = [row for row in _moves(built) if row["kpi_id"] == "nps"]
    assert (moved["published_denominator"], moved["denominator"]) == (2, 3)


def test_a_build_without_a_decision_moves_nothing(built: Company, capsys: pytest.CaptureFixture[str]) -> None:
    before = _customers(built)
    assert main(["build"]) == 0
    assert "KPI row" not in capsys.readouterr().out
    assert _customers(built) == before
    assert _moves(built) == []


def test_what_cannot_be_decided_says_why(built: Company, capsys: pytest.CaptureFixture[str]) -> None:
    some = _customers(built)["desk:answers:0"]
    for command, told in (
        (["merge", some, some], "one customer already"),
        (["merge", some, "C000000000000000"], "there is no customer"),
        (["unmerge", some], "not merged"),
        (["review", "nothing", "--same"], "no open question"),
    ):
        assert main(command) == 1
        assert told in capsys.readouterr().err
