"""The step between dbt's halves: records joined by edges become clusters, and clusters become customers.

Reads identity.int_identity__nodes and identity.int_identity__edges; writes schema identity_state in one transaction.
What a cluster keeps of its former ids is decided in `stable_ids`.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from orchestration.identity import stable_ids

# node_id is text: numbering it in the database keeps a million strings out of Python
_NUMBER_NODES = """
    create or replace temp table numbered_node as
    select node_id, first_seen_at, row_number() over (order by node_id) - 1 as number
    from identity.int_identity__nodes
"""
_NUMBERED_EDGES = """
    select l.number as l, r.number as r
    from identity.int_identity__edges as edge
    join numbered_node as l on edge.node_l = l.node_id
    join numbered_node as r on edge.node_r = r.node_id
"""
# A cluster is named after its founder, the record seen first, so that no name depends on the order of the rows.
_NAME_CLUSTERS = """
    create or replace temp table clustered_node as
    select node_id, first_seen_at, first_value(node_id) over (partition by label order by first_seen_at nulls last, node_id) as cluster
    from numbered_node
    join cluster_label using (number)
"""


def resolve(connection: duckdb.DuckDBPyConnection, at: datetime) -> dict[str, int]:
    """Clusters the nodes, gives every cluster its customer id as of `at`, and counts what changed.

    The counts are nodes, edges, customers and one per kind of event. The same input changes nothing.
    Raises duckdb.CatalogException when the identity models have not run; then nothing is written.
    """
    connection.begin()
    try:
        edges = _cluster(connection)
        counts = stable_ids.assign(connection, at)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return {"edges": edges, **counts}


def _cluster(connection: duckdb.DuckDBPyConnection) -> int:
    """Fills temp table clustered_node(node_id, first_seen_at, cluster); returns how many edges were read."""
    connection.execute(_NUMBER_NODES)
    found = connection.execute("select count(*) from numbered_node").fetchall()
    edges = connection.execute(_NUMBERED_EDGES).fetchnumpy()
    labels = cluster_labels(found[0][0], edges["l"], edges["r"])
    connection.register("cluster_label", pa.table({"number": np.arange(len(labels)), "label": labels}))
    connection.execute(_NAME_CLUSTERS)
    connection.unregister("cluster_label")
    return len(edges["l"])


def cluster_labels(n_nodes: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The connected component of each node 0..n_nodes-1, given the ends of every edge."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels)
