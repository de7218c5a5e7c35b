"""What the ledger of identities keeps of somebody erased: a tombstone per id, and no record, event or question."""

from __future__ import annotations

from datetime import datetime

from duckdb import DuckDBPyConnection

from orchestration.identity.state import has_table, prepare
from orchestration.privacy.catalog import Catalog
from orchestration.privacy.find import Person
from orchestration.privacy.places import state_places
from orchestration.privacy.purge import Removed, delete

ERASED_FACTS = "publication_state.erased_facts"
# which figures each fact enters (facts of kpi_catalog), and the days by which it does
_FACTS = {
    "publication_state.feedback": ("case metric when 'good_bad' then 'csat' else metric end", "responded_at"),
    "publication_state.orders": ("'orders'", "ordered_on"),
    "publication_state.cases": ("'cases'", "coalesce(solved_at, opened_at)"),
    "customer_360.fct_billing_periods": ("'subscriptions'", "period_start_at"),
    "customer_360.dim_customers": ("'leads'", "lead_created_at"),
    "customer_360.fct_social_posts": ("'posts'", "posted_at"),
    "customer_360.fct_web_sessions": ("'visits'", "started_at"),
    "customer_360.fct_encounters": ("'stays'", "case when is_inpatient then ends_at end"),
}


def purge_state(connection: DuckDBPyConnection, person: Person, at: datetime) -> list[Removed]:
    """Clears schema identity_state and reference.identity_overrides; leaves tombstones."""
    prepare(connection)
    done = delete(connection, state_places(Catalog.of(connection), person))
    told = {"ids": person.customer_ids, "at": at}
    connection.execute(
        """update identity_state.customer_registry set status = 'erased', merged_into = null, created_at = $at, ended_at = $at
        where customer_id in $ids""",
        told,
    )
    connection.execute(
        """insert into identity_state.customer_events by name
        select $at as occurred_at, 'erased' as event, unnest($ids) as customer_id, 0 as n_nodes, $at as recorded_at""",
        told,
    )
    return done


def note_facts(connection: DuckDBPyConnection, person: Person) -> None:
    """Keeps how many facts leave which months, and nothing else of them: why published figures will move."""
    connection.execute(f"create table if not exists {ERASED_FACTS} (facts varchar, month date, records bigint)")
    for table, (facts, moment) in _FACTS.items():
        if has_table(connection, *table.split(".")):
            connection.execute(
                f"""insert into {ERASED_FACTS}
                select {facts}, date_trunc('month', {moment})::date, count(*) from {table}
                where customer_id in (select unnest($ids)) and {moment} is not null group by all""",
                {"ids": person.customer_ids},
            )
