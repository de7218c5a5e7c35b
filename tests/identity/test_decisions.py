"""What people decide counts for more than any rule, holds when new evidence comes, and can be taken back."""

from __future__ import annotations

import pytest

from ingest.core.errors import CxError
from orchestration.identity import decisions
from orchestration.identity.decisions import By
from orchestration.identity.why import why
from tests.identity.warehouse import Warehouse

ADA = By("ada", "seen the papers")


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


def test_two_customers_become_one_and_everybody_else_stays(warehouse: Warehouse) -> None:
    warehouse.run("abcde", [("a", "b"), ("d", "e")])
    before = warehouse.customers()
    decisions.merge(warehouse.connection, before["a"], before["c"], ADA)
    warehouse.again()
    now = warehouse.customers()
    assert warehouse.groups() == {frozenset("abc"), frozenset("de")}
    assert now["a"] == before["a"] and now["d"] == before["d"]


def test_undoing_a_merge_gives_both_their_ids_back_and_holds_against_the_rule_that_joined_them(warehouse: Warehouse) -> None:
    warehouse.run("abcd", [("a", "b"), ("c", "d")])
    before = warehouse.customers()
    warehouse.run("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    assert warehouse.groups() == {frozenset("abcd")}
    decisions.unmerge(warehouse.connection, before["c"], [], ADA)
    warehouse.again()
    assert warehouse.customers() == before
    warehouse.run("abcde", [("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("d", "e"), ("e", "a")])
    now = warehouse.customers()
    assert {node: now[node] for node in "abcd"} == before, "a new record that knows both does not join them"


def test_the_ledger_says_who_took_a_customer_apart(warehouse: Warehouse) -> None:
    warehouse.run("ab")
    warehouse.run("ab", [("a", "b")])
    whole = warehouse.customers()["a"]
    decisions.unmerge(warehouse.connection, whole, [], ADA)
    warehouse.again()
    told = warehouse.rows("select evidence, decided_by from identity_state.customer_events where event = 'split'")
    assert told == [("override: never_merge", "ada")]
    merged = warehouse.rows("select evidence, decided_by from identity_state.customer_events where event = 'merged'")
    assert merged == [("rule: same_email", "rules")]


def test_named_records_leave_a_customer_that_was_never_merged(warehouse: Warehouse) -> None:
    warehouse.run({f"x:y:{name}": {} for name in "abc"}, [("x:y:a", "x:y:b"), ("x:y:b", "x:y:c")])
    whole = warehouse.customers()["x:y:a"]
    with pytest.raises(CxError, match="not merged"):
        decisions.unmerge(warehouse.connection, whole, [], ADA)
    decisions.unmerge(warehouse.connection, whole, ["x:y:b"], ADA)
    warehouse.again()
    assert frozenset({"x:y:b"}) in warehouse.groups()


def test_the_newer_decision_counts(warehouse: Warehouse) -> None:
    warehouse.run("ab", [("a", "b")])
    whole = warehouse.customers()["a"]
    warehouse.connection.execute("alter table identity.int_identity__edges rename to away")
    warehouse.connection.execute("create table identity.int_identity__edges as from identity.away where false")
    warehouse.again()
    a, b = (warehouse.customers()[node] for node in "ab")
    assert a != b and whole in (a, b)
    decisions.merge(warehouse.connection, a, b, ADA)
    warehouse.again()
    assert warehouse.groups() == {frozenset("ab")}
    decisions.unmerge(warehouse.connection, whole, [], ADA)
    warehouse.again()
    assert len(warehouse.groups()) == 2
    decisions.merge(warehouse.connection, a, b, ADA)
    warehouse.again()
    assert warehouse.groups() == {frozenset("ab")}
    assert warehouse.customers()["a"] == whole


def test_the_seed_never_merge_keeps_two_records_apart(warehouse: Warehouse) -> None:
    warehouse.connection.execute("""
        create table reference.identity_overrides as
        select 'never_merge' as kind, 'a' as node_l, 'b' as node_r, 'ada' as author, 'twins' as reason, date '2026-01-01' as decided_on""")
    warehouse.run("abc", [("a", "b"), ("b", "c")])
    assert len({warehouse.customers()[node] for node in "ab"}) == 2
    with pytest.raises(CxError, match="seed"):
        decisions.merge(warehouse.connection, *(warehouse.customers()[node] for node in "ab"), ADA)


WEBERS = {
    "crm:p:1": {"first_name_canonical": "anna", "last_name_canonical": "weber", "email_clean": "anna.weber@a.example"},
    "erp:p:1": {"first_name_canonical": "hanna", "last_name_canonical": "weber", "phone_digits": "4930123456", "source": "erp"},
    "crm:p:2": {"first_name_canonical": "paul", "last_name_canonical": "roth", "email_clean": "paul.roth@a.example"},
}


def test_a_question_can_be_answered_both_ways(warehouse: Warehouse) -> None:
    warehouse.run(WEBERS)
    warehouse.connection.execute("""insert into identity_state.review_queue
        select 'q1', 'crm:p:1', 'erp:p:1', l.customer_id, r.customer_id, 0.1, 'uncertain', 2
        from identity_state.customer_xref as l, identity_state.customer_xref as r where l.node_id = 'crm:p:1' and r.node_id = 'erp:p:1'""")
    decisions.answer(warehouse.connection, "q1", True, ADA)
    warehouse.again()
    assert frozenset({"crm:p:1", "erp:p:1"}) in warehouse.groups()
    story = why(warehouse.connection, warehouse.customers()["crm:p:1"])
    assert {evidence.by for evidence in story.evidence} >= {"decision of ada"}
    assert len(story.records) == 2
