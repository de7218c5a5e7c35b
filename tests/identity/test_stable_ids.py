"""Customer ids outlive growth, merges and splits, and depend on nothing but the records and their edges."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.identity.resolve import resolve
from orchestration.identity.stable_ids import EVENTS
from tests.identity.warehouse import DAY_ONE, Edge, Warehouse, groups


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


def test_the_same_input_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.run("abcd", [("a", "b"), ("c", "d")])
    before = warehouse.state()
    counts = warehouse.run("abcd", [("a", "b"), ("c", "d")])
    assert warehouse.state() == before
    assert (counts["edges"], counts["nodes"], counts["customers"]) == (2, 4, 2)
    assert not any(counts[event] for event in EVENTS)


def test_a_customer_that_grows_keeps_its_id(warehouse: Warehouse) -> None:
    warehouse.run("bc", [("b", "c")])
    first = warehouse.customers()["b"]
    warehouse.run("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    assert set(warehouse.customers().values()) == {first}
    reasons = warehouse.rows("select node_id, reason from identity_state.customer_xref order by node_id")
    assert reasons == [("a", "joined"), ("b", "new"), ("c", "new"), ("d", "joined")]


def test_a_merge_keeps_the_id_of_the_plurality_and_leads_the_other_to_it(warehouse: Warehouse) -> None:
    warehouse.run("abc", [("b", "c")])
    small, large = warehouse.customers()["a"], warehouse.customers()["b"]
    warehouse.run("abc", [("a", "b"), ("b", "c")])
    assert set(warehouse.customers().values()) == {large}
    assert warehouse.events() == [("merged", small, large, 1)]
    assert warehouse.rows(f"select status, merged_into from identity_state.customer_registry where customer_id = '{small}'") == [
        ("merged", large)
    ]


def test_an_id_merged_twice_over_is_one_hop_from_its_survivor(warehouse: Warehouse) -> None:
    warehouse.run("abcdef", [("b", "c"), ("d", "e"), ("e", "f")])
    first, last = warehouse.customers()["a"], warehouse.customers()["d"]
    warehouse.run("abcdef", [("a", "b"), ("b", "c"), ("d", "e"), ("e", "f")])
    warehouse.run("abcdef", [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f")])
    survivor = warehouse.customers()["a"]
    assert set(warehouse.rows("select distinct merged_into from identity_state.customer_registry where status = 'merged'")) == {
        (survivor,)
    }
    assert {first, last} <= {row[0] for row in warehouse.rows("select customer_id from identity_state.customer_registry")}


def test_a_split_leaves_the_id_with_the_larger_part_and_names_where_the_rest_came_from(warehouse: Warehouse) -> None:
    warehouse.run("abc", [("a", "b"), ("b", "c")])
    whole = warehouse.customers()["a"]
    warehouse.run("abc", [("b", "c")])
    customers = warehouse.customers()
    assert customers["b"] == customers["c"] == whole != customers["a"]
    assert ("split", customers["a"], whole, 1) in warehouse.events()


def test_a_founder_that_was_split_off_does_not_take_the_id_it_gave_away(warehouse: Warehouse) -> None:
    warehouse.run("abc", [("a", "b"), ("b", "c")])
    warehouse.run("abc", [("b", "c")])
    warehouse.run("abc", [("a", "b"), ("b", "c")])
    warehouse.run("abc", [("b", "c")])
    assert len(set(warehouse.customers().values())) == 2
    ids = [row[0] for row in warehouse.rows("select customer_id from identity_state.customer_registry")]
    assert len(ids) == len(set(ids))


def test_a_record_that_changes_sides_moves_without_touching_either_id(warehouse: Warehouse) -> None:
    warehouse.run("abcdef", [("a", "b"), ("b", "c"), ("d", "e"), ("e", "f")])
    left, right = warehouse.customers()["a"], warehouse.customers()["d"]
    warehouse.run("abcdef", [("a", "b"), ("c", "d"), ("d", "e"), ("e", "f")])
    assert warehouse.customers()["c"] == right
    assert warehouse.events() == [("moved", right, left, 1)]


def test_a_customer_without_records_retires_and_comes_back_with_them(warehouse: Warehouse) -> None:
    warehouse.run("ab")
    gone = warehouse.customers()["a"]
    warehouse.run("b")
    assert warehouse.events() == [("retired", gone, None, 1)]
    warehouse.run("ab")
    assert warehouse.customers()["a"] == gone
    assert warehouse.events() == [("revived", gone, None, 1)]


def test_a_failing_run_leaves_the_ledger_as_it_was(warehouse: Warehouse) -> None:
    warehouse.run("ab", [("a", "b")])
    before = warehouse.state()
    warehouse.connection.execute("drop table identity.int_identity__edges")
    with pytest.raises(duckdb.CatalogException):
        resolve(warehouse.connection, DAY_ONE)
    assert warehouse.state() == before


NAMES = [f"{letter}{number}" for letter in "abcdefghij" for number in range(3)]
"""Enough records for many customers at once, each first seen on the day its letter says."""


@st.composite
def days(draw: st.DrawFn) -> list[tuple[list[str], list[Edge]]]:
    """A few days of records and edges; an edge may name a record that is not there."""
    present = st.lists(st.sampled_from(NAMES), unique=True, min_size=1)
    edges = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=24)
    return draw(st.lists(st.tuples(present, edges), min_size=2, max_size=3))


@settings(max_examples=5, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_whatever_happens_one_customer_is_one_cluster_in_whatever_order_it_is_told(
    history: list[tuple[list[str], list[Edge]]], random: object
) -> None:
    """And every id is accounted for."""
    straight, shuffled = Warehouse(), Warehouse()
    for present, edges in history:
        straight.run(present, edges)
        customers = straight.customers()
        assert set(customers) == set(present)
        assert groups(customers) == groups(_clusters(present, edges))
        active = {
            row[0] for row in straight.rows("select customer_id from identity_state.customer_registry where status = 'active'")
        }
        assert active == set(customers.values())
        mixed = [(right, left) for left, right in edges]
        random.shuffle(mixed)  # type: ignore[attr-defined]
        shuffled.run(sorted(present, reverse=True), mixed)
    assert shuffled.state() == straight.state()
    orphans = straight.rows("""
        select loser.customer_id from identity_state.customer_registry as loser
        left join identity_state.customer_registry as survivor on loser.merged_into = survivor.customer_id
        where loser.status = 'merged' and coalesce(survivor.status, 'merged') = 'merged'""")
    assert orphans == []


def _clusters(present: Iterable[str], edges: Iterable[Edge]) -> dict[str, str]:
    """The cluster of each record, by repeated relabelling."""
    label = {node: node for node in present}
    for _ in label:
        for left, right in edges:
            if left in label and right in label:
                label[left] = label[right] = min(label[left], label[right])
    return label
