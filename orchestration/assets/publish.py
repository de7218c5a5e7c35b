"""The publication as an asset: downstream of every published table, and made only while every gate is open."""

# Dagster reads the annotation of `context` as an object: no postponed annotations in this file.
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration import gates, publish
from orchestration.layers import PUBLISHED
from orchestration.parts import OWNERS, WRITER_POOL, Parts
from orchestration.privacy.pseudonyms import Classes

STEP = "publish"
KEY = dg.AssetKey([PUBLISHED, "publication"])


def publication_asset(parts: Parts, tables: Sequence[str], guards: Sequence[gates.Gate], classes: Classes) -> dg.AssetsDefinition:
    """The last step. `guards`: every check that has to have passed, newest evaluation first; `classes`: what each column is."""

    @dg.asset(
        name=KEY.path[-1],
        key_prefix=list(KEY.path[:-1]),
        op_tags={},
        deps=[dg.AssetKey([PUBLISHED, table]) for table in tables],
        description="The published file readers open: every table of the layer, swapped in whole, with its run, gates and row counts.",
        group_name=PUBLISHED,
        kinds={"duckdb"},
        owners=OWNERS,
        pool=WRITER_POOL,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26)),
    )
    def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        closed = gates.closed_gates(context.instance, guards)
        if closed:
            gates.record_holds(parts.paths(), context.run_id, closed)
            raise dg.Failure(_held(closed), metadata={"held by": dg.MetadataValue.json(closed)}, allow_retries=False)
        told = publish.publish(parts.paths(), context.run_id, tables, classes=classes)
        return dg.MaterializeResult(
            metadata={"file": dg.MetadataValue.path(parts.paths().published), **{t.name: t.rows for t in told}}
        )

    return publication


def _held(closed: Sequence[tuple[str, str, str]]) -> str:
    named = "; ".join(f"{subject} ({gate}) {reason}" for gate, subject, reason in closed[:5])
    more = f" and {len(closed) - 5} more" if len(closed) > 5 else ""
    return f"nothing published, {len(closed)} check(s) hold it: {named}{more}"
