"""Ids that last: a cluster keeps the id of the plurality of its members, and the ledger says what became of the others.

1. Each id chooses the cluster that holds most of its records.
2. A cluster keeps, of the ids that chose it, the one with most records in it; the older one when they are even.
3. A cluster nobody chose takes back the id its records had before a merge, else a new one, made from its founder.
4. An id that kept no cluster was merged into the one it chose; an id without records left is retired.

Expects temp table clustered_node(number, node_id, first_seen_at, cluster) and an open transaction; writes schema identity_state.
`number` counts the records by node_id; a cluster is called by the number of its founder. Customers and accounts are kept alike (`Entity`). What happened is left in temp tables lost_id and move, for `ledger.py`, who is who now in
new_member(number, node_id, cluster, id).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

EVENTS = ("created", "revived", "merged", "split", "moved", "retired")


@dataclass(frozen=True, slots=True)
class Entity:
    """What ids are given to. `member` is the record's column, `id` the id's; tables are called <name>_xref and so on."""

    name: str
    prefix: str
    member: str

    def sql(self, text: str) -> str:
        """A statement below, for this entity."""
        return text.replace("{name}", self.name).replace("{prefix}", self.prefix).replace("{member}", self.member)


CUSTOMERS = Entity("customer", "C", "node_id")
ACCOUNTS = Entity("account", "A", "account_key")

_CHOICES = """
    create or replace temp table former_member as
    select xref.{member} as node_id, xref.{name}_id as id, clustered_node.cluster
    from identity_state.{name}_xref as xref
    left join clustered_node on xref.{member} = clustered_node.node_id
    where xref.valid_to is null;

    create or replace temp table choice as
    select id, cluster, count(*) as n_nodes
    from former_member
    where cluster is not null
    group by id, cluster
    qualify row_number() over (partition by id order by n_nodes desc, cluster) = 1;

    create or replace temp table kept as
    select choice.cluster, choice.id
    from choice
    join identity_state.{name}_registry as registry on choice.id = registry.{name}_id
    qualify row_number() over (partition by choice.cluster order by choice.n_nodes desc, registry.created_at, choice.id) = 1
"""

# An id merged away belongs to the records it had: when they part from the survivor they take it with them. Each such id
# goes to one cluster, each cluster takes one.
_TAKEN_BACK = """
    create or replace temp table taken_back as
    with claimed as (
        select node.cluster, xref.{name}_id as id, count(distinct node.node_id) as n_nodes, max(xref.valid_to) as until
        from clustered_node as node
        join identity_state.{name}_xref as xref on node.node_id = xref.{member} and xref.valid_to is not null
        join identity_state.{name}_registry as registry on xref.{name}_id = registry.{name}_id and registry.status = 'merged'
        where node.cluster not in (select cluster from kept)
        group by node.cluster, xref.{name}_id
    ),
    owned as (
        select * from claimed
        qualify row_number() over (partition by id order by n_nodes desc, until desc, cluster) = 1
    )
    select cluster, id from owned
    qualify row_number() over (partition by cluster order by n_nodes desc, until desc, id) = 1
"""

# A cluster is named after its founder, whose id it takes. That may be taken, after a split; then the next record founds it.
# A retired one comes back.
_NEW_IDS = """
    create or replace temp table founded as
    with nameless as (
        select cluster, node_id as founder_id from clustered_node
        where number = cluster and cluster not in (select cluster from kept) and cluster not in (select cluster from taken_back)
    ),
    founder as (
        select made.cluster, made.id, registry.status
        from (select cluster, '{prefix}' || upper(substr(md5(founder_id), 1, 15)) as id from nameless) as made
        left join identity_state.{name}_registry as registry on made.id = registry.{name}_id
    ),
    next_record as (
        select node.cluster, node.first_seen_at, node.node_id, '{prefix}' || upper(substr(md5(node.node_id), 1, 15)) as id
        from clustered_node as node
        join founder using (cluster)
        where founder.status <> 'retired'
    ),
    free as (
        select cluster, id, status is not null as is_revived from founder where status is null or status = 'retired'
        union all
        select cluster, id, is_revived
        from (
            select next_record.*, registry.{name}_id is not null as is_revived
            from next_record
            left join identity_state.{name}_registry as registry on next_record.id = registry.{name}_id
            where registry.{name}_id is null or registry.status = 'retired'
        )
        qualify row_number() over (partition by cluster order by first_seen_at nulls last, node_id) = 1
    )
    select
        nameless.cluster,
        coalesce(free.id, '{prefix}' || upper(substr(md5(nameless.founder_id || '#' || cast($at as varchar)), 1, 15))) as id,
        coalesce(free.is_revived, false) as is_revived
    from nameless
    left join free using (cluster)
    union all
    select cluster, id, true from taken_back
"""

_MOVES = """
    create or replace temp table new_member as
    select number, node_id, cluster, coalesce(kept.id, founded.id) as id, founded.id is not null as is_founded
    from clustered_node
    left join kept using (cluster)
    left join founded using (cluster);

    create or replace temp table lost_id as
    select
        former.id,
        coalesce(kept.id, founded.id) as merged_into,
        coalesce(choice.n_nodes, former.n_nodes) as n_nodes
    from (select id, count(*) as n_nodes from former_member group by id) as former
    left join choice using (id)
    left join kept on choice.cluster = kept.cluster
    left join founded on choice.cluster = founded.cluster
    where former.id not in (select id from kept);

    create or replace temp table move as
    select
        new_member.number,
        new_member.node_id,
        new_member.id,
        former_member.id as former_id,
        case
            when former_id is null then if(is_founded, 'new', 'joined')
            when lost_id.merged_into = new_member.id then 'merged'
            when is_founded then 'split'
            else 'moved'
        end as reason
    from new_member
    left join former_member using (node_id)
    left join lost_id on former_member.id = lost_id.id
    where former_id is distinct from new_member.id
"""

_LEDGER = (
    """insert into identity_state.{name}_events by name
    select $at as occurred_at, if(is_revived, 'revived', 'created') as event, id as {name}_id, null as other_id, n_nodes
    from founded join (select cluster, count(*) as n_nodes from clustered_node group by cluster) using (cluster) order by id""",
    """insert into identity_state.{name}_events by name
    select $at as occurred_at, if(merged_into is null, 'retired', 'merged') as event, id as {name}_id, merged_into as other_id, n_nodes
    from lost_id order by id""",
    """insert into identity_state.{name}_events by name
    select $at as occurred_at, reason as event, id as {name}_id, former_id as other_id, count(*) as n_nodes
    from move where reason in ('split', 'moved') group by all order by id, former_id""",
)

_REGISTRY = (
    """update identity_state.{name}_registry as registry set status = 'active', merged_into = null, ended_at = null
    from founded where registry.{name}_id = founded.id""",
    """insert into identity_state.{name}_registry
    select id, $at, 'active', null, null from founded where not is_revived order by id""",
    """update identity_state.{name}_registry as registry
    set status = if(lost_id.merged_into is null, 'retired', 'merged'), merged_into = lost_id.merged_into, ended_at = $at
    from lost_id where registry.{name}_id = lost_id.id""",
    # whoever was merged into an id that is merged now is one hop away from the survivor again
    """update identity_state.{name}_registry as registry set merged_into = lost_id.merged_into
    from lost_id where registry.merged_into = lost_id.id and lost_id.merged_into is not null""",
)

_MEMBERSHIP = (
    """update identity_state.{name}_xref as xref set valid_to = $at
    where valid_to is null and (
        {member} in (select node_id from move) or {member} in (select node_id from former_member where cluster is null))""",
    "insert into identity_state.{name}_xref select node_id, id, $at, null, reason, null, null from move order by number",
)

_COUNTS = """
    select
        (select count(*) from clustered_node) as nodes,
        (select count(*) from identity_state.{name}_registry where status = 'active') as active
"""


def assign(connection: duckdb.DuckDBPyConnection, at: datetime, entity: Entity = CUSTOMERS) -> dict[str, int]:
    """Gives every cluster its id as of `at`; returns nodes, active ids by the entity's plural, and the events of each kind."""
    for statement in (_CHOICES, _TAKEN_BACK):
        connection.execute(entity.sql(statement))
    connection.execute(entity.sql(_NEW_IDS), {"at": at})
    connection.execute(entity.sql(_MOVES))
    counts = _planned_events(connection)
    for statement in (*_LEDGER, *_REGISTRY, *_MEMBERSHIP):
        connection.execute(entity.sql(statement), {"at": at} if "$at" in statement else None)
    nodes, active = connection.execute(entity.sql(_COUNTS)).fetchall()[0]
    return {"nodes": nodes, f"{entity.name}s": active, **counts}


def _planned_events(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many events of each kind the ledger is about to record."""
    found = connection.execute("""
        select if(is_revived, 'revived', 'created') as event, count(*) from founded group by all
        union all select if(merged_into is null, 'retired', 'merged') as event, count(*) from lost_id group by all
        union all select reason, count(distinct (id, former_id)) from move where reason in ('split', 'moved') group by all
    """).fetchall()
    return dict.fromkeys(EVENTS, 0) | dict(found)
