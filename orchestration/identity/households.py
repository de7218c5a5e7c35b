"""Who lives together: customers of one surname who share a street, a mailbox or a line. A grouping, never a merge.

Made anew with every run from the customers there are, as `stable_ids` leaves them. A household is called after its oldest customer.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity.linkage import components

LARGEST = 12
"""A key that more customers share is a dormitory or a switchboard, not a household."""

_CUSTOMERS = """
create or replace temp table living_customer as
select customer_id, new_member.cluster, row_number() over (order by created_at, customer_id) - 1 as number
from identity_state.customer_registry
join new_member on new_member.id = customer_id and new_member.number = new_member.cluster
"""
_KEYS = """
create or replace temp table household_key as
with told as (
    select
        living_customer.number,
        unnest([
            case when street is not null and place is not null then hash(last_name, street, place) end,
            case when shared_phone and coalesce(phone, mobile_phone) is not null then hash(last_name, coalesce(phone, mobile_phone)) end,
            case when shared_email and email is not null then hash(last_name, email) end
        ]) as household_key
    from scratch.node as node
    join new_member using (number)
    join living_customer using (cluster)
    where node.last_name is not null
)
select household_key, number from told where household_key is not null
group by household_key, number
qualify count(*) over (partition by household_key) between 2 and {largest}
"""
_EDGES = "select min(number) over (partition by household_key) as l, number as r from household_key"
_WRITE = """
insert into identity_state.household_members
select
    living_customer.customer_id,
    'H' || upper(substr(md5(founder.customer_id), 1, 15)),
    count(*) over (partition by label)
from household_label
join living_customer using (number)
join living_customer as founder on founder.number = household_label.label
qualify count(*) over (partition by label) > 1
order by 2, 1
"""


def write(connection: DuckDBPyConnection) -> int:
    """Replaces household_members; returns how many customers live in a household of several."""
    connection.execute(_CUSTOMERS)
    connection.execute(_KEYS.format(largest=LARGEST))
    size = int(connection.execute("select count(*) from living_customer").fetchall()[0][0])
    edges = connection.execute(_EDGES).fetchnumpy()
    labels = components(size, np.asarray(edges["l"], dtype=np.int64), np.asarray(edges["r"], dtype=np.int64))
    connection.execute("delete from identity_state.household_members")
    connection.register("household_label", pa.table({"number": np.arange(size), "label": labels}))
    connection.execute(_WRITE)
    connection.unregister("household_label")
    return int(connection.execute("select count(*) from identity_state.household_members").fetchall()[0][0])
