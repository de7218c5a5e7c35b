"""`cx train`: the graph's job on demand, the model it leaves beside the warehouse, and the resolution that uses it."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest

from orchestration.cli import main
from orchestration.identity import training
from orchestration.identity.model import FILE_NAME, load
from tests.identity.people import planted
from tests.identity.warehouse import Warehouse
from tests.orchestration.conftest import Company


@pytest.fixture
def staffed(company: Company, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A company that has 400 records of people and has never resolved or trained; jobs run over its own graph."""
    monkeypatch.setenv("CX_DATA_DIR", str(company.paths.root))
    monkeypatch.setattr(training, "RANDOM_PAIRS", 20_000)
    monkeypatch.setattr(training, "_SESSIONS", training._SESSIONS[:1])  # reading the conditions is what costs time

    def run_job(job: str, paths: object, progress: bool = False) -> None:
        assert company.run(job, instance).success

    monkeypatch.setattr("orchestration.run.run_job", run_job)
    company.paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
    Warehouse(duckdb.connect(str(company.paths.warehouse))).land(*planted(400)).connection.close()
    yield company


def test_a_model_is_learned_kept_and_used(
    staffed: Company, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = staffed.paths.warehouse.parent
    assert load(directory).version == load().version, "until somebody trains, the model that came with the code is used"
    assert main(["train"]) == 0
    learned = load(directory)
    assert learned.version != load().version
    assert f"model {learned.version}, trained on {learned.trained_on}" in " ".join(capsys.readouterr().out.split())

    event = instance.get_latest_materialization_event(dg.AssetKey(["identity_state", "identity_model"]))
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.metadata["version"].value == learned.version

    warehouse = Warehouse(duckdb.connect(str(staffed.paths.warehouse)))
    warehouse.again()
    assert warehouse.rows("select distinct model_version from identity_state.identity_runs") == [(learned.version,)]
    warehouse.connection.close()


def test_training_on_nothing_leaves_no_model_and_says_so(staffed: Company, instance: dg.DagsterInstance) -> None:
    with duckdb.connect(str(staffed.paths.warehouse)) as connection:
        connection.execute("drop table identity.int_identity__nodes")
    assert not staffed.run("train_identity", instance).success
    assert not (staffed.paths.warehouse.parent / FILE_NAME).exists()
