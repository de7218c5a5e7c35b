"""How alike two records are, and what that weighs."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.identity.candidates import gather, scratch
from orchestration.identity.comparisons import COMPARISONS, NAME_AND_HOME, PHONE
from orchestration.identity.features import one_slip
from orchestration.identity.model import load
from orchestration.identity.scoring import levels
from orchestration.identity.weights import HEARSAY_BITS, Pairs, Shares, match_weights
from tests.identity.warehouse import Warehouse

HERE = {"street_clean": "bahnhofstr5", "postal_code_clean": "10115", "city_clean": "berlin"}
ANNA = {"first_name_canonical": "anna", "last_name_canonical": "weber"}
ANN = {"first_name_canonical": "anna", "last_name_canonical": "schmidt"}


def _label(one: dict[str, Any], other: dict[str, Any]) -> str:
    warehouse = Warehouse()
    warehouse.land({"crm:p:1": one, "crm:p:2": other})
    with scratch(warehouse.connection):
        gather(warehouse.connection)
        found = warehouse.rows(f"select name_and_home from ({levels('(select 0 as l, 1 as r)')})")
    return str(NAME_AND_HOME.labels()[found[0][0]])


@pytest.mark.parametrize(
    ("there", "is_home"),
    [
        (HERE, True),
        (HERE | {"city_clean": "berlln"}, True),
        (HERE | {"postal_code_clean": "20095"}, True),
        (HERE | {"city_clean": None, "postal_code_clean": None}, True),
        (HERE | {"street_clean": "bahnhofstr6"}, True),
        (HERE | {"city_clean": "passau", "postal_code_clean": "94032"}, False),
        (HERE | {"street_clean": "bahnhofstr6", "city_clean": "passau"}, False),
        ({"street_clean": "lindenstr5", "postal_code_clean": "10115", "city_clean": "berlin"}, False),
    ],
    ids=["same", "slip in the town", "other code", "place unknown", "other number", "other place", "other number and town", "other street"],
)  # fmt: skip
def test_a_home_is_a_street_in_a_place(there: dict[str, Any], is_home: bool) -> None:
    assert _label(ANNA | HERE, ANN | there).endswith("same home") == is_home


def test_a_street_without_a_number_is_a_home_only_where_the_place_agrees() -> None:
    bare = HERE | {"street_clean": "bahnhofstr"}
    elsewhere = bare | {"postal_code_clean": "94032", "city_clean": None}
    assert _label(ANNA | bare, ANN | bare) == "same first name, same home"
    assert _label(ANNA | bare, ANN | elsewhere) == "same first name"


@given(st.text("ab1", max_size=7), st.text("ab1", max_size=7))
def test_a_slip_is_what_the_dear_distance_says_it_is(one: str, other: str) -> None:
    asked = f"select {one_slip('a', 'b')}, damerau_levenshtein(a, b) <= 1 from (select $1 as a, $2 as b)"
    ours, theirs = duckdb.execute(asked, [one, other]).fetchall()[0]
    assert ours == theirs


def _pair(**at: int) -> Pairs:
    one = {comparison.name: np.array([at.get(comparison.name, -1)], dtype=np.int8) for comparison in COMPARISONS}
    return Pairs(np.array([0]), np.array([1]), one)


def _held(**bits: float) -> Shares:
    return {term: np.full(2, bits.get(term, math.nan)) for term in ("first_name", "last_name", "place")}


def test_a_weight_is_the_sum_of_what_levels_weigh_and_of_how_rare_the_names_are() -> None:
    model = load()
    same, rare, common = NAME_AND_HOME.labels().index("same name, elsewhere"), -9.0, -5.0
    pair, held = _pair(name_and_home=same, birth_date=3), _held(first_name=rare, last_name=common, place=-12.0)
    usual = math.log2(model.common["first_name"]) + math.log2(model.common["last_name"])
    moved = max(min(usual - rare - common, 8.0), -20.0)
    bits = model.prior_bits(1_000) + model.bits(NAME_AND_HOME)[same] + model.bits(COMPARISONS[1])[3] + moved
    assert match_weights(model, pair, held, 1_000).weight[0] == pytest.approx(1000 * bits, abs=0.6)


def test_names_alone_weigh_less_in_a_town_than_in_a_hamlet() -> None:
    """The rarer place speaks by its rarity already; a town takes off as much as is written."""
    place = NAME_AND_HOME.labels().index("similar names, same place")
    town, hamlet = (match_weights(load(), _pair(name_and_home=place), _held(place=bits), 1_000).weight[0] for bits in (-4, -11))
    assert hamlet - town == 1000 * HEARSAY_BITS


def test_a_line_alone_never_joins_a_record_without_a_name() -> None:
    agreed = len(PHONE.levels)
    assert match_weights(load(), _pair(phone=agreed), _held(), 50).weight[0] <= 0
