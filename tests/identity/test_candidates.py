"""Which records are compared: enough to join what is one person, few enough for a million."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from orchestration.identity import pairing
from orchestration.identity.candidates import gather, scratch
from orchestration.identity.linkage import Edges
from orchestration.identity.model import load
from orchestration.identity.pairing import pair_up, pair_up_whole
from tests.identity.warehouse import Warehouse

HOME = {"street_clean": "lindenstr5", "postal_code_clean": "10115", "city_clean": "berlin", "last_name_canonical": "weber"}
FAMILY: dict[str, dict[str, Any]] = {
    "crm:p:anna": {"first_name_canonical": "anna", **HOME},
    "crm:p:bert": {"first_name_canonical": "bert", **HOME},
    "erp:p:anne": {"first_name_canonical": "anne", **HOME},
    "erp:p:nameless": {**HOME},
}
ANNA, BERT, ANNE, NAMELESS = range(4)


@pytest.fixture
def family(monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """One home, in a company so crowded that a key four share is not enough."""
    monkeypatch.setattr(pairing, "CROWD", 0)
    warehouse = Warehouse()
    warehouse.land(FAMILY)
    with scratch(warehouse.connection):
        gather(warehouse.connection)
        yield warehouse


def _pairs(warehouse: Warehouse) -> set[tuple[int, int]]:
    return set(warehouse.rows("select l, r from scratch.pair"))


def test_of_those_who_share_a_home_only_those_are_compared_whose_names_might_be_one(family: Warehouse) -> None:
    pair_up(family.connection, np.arange(4))
    assert _pairs(family) == {(ANNA, ANNE), (ANNA, NAMELESS), (BERT, NAMELESS), (ANNE, NAMELESS)}


def test_among_few_records_everybody_who_shares_a_key_is_compared(family: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "CROWD", 300_000)
    assert pair_up(family.connection, np.arange(4)) == 6


def test_what_rules_have_joined_is_not_compared_any_more(family: Warehouse) -> None:
    pair_up(family.connection, np.array([ANNA, BERT, ANNA, NAMELESS]))
    assert (ANNA, ANNE) not in _pairs(family) and (ANNA, NAMELESS) in _pairs(family)


def test_clusters_that_might_be_one_are_compared_whole(family: Warehouse) -> None:
    settled = np.array([ANNA, BERT, BERT, NAMELESS])
    likely = Edges.of(np.array([ANNA, ANNA]), np.array([BERT, NAMELESS]), np.array([5_000, -5_000]))
    assert pair_up_whole(family.connection, settled, np.ones(4, dtype=np.bool_), likely, above=0) == 1
    assert _pairs(family) == {(ANNA, ANNE)}, "Anna's other pair with that cluster; nothing of the nameless, who is unlike all"


def test_what_is_a_persons_own_weighs_as_much_in_a_company_of_any_size() -> None:
    """Others in a home do not become more with the company, though any two records are less likely one person."""
    model = load()
    for n_records in (1_000, 3_000_000):
        told = model.own_bits(n_records) + model.prior_bits(n_records)
        assert math.isclose(told, model.prior_bits(model.n_records), abs_tol=0.01)
