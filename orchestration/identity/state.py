"""The tables of schema identity_state, which outlive every run. Nothing else creates them; an older warehouse grows what it lacks."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from orchestration.identity.scoring import STATE as COMPARED_PAIRS
from orchestration.identity.stable_ids import ACCOUNTS, CUSTOMERS, Entity

_IDS = (
    """create table if not exists identity_state.{name}_xref (
        {member} varchar, {name}_id varchar, valid_from timestamptz, valid_to timestamptz, reason varchar,
        recorded_at timestamptz, superseded_at timestamptz)""",
    """create table if not exists identity_state.{name}_registry (
        {name}_id varchar, created_at timestamptz, status varchar, merged_into varchar, ended_at timestamptz)""",
    """create table if not exists identity_state.{name}_events (
        occurred_at timestamptz, event varchar, {name}_id varchar, other_id varchar, n_nodes bigint,
        evidence varchar, decided_by varchar, recorded_at timestamptz)""",
    # a ledger from before these columns
    "alter table identity_state.{name}_xref add column if not exists recorded_at timestamptz",
    "alter table identity_state.{name}_xref add column if not exists superseded_at timestamptz",
    "alter table identity_state.{name}_events add column if not exists evidence varchar",
    "alter table identity_state.{name}_events add column if not exists decided_by varchar",
    "alter table identity_state.{name}_events add column if not exists recorded_at timestamptz",
)
_OTHERS = (
    """create table if not exists identity_state.identity_overrides (
        override_id bigint, kind varchar, node_l varchar, node_r varchar, author varchar, reason varchar,
        created_at timestamptz, revoked_at timestamptz)""",
    """create table if not exists identity_state.review_queue (
        pair_id varchar, node_l varchar, node_r varchar, customer_l varchar, customer_r varchar,
        match_weight double, why varchar, impact_rows bigint)""",
    "create table if not exists identity_state.household_members (customer_id varchar, household_id varchar, n_customers bigint)",
    """create table if not exists identity_state.account_parents (
        account_id varchar, parent_account_id varchar, ultimate_account_id varchar)""",
    """create table if not exists identity_state.identity_runs (
        resolved_at timestamptz, recorded_at timestamptz, model_version varchar, nodes bigint, pairs bigint, compared bigint,
        customers bigint, merged bigint, split bigint, largest bigint)""",
    COMPARED_PAIRS,
)


def prepare(connection: DuckDBPyConnection) -> None:
    """Creates what is missing; changes nothing that is there."""
    connection.execute("create schema if not exists identity_state")
    for entity in (CUSTOMERS, ACCOUNTS):
        for statement in _IDS:
            connection.execute(_named(entity, statement))
    for statement in _OTHERS:
        connection.execute(statement)


def _named(entity: Entity, statement: str) -> str:
    return entity.sql(statement)


def has_table(connection: DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether a table or view is there, in the database the connection works on."""
    asked = """
        select 1 from duckdb_tables() where database_name = current_database() and schema_name = $1 and table_name = $2
        union all
        select 1 from duckdb_views() where database_name = current_database() and schema_name = $1 and view_name = $2"""
    return bool(connection.execute(asked, [schema, name]).fetchall())
