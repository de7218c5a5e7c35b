"""Customer ids that last: a cluster keeps the id of the plurality of its members, and the ledger says what became of the others.

1. Each customer id chooses the cluster that holds most of its records.
2. A cluster keeps, of the ids that chose it, the one with most records in it; the older one when they are even.
3. A cluster nobody chose gets a new id, made from the record that founded it.
4. An id that kept no cluster was merged into the one it chose; an id without records left is retired.

Expects temp table clustered_node(node_id, first_seen_at, cluster) and an open transaction; writes schema identity_state.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

EVENTS = ("created", "revived", "merged", "split", "moved", "retired")

_STATE = (
    "create schema if not exists identity_state",
    """create table if not exists identity_state.customer_xref (
        node_id varchar, customer_id varchar, valid_from timestamptz, valid_to timestamptz, reason varchar)""",
    """create table if not exists identity_state.customer_registry (
        customer_id varchar, created_at timestamptz, status varchar, merged_into varchar, ended_at timestamptz)""",
    """create table if not exists identity_state.customer_events (
        occurred_at timestamptz, event varchar, customer_id varchar, other_id varchar, n_nodes bigint)""",
)

_CHOICES = """
    create or replace temp table former_member as
    select xref.node_id, xref.customer_id, clustered_node.cluster
    from identity_state.customer_xref as xref
    left join clustered_node using (node_id)
    where xref.valid_to is null;

    create or replace temp table choice as
    select customer_id, cluster, count(*) as n_nodes
    from former_member
    where cluster is not null
    group by customer_id, cluster
    qualify row_number() over (partition by customer_id order by n_nodes desc, cluster) = 1;

    create or replace temp table kept as
    select choice.cluster, choice.customer_id
    from choice
    join identity_state.customer_registry as registry using (customer_id)
    qualify row_number() over (partition by choice.cluster order by choice.n_nodes desc, registry.created_at, customer_id) = 1
"""

# An id made from a record may be taken, after a split; then the next record founds the customer. A retired one comes back.
_NEW_IDS = """
    create or replace temp table founded as
    with candidate as (
        select cluster, node_id, first_seen_at, 'C' || upper(substr(md5(node_id), 1, 15)) as customer_id
        from clustered_node
        where cluster not in (select cluster from kept)
    ),
    free as (
        select candidate.cluster, candidate.customer_id, registry.customer_id is not null as is_revived
        from candidate
        left join identity_state.customer_registry as registry using (customer_id)
        where registry.customer_id is null or registry.status = 'retired'
        qualify row_number() over (partition by cluster order by first_seen_at nulls last, node_id) = 1
    ),
    clusters as (select distinct cluster from candidate)
    select
        clusters.cluster,
        coalesce(free.customer_id, 'C' || upper(substr(md5(clusters.cluster || '#' || cast($at as varchar)), 1, 15))) as customer_id,
        coalesce(free.is_revived, false) as is_revived
    from clusters
    left join free using (cluster)
"""

_MOVES = """
    create or replace temp table new_member as
    select clustered_node.node_id, coalesce(kept.customer_id, founded.customer_id) as customer_id
    from clustered_node
    left join kept using (cluster)
    left join founded using (cluster);

    create or replace temp table lost_id as
    select
        former.customer_id,
        coalesce(kept.customer_id, founded.customer_id) as merged_into,
        coalesce(choice.n_nodes, former.n_nodes) as n_nodes
    from (select customer_id, count(*) as n_nodes from former_member group by customer_id) as former
    left join choice using (customer_id)
    left join kept on choice.cluster = kept.cluster
    left join founded on choice.cluster = founded.cluster
    where former.customer_id not in (select customer_id from kept);

    create or replace temp table move as
    select
        new_member.node_id,
        new_member.customer_id,
        former_member.customer_id as former_id,
        case
            when former_id is null then if(founded.customer_id is null, 'joined', 'new')
            when lost_id.merged_into = new_member.customer_id then 'merged'
            when founded.customer_id is not null then 'split'
            else 'moved'
        end as reason
    from new_member
    left join former_member using (node_id)
    left join founded on new_member.customer_id = founded.customer_id
    left join lost_id on former_member.customer_id = lost_id.customer_id
    where former_id is distinct from new_member.customer_id
"""

_LEDGER = (
    """insert into identity_state.customer_events
    select $at, if(is_revived, 'revived', 'created'), customer_id, null, count(*)
    from founded join new_member using (customer_id) group by all order by customer_id""",
    """insert into identity_state.customer_events
    select $at, if(merged_into is null, 'retired', 'merged'), customer_id, merged_into, n_nodes from lost_id order by customer_id""",
    """insert into identity_state.customer_events
    select $at, reason, customer_id, former_id, count(*)
    from move where reason in ('split', 'moved') group by all order by customer_id, former_id""",
)

_REGISTRY = (
    """update identity_state.customer_registry as registry set status = 'active', merged_into = null, ended_at = null
    from founded where registry.customer_id = founded.customer_id""",
    """insert into identity_state.customer_registry
    select customer_id, $at, 'active', null, null from founded where not is_revived order by customer_id""",
    """update identity_state.customer_registry as registry
    set status = if(lost_id.merged_into is null, 'retired', 'merged'), merged_into = lost_id.merged_into, ended_at = $at
    from lost_id where registry.customer_id = lost_id.customer_id""",
    # whoever was merged into an id that is merged now is one hop away from the survivor again
    """update identity_state.customer_registry as registry set merged_into = lost_id.merged_into
    from lost_id where registry.merged_into = lost_id.customer_id and lost_id.merged_into is not null""",
)

_MEMBERSHIP = (
    """update identity_state.customer_xref as xref set valid_to = $at
    where valid_to is null and (
        node_id in (select node_id from move) or node_id in (select node_id from former_member where cluster is null))""",
    "insert into identity_state.customer_xref select node_id, customer_id, $at, null, reason from move order by node_id",
)

_COUNTS = """
    select
        (select count(*) from clustered_node) as nodes,
        (select count(*) from identity_state.customer_registry where status = 'active') as customers
"""


def assign(connection: duckdb.DuckDBPyConnection, at: datetime) -> dict[str, int]:
    """Gives every cluster its customer id as of `at`; returns nodes, customers and the number of events of each kind."""
    for statement in _STATE:
        connection.execute(statement)
    connection.execute(_CHOICES)
    connection.execute(_NEW_IDS, {"at": at})
    connection.execute(_MOVES)
    counts = _planned_events(connection)
    for statement in (*_LEDGER, *_REGISTRY, *_MEMBERSHIP):
        connection.execute(statement, {"at": at} if "$at" in statement else None)
    nodes, customers = connection.execute(_COUNTS).fetchall()[0]
    return {"nodes": nodes, "customers": customers, **counts}


def _planned_events(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many events of each kind the ledger is about to record."""
    found = connection.execute("""
        select if(is_revived, 'revived', 'created') as event, count(*) from founded group by all
        union all select if(merged_into is null, 'retired', 'merged') as event, count(*) from lost_id group by all
        union all select reason, count(distinct (customer_id, former_id)) from move where reason in ('split', 'moved') group by all
    """).fetchall()
    return dict.fromkeys(EVENTS, 0) | dict(found)
