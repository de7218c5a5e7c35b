"""The clusters depend on the records alone: not on their order, on threads, on the day, or on how many came at once."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.identity.people import planted
from tests.identity.warehouse import Edge, Warehouse

People = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def people() -> tuple[People, list[Edge]]:
    return planted(300)


@pytest.fixture(scope="module")
def at_once(people: tuple[People, list[Edge]]) -> Warehouse:
    warehouse = Warehouse()
    warehouse.run(*people)
    return warehouse


def _some(people: People, edges: list[Edge], names: set[str]) -> tuple[People, list[Edge]]:
    """The part of the company that has landed."""
    return {name: people[name] for name in people if name in names}, [edge for edge in edges if set(edge) <= names]


def test_the_model_joins_what_no_rule_does(people: tuple[People, list[Edge]], at_once: Warehouse) -> None:
    nodes, edges = people
    by_rules = Warehouse()
    by_rules.run(nodes.keys(), edges)
    assert len(at_once.groups()) < 0.8 * len(by_rules.groups()) < len(nodes)


@pytest.mark.parametrize("seed", [1])
def test_records_that_come_day_by_day_make_the_same_customers_as_all_at_once(
    people: tuple[People, list[Edge]], at_once: Warehouse, seed: int
) -> None:
    nodes, edges = people
    names = list(nodes)
    random.Random(seed).shuffle(names)
    daily, compared = Warehouse(), []
    for landed in (len(names) // 2, len(names) * 9 // 10, len(names)):
        compared.append(daily.run(*_some(nodes, edges, set(names[:landed])))["compared"])
    assert daily.groups() == at_once.groups()
    everything = at_once.rows("select sum(compared)::integer from identity_state.identity_runs")[0][0]
    assert 0 < compared[-1] < everything / 2, "the last tenth is compared with what is there, not everything again"
    assert daily.again()["compared"] == 0


def test_a_record_that_changed_is_compared_again(people: tuple[People, list[Edge]]) -> None:
    nodes, edges = people
    warehouse = Warehouse()
    warehouse.run(nodes, edges)
    name = next(node for node, known in nodes.items() if known["street_clean"])
    changed = {
        **nodes,
        name: {**nodes[name], "street_clean": "neueallee7", "city_clean": "anderswo", "postal_code_clean": "99999"},
    }
    fresh = Warehouse()
    fresh.run(changed, edges)
    assert warehouse.run(changed, edges)["compared"] > 0
    assert warehouse.groups() == fresh.groups()


@settings(max_examples=2, deadline=None)
@given(order=st.randoms(use_true_random=False), threads=st.sampled_from([1, 2, 4]))
def test_neither_order_nor_threads_matter(
    people: tuple[People, list[Edge]], at_once: Warehouse, order: random.Random, threads: int
) -> None:
    nodes, edges = people
    names = list(nodes)
    order.shuffle(names)
    mixed = [(right, left) for left, right in edges]
    order.shuffle(mixed)
    shuffled = Warehouse()
    shuffled.connection.execute(f"set threads = {threads}")
    shuffled.run({name: nodes[name] for name in names}, mixed)
    assert shuffled.customers() == at_once.customers()
    assert shuffled.rows("select * from identity_state.compared_pairs order by all") == at_once.rows(
        "select * from identity_state.compared_pairs order by all"
    )


def test_two_birth_dates_are_two_people(people: tuple[People, list[Edge]]) -> None:
    nodes, _ = people
    name = next(node for node, known in nodes.items() if known["birth_date_clean"] and known["first_name_canonical"])
    twin = {**nodes[name], "birth_date_clean": "19010717" if nodes[name]["birth_date_clean"][:2] != "19" else "20110717"}
    warehouse = Warehouse()
    warehouse.run({name: nodes[name], "shop:people:twin": twin}, [(name, "shop:people:twin")])
    assert len(warehouse.groups()) == 2


def test_a_household_is_a_group_of_customers_not_one_customer() -> None:
    home = {"last_name_canonical": "weber", "street_clean": "lindenstr5", "postal_code_clean": "10115", "city_clean": "berlin"}
    warehouse = Warehouse()
    warehouse.run({"crm:p:1": {"first_name_canonical": "anna", **home}, "crm:p:2": {"first_name_canonical": "paul", **home}})
    assert len(warehouse.groups()) == 2
    assert len(set(warehouse.rows("select household_id from identity_state.household_members"))) == 1
    assert warehouse.rows("select count(*) from identity_state.household_members") == [(2,)]
