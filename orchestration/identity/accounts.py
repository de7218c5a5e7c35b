"""Organisations: vendors' account records that are one company, its lasting id, and whom it belongs to.

A graph of its own beside that of people; who works where stands in int_identity__account_people. Edges come from dbt
(registry ids, domains, names without their legal form); two registry ids of one country contradict each other.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity import stable_ids
from orchestration.identity.contradictions import Attribute, Contradictions
from orchestration.identity.linkage import Edges, Flags, Ints, agglomerate, components
from orchestration.identity.state import has_table

# registry ids speak louder than domains, domains louder than names
_TRUST = {"same_registry_id": 3, "same_domain": 2, "same_name": 1}
_NUMBERED = """
create or replace temp table numbered_account as
select account_key, registry_clean, country_code, row_number() over (order by account_key) - 1 as number
from identity.int_identity__account_records
"""
_NAMED = """
create or replace temp table clustered_node as
select number, account_key as node_id, null::timestamptz as first_seen_at, label as cluster
from numbered_account join account_label using (number)
"""
# a parent is another company; the top is found by climbing, at most ten steps, so that a circle ends
_PARENTS = """
insert into identity_state.account_parents
with recursive step as (
    select distinct child.account_id, arg_min(parent.account_id, record.account_key) over (partition by child.account_id) as parent_id
    from identity.int_identity__account_records as record
    join identity_state.account_xref as child on record.account_key = child.account_key and child.valid_to is null
    join identity_state.account_xref as parent on record.parent_key = parent.account_key and parent.valid_to is null
    where parent.account_id <> child.account_id
),
climb as (
    select account_id, parent_id, parent_id as top_id, 1 as height from step
    union all
    select climb.account_id, climb.parent_id, step.parent_id, climb.height + 1
    from climb join step on climb.top_id = step.account_id
    where climb.height < 10 and step.parent_id <> climb.account_id
)
select account_id, any_value(parent_id), arg_max(top_id, height) from climb group by account_id order by account_id
"""


def resolve(connection: DuckDBPyConnection, at: datetime) -> dict[str, int]:
    """Clusters the account records and gives each its account id as of `at`; nothing where no vendor tells of accounts."""
    if not has_table(connection, "identity", "int_identity__account_records"):
        return {}
    connection.execute(_NUMBERED)
    size = int(connection.execute("select count(*) from numbered_account").fetchall()[0][0])
    labels = _labels(size, _edges(connection), _contradictions(connection, size))
    connection.register("account_label", pa.table({"number": np.arange(size), "label": labels}))
    connection.execute(_NAMED)
    connection.unregister("account_label")
    counts = stable_ids.assign(connection, at, stable_ids.ACCOUNTS)
    connection.execute("delete from identity_state.account_parents")
    connection.execute(_PARENTS)
    return {"account_records": counts["nodes"], "accounts": counts["accounts"]}


def _edges(connection: DuckDBPyConnection) -> Edges:
    cases = " ".join(f"when '{rule}' then {trust}" for rule, trust in _TRUST.items())
    found = connection.execute(f"""
        select l.number as l, r.number as r, max(case rule {cases} else 0 end) as weight
        from identity.int_identity__account_edges as edge
        join numbered_account as l on edge.account_l = l.account_key
        join numbered_account as r on edge.account_r = r.account_key
        group by all order by l.number, r.number""").fetchnumpy()
    return Edges.of(*(np.asarray(found[name], dtype=np.int64) for name in ("l", "r", "weight")))


def _contradictions(connection: DuckDBPyConnection, size: int) -> Contradictions:
    """A company is registered once in a country."""
    found = connection.execute("""
        select number, dense_rank() over (order by coalesce(country_code, ''), registry_clean) - 1 as code
        from numbered_account where registry_clean is not null order by number""").fetchnumpy()
    registered = Attribute(
        "registry id", np.asarray(found["number"], dtype=np.int64), np.asarray(found["code"], dtype=np.int64), _never_alike
    )
    nobody = np.zeros(0, dtype=np.int64)
    return Contradictions([registered], np.zeros(size, dtype=np.int64), (nobody, nobody))


def _never_alike(one: Ints, other: Ints) -> Flags:
    return np.zeros(len(one), dtype=np.bool_)


def _labels(size: int, edges: Edges, contradictions: Contradictions) -> Ints:
    whole = components(size, edges.left, edges.right)
    suspect = np.isin(whole, contradictions.within(whole))
    labels = np.where(suspect, np.arange(size), whole)
    return agglomerate(labels, edges.where(suspect[edges.left]), contradictions.between, above=-1)
