"""Why an id was merged or split, written beside what happened: the strongest evidence, and who or what decided.

Reads the temp tables `stable_ids` leaves, override_in_force and weighed_pair; completes the events of this run. An
event is true as of `occurred_at`, the vendors' clock, and was written at `recorded_at`, ours.
"""

from __future__ import annotations

from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

# every edge between a customer that lost its id and the cluster it went to, the most telling first
_MERGES = """
create or replace temp table merge_evidence as
with crossing as (
    select lost_id.id, lost.node_id, other.node_id as other_node_id
    from lost_id
    join former_member as lost on lost.id = lost_id.id
    join clustered_node as here on here.node_id = lost.node_id
    join clustered_node as other on other.cluster = here.cluster
    where lost_id.merged_into is not null and other.node_id not in (select node_id from former_member where id = lost_id.id)
),
told as (
    select node_l, node_r, 3 as strength, 0.0 as weight, 'override: always_merge' as evidence, author as decided_by
    from override_in_force where kind = 'always_merge'
    union all
    select node_l, node_r, 2, 0.0, 'rule: ' || rule, 'rules' from identity.int_identity__edges
    union all
    select l.node_id, r.node_id, 1, pair.weight / 1000.0, 'model: ' || round(pair.weight / 1000.0, 1) || ' bits', 'model ' || $version
    from weighed_pair as pair
    join scratch.node as l on pair.l = l.number
    join scratch.node as r on pair.r = r.number
    where pair.weight > 0 and l.node_id in (select node_id from crossing union select other_node_id from crossing)
),
both_ways as (
    select node_l, node_r, strength, weight, evidence, decided_by from told
    union all
    select node_r, node_l, strength, weight, evidence, decided_by from told
)
select crossing.id, arg_max(evidence, (strength, weight, evidence)) as evidence, arg_max(decided_by, (strength, weight, evidence)) as decided_by
from crossing
join both_ways on crossing.node_id = both_ways.node_l and crossing.other_node_id = both_ways.node_r
group by crossing.id
"""
# records that part: did somebody tell them apart, or is there no evidence left that joins them?
_SPLITS = """
create or replace temp table split_evidence as
select gone.id, gone.former_id, max(decided.author) as author
from move as gone
join former_member as stayed on stayed.id = gone.former_id
join override_in_force as decided
    on decided.kind = 'never_merge'
    and ((decided.node_l = gone.node_id and decided.node_r = stayed.node_id) or (decided.node_r = gone.node_id and decided.node_l = stayed.node_id))
where gone.reason in ('split', 'moved')
group by gone.id, gone.former_id
"""
_TELL = (
    """update identity_state.customer_events as event
    set evidence = found.evidence, decided_by = found.decided_by
    from merge_evidence as found where event.recorded_at is null and event.event = 'merged' and event.customer_id = found.id""",
    """update identity_state.customer_events as event
    set evidence = 'override: never_merge', decided_by = found.author
    from split_evidence as found
    where event.recorded_at is null and event.event in ('split', 'moved') and event.customer_id = found.id
        and event.other_id = found.former_id""",
    """update identity_state.customer_events set evidence = 'no evidence joins them now', decided_by = 'rules'
    where recorded_at is null and event in ('split', 'moved') and evidence is null""",
)

_SIGNED = (
    "update identity_state.{name}_events set recorded_at = $now where recorded_at is null",
    "update identity_state.{name}_xref set recorded_at = $now where recorded_at is null",
    "update identity_state.{name}_xref set superseded_at = $now where valid_to is not null and superseded_at is null",
)


def explain(connection: DuckDBPyConnection, model_version: str) -> None:
    """Adds evidence to the merges and splits of this run, which nobody has signed yet."""
    changed = connection.execute(
        "select (select count(*) from lost_id) + (select count(*) from move where former_id is not null)"
    )
    if changed.fetchall()[0][0]:
        connection.execute(_MERGES, {"version": model_version})
        connection.execute(_SPLITS)
        for statement in _TELL:
            connection.execute(statement)


def sign(connection: DuckDBPyConnection) -> None:
    """Says when what this run wrote was written, and when what it closed was closed."""
    now = {"now": datetime.now(UTC)}
    for name in ("customer", "account"):
        for statement in _SIGNED:
            connection.execute(statement.replace("{name}", name), now)
