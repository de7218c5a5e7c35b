"""A late answer, a refund, a reopened case, an unmerge and an erasure, one by one: exactly the restatements the truth implies.

Each is done twice: to the tables of a copy of the demo's warehouse, and to the planted facts, from which the figures before and
after are counted by hand, so to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from ingest.sandbox.telling import told_by
from ingest.sandbox.told import Answer, Told
from orchestration.bench.kpis import TRAILING, Figures, Key, same, truth_figures
from tests.demo.conftest import Demo
from tests.demo.kpis import moved
from tests.demo.rebuilt import Change, Rebuilt

HOUR_US = 3_600_000_000
LAST_COMPLETE = "date_trunc('month', (select max(period_start) from marts.kpi_period where is_complete))"
OWNED = """(select distinct owner.person_id, xref.customer_id, xref.node_id, owner.source from company.truth.record_owner as owner
    join identity_state.customer_xref as xref
        on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null)"""


class World:
    """The demo's warehouse to change, and the facts it was told."""

    def __init__(self, demo: Demo, rebuilt: Rebuilt) -> None:
        self.sandbox, self.rebuilt, self.clock = demo.paths.sandbox, rebuilt, rebuilt.clock
        self.last_month = rebuilt.ask("select max(period_start) from marts.kpi_period where is_complete")[0][0]
        self.told = told_by(demo.paths.sandbox, self.clock)
        self.figures = self._figures(self.told)

    def one(self, query: str) -> dict[str, Any]:
        """The first row of a question to warehouse and truth; there must be one."""
        with duckdb.connect(str(self.rebuilt.paths.warehouse), read_only=True) as connection:
            connection.execute(f"attach '{self.sandbox / 'company.duckdb'}' as company (read_only); set timezone = 'UTC'")
            found = connection.execute(query)
            names = [column[0] for column in found.description or []]
            rows = found.fetchall()
        assert rows, query
        return dict(zip(names, rows[0], strict=True))

    def holds(self, change: Change, told: Told, cause: str) -> set[str]:
        """The change restates what the two truths say, all of it for `cause`; returns the KPIs that moved."""
        rows = self.rebuilt.restatements(change)
        after = self._figures(told)
        cuts = {key[0:1] + key[2:4] for key in (*self.figures, *after)}
        restated = {_key(row): (row["published_value"], row["value"]) for row in rows if _cut(row) in cuts}
        expected = {key for key in moved(self.figures, after) if key[4] <= self.last_month}
        assert restated.keys() == expected, sorted(restated.keys() ^ expected, key=str)[:10]
        for key, values in restated.items():
            true = tuple(figures.get(key, (None, None, None, 0))[2] for figures in (self.figures, after))
            assert all(map(same, values, true)), (key, values, true)
        assert {row["cause"] for row in rows} == {cause}
        return {row["kpi_id"] for row in rows}

    def _figures(self, told: Told) -> dict[Key, Figures]:
        return {key: figures for key, figures in truth_figures(told, self.clock).items() if key[2] != TRAILING}


def _key(row: dict[str, Any]) -> Key:
    return row["segment_type"], row["segment"], row["kpi_id"], row["variant"], row["period_start"]


def _cut(row: dict[str, Any]) -> tuple[str, ...]:
    return row["segment_type"], row["kpi_id"], row["variant"]


@pytest.fixture(scope="module")
def world(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(demo, Rebuilt.of(demo, tmp_path_factory.mktemp("restated")))


def test_without_a_change_nothing_is_restated(world: World) -> None:
    assert world.rebuilt.restatements(lambda connection: ["source.cx.publication_state.kpi_period"]) == []


def test_a_late_answer(world: World) -> None:
    """Somebody who rated a call in a month long over did so again an hour later, and the file comes only now."""
    known = world.one(f"""
        select ratings.rating_id, ratings.called_at, owned.person_id, owned.customer_id
        from raw_file_drops.call_ratings as ratings
        join customer_360.fct_feedback as feedback on feedback.feedback_id = 'file_drops:' || ratings.rating_id
        join {OWNED} as owned on owned.node_id = 'file_drops:call_ratings:' || ratings.rating_id
        where ratings.score = 5 and ratings.called_at < {LAST_COMPLETE} order by 1""")

    def comes_late(connection: duckdb.DuckDBPyConnection) -> list[str]:
        for table, changes in (
            ("raw_file_drops.call_ratings", "'late' as rating_id, called_at + interval 1 hour as called_at, 1 as score"),
            ("identity.int_identity__records", "'file_drops:call_ratings:late' as node_id"),
            ("identity_state.customer_xref", "'file_drops:call_ratings:late' as node_id"),
        ):
            here = (
                f"rating_id = '{known['rating_id']}'"
                if "raw" in table
                else f"node_id = 'file_drops:call_ratings:{known['rating_id']}'"
            )
            connection.execute(f"insert into {table} select * replace ({changes}) from {table} where {here}")
        return ["source.cx.raw_file_drops.call_ratings", "source.cx.identity_state.customer_xref"]

    at = round((known["called_at"] + timedelta(hours=1)).timestamp() * 1_000_000)
    late = Answer("late", "call_centre", known["person_id"], "csat", 1, at)
    answers = [*world.told.answers, late]
    assert world.holds(comes_late, replace(world.told, answers=answers), "late answer") == {"csat", "csat_mean"}


def test_a_refund(world: World) -> None:
    """An order of a month long over, never refunded before, is given back whole."""
    order = world.one(f"""
        select orders.*, charges.id as charge_id, charges.amount, owned.person_id, epoch_us(orders.ordered_at) as at
        from customer_360.fct_orders as orders
        join raw_stripe.charges as charges on 'stripe:' || charges.invoice_id = orders.order_id and charges.paid
        join {OWNED} as owned on owned.customer_id = orders.customer_id
        where orders.status = 'paid' and not orders.is_test and orders.refunded_minor = 0 and orders.currency_code = 'EUR'
            and orders.ordered_on < {LAST_COMPLETE}
        order by orders.order_id limit 1""")

    def is_given_back(connection: duckdb.DuckDBPyConnection) -> list[str]:
        connection.execute(
            "insert into raw_stripe.refunds by name select 're_late' as id, id as charge_id, amount, currency, 'succeeded' as status,"
            " livemode, created_at, _run_id, _seq, _observed_at from raw_stripe.charges where id = ?",
            [order["charge_id"]],
        )
        return ["source.cx.raw_stripe.refunds"]

    [whole] = [
        o for o in world.told.orders if (o.source, o.person_id, o.ordered_at) == ("stripe", order["person_id"], order["at"])
    ]
    orders = [replace(o, refunded_minor=o.net_minor) if o is whole else o for o in world.told.orders]
    assert world.holds(is_given_back, replace(world.told, orders=orders), "refund") == {"aov", "clv_historic"}


def test_a_reopened_case(world: World) -> None:
    """A case solved at once, in a month long over, is opened again and not solved since."""
    case = world.one(f"""
        select tickets.id from raw_zendesk_support.tickets as tickets
        join customer_360.fct_cases as cases on cases.case_id = 'zendesk_support:' || tickets.id
        where cases.status = 'closed' and cases.reopens = 0 and cases.customer_id is not null and not cases.is_deleted
            and cases.first_reply_minutes is not null and cases.solved_at < {LAST_COMPLETE} order by 1""")

    def is_opened_again(connection: duckdb.DuckDBPyConnection) -> list[str]:
        connection.execute(
            "update raw_zendesk_support.tickets set status = 'open', metric_reopens = 1, metric_solved_at = null where id = ?",
            [case["id"]],
        )
        return ["source.cx.raw_zendesk_support.tickets"]

    cases = [replace(c, solved_at=None, reopens=1) if c.case_id == case["id"] else c for c in world.told.cases]
    assert cases != world.told.cases
    assert world.holds(is_opened_again, replace(world.told, cases=cases), "reopened case") == {
        "resolution_time", "first_resolution_time", "reopen_rate", "first_contact_resolution",
    }  # fmt: skip


def test_an_unmerge(world: World) -> None:
    """Who bought by two systems turns out to be two people."""
    one = world.one(f"""
        select customer_id, any_value(person_id) as person_id, source
        from (select * from {OWNED}) as owned
        where source in ('netsuite', 'erp_postgres') and customer_id in (
            select customer_id from customer_360.fct_orders where status = 'paid' and not is_test and ordered_on < {LAST_COMPLETE}
            group by customer_id having count(distinct source) filter (source in ('netsuite', 'erp_postgres')) = 1 and count(distinct source) > 1
        ) and (customer_id, source) in (select (customer_id, source) from customer_360.fct_orders where status = 'paid')
        group by customer_id, source order by customer_id""")

    def is_split(connection: duckdb.DuckDBPyConnection) -> list[str]:
        here = f"customer_id = '{one['customer_id']}' and node_id like '{one['source']}:%' and valid_to is null"
        connection.execute(f"update identity_state.customer_xref set customer_id = 'C_SPLIT_OFF' where {here}")
        connection.execute(
            "insert into identity_state.customer_registry by name select 'C_SPLIT_OFF' as customer_id, 'active' as status"
        )
        connection.execute(
            "insert into identity_state.customer_events by name select 'split' as event, 'C_SPLIT_OFF' as customer_id, ? as other_id",
            [one["customer_id"]],
        )
        return ["source.cx.identity_state.customer_xref", "source.cx.identity_state.customer_events"]

    orders = [
        replace(o, person_id="split off") if (o.person_id, o.source) == (one["person_id"], one["source"]) else o
        for o in world.told.orders
    ]
    countries = {**world.told.countries, "split off": world.told.countries[one["person_id"]]}
    moved_kpis = world.holds(is_split, replace(world.told, orders=orders, countries=countries), "split")
    assert "clv_historic" in moved_kpis and "aov" not in moved_kpis


def test_an_erasure(world: World) -> None:
    """Nothing of somebody who was a lead, answered and bought is left."""
    gone = world.one(f"""
        select customers.customer_id, any_value(owned.person_id) as person_id
        from customer_360.dim_customers as customers
        join {OWNED} as owned on owned.customer_id = customers.customer_id
        where customers.lead_created_at < {LAST_COMPLETE} and not customers.is_test
            and customers.customer_id in (select customer_id from customer_360.fct_orders where status = 'paid' and not is_test and ordered_on < {LAST_COMPLETE})
            and customers.customer_id in (select customer_id from customer_360.fct_feedback where metric = 'nps' and responded_at < {LAST_COMPLETE})
            and customers.customer_id not in (select customer_id from customer_360.fct_subscriptions where customer_id is not null)
            and customers.customer_id not in (select customer_id from customer_360.fct_social_posts where customer_id is not null)
            and customers.customer_id not in (select customer_id from customer_360.fct_encounters where is_inpatient and customer_id is not null)
        group by customers.customer_id order by customers.customer_id""")
    tables = ("dim_customers", "fct_orders", "fct_cases", "fct_feedback")

    def is_erased(connection: duckdb.DuckDBPyConnection) -> list[str]:
        for table in tables:
            connection.execute(f"delete from customer_360.{table} where customer_id = ?", [gone["customer_id"]])
        connection.execute(
            "update identity_state.customer_registry set status = 'retired' where customer_id = ?", [gone["customer_id"]]
        )
        return [f"model.cx.{table}" for table in tables]

    told = _without(world.told, gone["person_id"])
    moved_kpis = world.holds(is_erased, told, "erasure")
    assert {"nps", "aov", "clv_historic", "repeat_purchase_rate"} <= moved_kpis


def _without(told: Told, person: str) -> Told:
    def others(rows: Iterable[Any], name: str = "person_id") -> list[Any]:
        return [row for row in rows if getattr(row, name) != person]

    theirs = {case.case_id for case in told.cases if case.person_id == person}
    return replace(
        told, answers=others(told.answers, "respondent"), cases=others(told.cases), orders=others(told.orders), leads=others(told.leads),
        ratings=[rating for rating in told.ratings if rating.ticket_id not in theirs],
    )  # fmt: skip
