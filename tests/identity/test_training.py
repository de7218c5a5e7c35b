"""Learning without labels: what a small company teaches, and that its lesson is read the way Splink reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ingest.core.errors import CxError
from orchestration.bench.clusters import Quality, quality
from orchestration.identity.candidates import gather, scratch
from orchestration.identity.comparisons import BIRTH_DATE, COMPARISONS, EMAIL, NAME_AND_HOME, PHONE
from orchestration.identity.model import PACKAGED, Model, load, save, settings
from orchestration.identity.pairing import pair_up_all
from orchestration.identity.resolve import resolve
from orchestration.identity.scoring import levels
from orchestration.identity.training import train
from tests.identity.people import planted
from tests.identity.warehouse import DAY_ONE, Warehouse


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    """A company nobody has trained on, resolved with the model that came with the code."""
    made = Warehouse()
    made.run(*planted(1_500))
    return made


@pytest.fixture(scope="module")
def own(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """What its records teach, kept beside the warehouse and read again."""
    directory = tmp_path_factory.mktemp("model")
    save(train(warehouse.connection, random_pairs=30_000), directory)
    return load(directory)


def _found(warehouse: Warehouse) -> Quality:
    """A planted record is called source:people:<person>-<copy>."""
    customers = warehouse.customers()
    people = [node.split(":")[2].split("-")[0] for node in customers]
    return quality(np.array(people), np.array(list(customers.values())))


def test_a_model_of_the_own_records_finds_people_about_as_well_as_the_one_that_came_with_the_code(
    warehouse: Warehouse, own: Model
) -> None:
    packaged = _found(warehouse)
    assert own.version != load().version
    assert own.trained_on.endswith("records")
    resolve(warehouse.connection, DAY_ONE, own)
    trained = _found(warehouse)
    assert packaged.b_cubed > 0.93
    assert trained.b_cubed > packaged.b_cubed - 0.02
    # the few slips among 1,500 records teach less than those among 100,000
    assert trained.precision > 0.9
    assert trained.recall > packaged.recall - 0.02


def test_what_agrees_speaks_for_one_person_and_what_differs_against(own: Model) -> None:
    for comparison in (NAME_AND_HOME, BIRTH_DATE, EMAIL, PHONE):
        *_, alike = own.bits(comparison)
        assert alike > 5 > 0 > own.bits(comparison)[0], comparison.name


def test_the_levels_of_a_pair_are_those_splink_finds(warehouse: Warehouse) -> None:
    from splink import DuckDBAPI, Linker

    connection = warehouse.connection
    with scratch(connection):
        gather(connection)
        pair_up_all(connection, 30)
        names = [comparison.name for comparison in COMPARISONS]
        ours = connection.execute(f"select l, r, {', '.join(names)} from ({levels('scratch.pair')}) order by l, r").fetchall()
        connection.execute("use scratch")
        connection.execute("create table blocked as select l as join_key_l, r as join_key_r, '0' as match_key from pair")
        database = DuckDBAPI(connection)
        told = settings(load().levels, 0.5) | {"retain_matching_columns": True}
        linker = Linker(database.register("person", dataset_display_name="person"), told, log_level=None)
        linker.table_management.register_blocked_pairs_for_predict(database.register("blocked"))
        table = linker.inference.predict(warning_mode="never").physical_name
        gammas = ", ".join(f"gamma_{name}" for name in names)
        splinks: list[tuple[Any, ...]] = connection.execute(
            f"select number_l, number_r, {gammas} from {table} order by number_l, number_r"
        ).fetchall()
        connection.execute("use memory")
    assert len(ours) > 1_000
    assert splinks == ours


def test_a_model_of_other_comparisons_is_refused_with_the_remedy() -> None:
    text = PACKAGED.read_text(encoding="utf-8").replace('"same name, same home"', '"a level of long ago"')
    with pytest.raises(CxError) as error:
        Model.from_json(text)
    assert "cx train" in error.value.remedy
