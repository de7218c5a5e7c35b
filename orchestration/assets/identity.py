"""The step between dbt's halves: clusters the identity edges and keeps customer ids stable. How: `orchestration/identity`."""

# Dagster reads the annotation of `context` as an object: no postponed annotations in this file.
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingest.core.lock import writer
from ingest.core.spec import Source
from orchestration.layers import IDENTITY, IDENTITY_STATE, REFERENCE
from orchestration.parts import OWNERS, WRITER_POOL, Parts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STEP = "resolve_identity"
MODEL = "identity_model"
READS = (
    *((IDENTITY, f"int_identity__{table}") for table in ("nodes", "edges", "account_records", "account_edges")),
    *((REFERENCE, seed) for seed in ("identity_overrides", "identity_sources")),
)
TABLES = {
    "customer_xref": "Which customer each vendor record belongs to, since when, and why; the current row has no valid_to.",
    "customer_registry": "Every customer id ever given, and what became of it.",
    "customer_events": "The ledger: customers created, merged, split and retired, in order, with the evidence.",
    "account_xref": "Which account each vendor's organisation belongs to, since when, and why.",
    "account_parents": "Which account stands above which.",
    "household_members": "Customers who share a home; a grouping, never a merge.",
    "review_queue": "Pairs of customers somebody should look at, those first that concern most records.",
    "identity_runs": "What each resolution compared and changed.",
}


def identity_assets(parts: Parts) -> dg.AssetsDefinition:
    """The step that gives every vendor record its customer."""

    @dg.multi_asset(name=STEP, specs=[_spec(table) for table in TABLES], pool=WRITER_POOL)
    def identity_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        import duckdb

        paths = parts.paths()
        with writer(paths, "identity"), duckdb.connect(str(paths.warehouse)) as connection:
            counts = parts.resolve(connection, observed_at(connection, list(parts.sources().values())))
            for table in TABLES:
                yield dg.MaterializeResult(
                    asset_key=[IDENTITY_STATE, table], metadata={**counts, "dagster/row_count": _rows(connection, table)}
                )

    return identity_step


def model_asset(parts: Parts) -> dg.AssetsDefinition:
    """The matching model of one's own data, made when somebody asks for it; until then the one that came with the code is used."""

    @dg.asset(
        key=[IDENTITY_STATE, MODEL],
        deps=[dg.AssetKey([IDENTITY, "int_identity__nodes"])],
        description="How much each likeness of two records speaks for one person, learned without labels from the own records.",
        group_name=IDENTITY,
        kinds={"python", "json"},
        owners=OWNERS,
        pool=WRITER_POOL,
    )
    def train_identity_model(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        import duckdb

        from orchestration.identity.model import save
        from orchestration.identity.training import train

        paths = parts.paths()
        with writer(paths, "identity model"), duckdb.connect(str(paths.warehouse)) as connection:
            model = train(connection)
        save(model, paths.warehouse.parent)
        return dg.MaterializeResult(
            metadata={"version": model.version, "trained on": model.trained_on, "partners": model.partners}
        )

    return train_identity_model


def _spec(table: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        [IDENTITY_STATE, table],
        deps=[dg.AssetKey(key) for key in READS],
        description=TABLES[table],
        group_name=IDENTITY,
        kinds={"python", "duckdb"},
        owners=OWNERS,
    )


def observed_at(connection: "DuckDBPyConnection", sources: list[Source]) -> datetime:
    """The newest instant any vendor's clock has shown us, so that a rerun on the same data decides the same."""
    newest = " union all ".join(f"select max(observed_at) as seen_at from {source.schema}.ingest_runs" for source in sources)
    found = connection.execute(f"select epoch_us(max(seen_at)) from ({newest})").fetchone()
    return datetime.fromtimestamp(found[0] / 1e6, UTC) if found and found[0] is not None else datetime.now(UTC)


def _rows(connection: "DuckDBPyConnection", table: str) -> int:
    found = connection.execute(f"select count(*) from {IDENTITY_STATE}.{table}").fetchone()
    return int(found[0]) if found else 0
