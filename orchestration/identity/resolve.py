"""The step between dbt's halves: records become people and companies, and these keep their ids.

Reads schema identity (int_identity__nodes, __edges, __account_records, __account_edges) and writes schema identity_state in
one transaction. Each part stands in its own module: what is compared (`candidates`, `pairing`, `scoring`), what it weighs
(`weights`), what follows (`cluster`), whose id it is (`stable_ids`), why (`ledger`), what is left to ask (`review`), who
belongs together (`households`, `accounts`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from orchestration.identity import accounts, evidence, households, ledger, overrides, review, scoring, stable_ids, state, weights
from orchestration.identity.candidates import gather, scratch
from orchestration.identity.cluster import Cuts, cluster, settle
from orchestration.identity.linkage import Edges, Ints
from orchestration.identity.model import Model, load
from orchestration.identity.pairing import pair_up, pair_up_whole

_CLUSTERED = """
    create or replace temp table clustered_node as
    select number, node_id, first_seen_at, cluster
    from scratch.node
    join cluster_label using (number)
"""


def resolve(connection: DuckDBPyConnection, at: datetime, model: Model | None = None, cuts: Cuts | None = None) -> dict[str, int]:
    """Clusters the records, gives every cluster its customer id as of `at`, and counts what changed.

    The counts are nodes, edges, pairs, compared, customers, accounts, open questions and one per kind of event. The same input
    changes nothing. Raises duckdb.CatalogException when the identity models have not run; then nothing is written.
    """
    model, cuts = model or load(_directory(connection)), cuts or Cuts()
    with scratch(connection):
        people = gather(connection)
        state.prepare(connection)
        told, can_compare = evidence.told(connection), evidence.compared(connection)
        decided = overrides.decided(connection)
        contradictions = evidence.contradictions(connection, model, decided.never)
        settled = settle(len(can_compare), decided.always, told, contradictions)
        keys, held = scoring.Keys.told(connection), weights.shares(connection)
        pairs, compared = pair_up(connection, settled), scoring.compare(connection, keys)
        near = weights.Pairs.told(connection, "scratch.known_pair")
        near_weighed = weights.match_weights(model, near, held, people)
        pairs += pair_up_whole(connection, settled, can_compare, near_weighed, above=cuts.accept)
        compared += scoring.compare(connection, keys)
        rest = weights.Pairs.told(connection, "scratch.known_pair")
        rest_weighed = weights.match_weights(model, rest, held, people)
        likely = Edges.joined(near_weighed, rest_weighed).at_least(cuts.against)
        labels = cluster(settled, likely, contradictions, can_compare, cuts)
        asked = review.questions(
            labels, likely, can_compare, contradictions, accept=cuts.accept, review=cuts.review, unscored=cuts.unscored
        )
        connection.begin()
        try:
            scoring.keep(connection, keys, [(near, near_weighed), (rest, rest_weighed)])
            counts = _give_ids(connection, labels, at, model)
            questions = review.write(connection, asked)
            households.write(connection)
            counts |= accounts.resolve(connection, at)
            ledger.sign(connection)
            counts = {"edges": len(told), "pairs": pairs, "compared": compared, "questions": questions, **counts}
            _note(connection, at, model, counts, labels)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    return counts


def _give_ids(connection: DuckDBPyConnection, labels: Ints, at: datetime, model: Model) -> dict[str, int]:
    connection.register("cluster_label", pa.table({"number": np.arange(len(labels)), "cluster": _founders(connection, labels)}))
    connection.execute(_CLUSTERED)
    connection.unregister("cluster_label")
    counts = stable_ids.assign(connection, at)
    ledger.explain(connection, model.version)
    return counts


def _founders(connection: DuckDBPyConnection, labels: Ints) -> Ints:
    """The record of each one's cluster that was seen first: a cluster is named after it, whatever order the rows came in."""
    found = connection.execute("select number, epoch_us(first_seen_at) as seen from scratch.node").fetchnumpy()
    seen = np.empty(len(labels), dtype=np.int64)
    seen[found["number"]] = np.ma.filled(found["seen"], np.iinfo(np.int64).max)
    order = np.lexsort((seen, labels))
    places, starts = np.unique(labels[order], return_index=True)
    return order[starts][np.searchsorted(places, labels)]


def _note(connection: DuckDBPyConnection, at: datetime, model: Model, counts: dict[str, int], labels: Ints) -> None:
    """One row per run that changed something, so that the same input changes nothing."""
    if any(counts[event] for event in stable_ids.EVENTS) or counts["compared"]:
        largest = int(np.bincount(labels).max()) if len(labels) else 0
        connection.execute(
            "insert into identity_state.identity_runs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [at, datetime.now(UTC), model.version, *(counts[name] for name in ("nodes", "pairs", "compared", "customers", "merged", "split")), largest],
        )  # fmt: skip


def _directory(connection: DuckDBPyConnection) -> Path | None:
    """Where the warehouse file lies; None for a database in memory."""
    found = connection.execute("select path from duckdb_databases() where database_name = current_database()").fetchall()
    return Path(found[0][0]).parent if found and found[0][0] else None
