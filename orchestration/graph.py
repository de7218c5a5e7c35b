"""The graph, wired in one place: what there is, what guards it, when it runs.

    raw_<vendor> -> staging -> identity -> identity_state -> customer_360 -> marts -> published -> publication
             landed gate      dbt's tests are checks of the step that builds      published gate

`build_defs` is the only entry point; tests hand it other `Parts` and get the same graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from orchestration import automation, gates, layers
from orchestration.assets.identity import STEP as IDENTITY_STEP
from orchestration.assets.identity import identity_assets, model_asset
from orchestration.assets.ingest import STEP as INGEST_STEP
from orchestration.assets.ingest import raw_assets
from orchestration.assets.publish import publication_asset
from orchestration.assets.transform import STEPS as TRANSFORM_STEPS
from orchestration.assets.transform import transform_assets
from orchestration.erasure_job import erasure_job
from orchestration.parts import Parts
from orchestration.privacy.pseudonyms import classes_of
from orchestration.transformer import Transformer


def build_defs(overrides: Parts | None = None) -> dg.Definitions:
    """The whole graph; `overrides` replaces outside parts (sources, paths, checks), never the wiring."""
    parts = overrides or Parts()
    transformer = Transformer(parts.dbt_project, parts.paths())
    manifest = transformer.manifest()
    raw, transform, identity = raw_assets(parts), transform_assets(parts, transformer, manifest), identity_assets(parts)
    landed, to_publish = list(parts.landed_checks(parts.sources(), parts.paths)), list(parts.published_checks(parts.paths))
    guards = [*_guards(gates.LANDED, landed), *_guards(gates.TRANSFORM, transform), *_guards(gates.TO_BE_PUBLISHED, to_publish)]
    tables = layers.published_tables(manifest)
    publication = publication_asset(parts, tables, guards, classes_of(manifest, tables))
    hooks = {
        automation.hold_hook(parts, _gate_of_step(landed, to_publish)),
        automation.anomaly_hook(parts, publication.node_def.name),
    }
    model = model_asset(parts)
    jobs = automation.jobs(raw, landed, to_publish, publication, model, hooks, automation.reporting(parts, "starts_on"))
    by_name = {job.name: job for job in jobs}
    return dg.Definitions(
        assets=[raw, *transform, identity, model, publication],
        asset_checks=[*landed, *to_publish],
        jobs=[*jobs, erasure_job(parts)],
        schedules=[automation.daily_schedule(parts, by_name[automation.DAILY])],
        sensors=[automation.fresh_data_sensor(raw, by_name[automation.BUILD]), automation.dead_runs],
        executor=automation.executor(),
    )


def _guards(gate: str, holders: Sequence[dg.AssetsDefinition]) -> list[gates.Gate]:
    return [gates.Gate(gate, key) for holder in holders for key in holder.check_keys]


def _gate_of_step(landed: Sequence[dg.AssetChecksDefinition], to_publish: Sequence[dg.AssetChecksDefinition]) -> dict[str, str]:
    """Which gate a step stands for, by the name of its op."""
    return {
        INGEST_STEP: gates.EXTRACTION,
        IDENTITY_STEP: gates.IDENTITY,
        **dict.fromkeys(TRANSFORM_STEPS, gates.TRANSFORM),
        **{checks.node_def.name: gates.LANDED for checks in landed},
        **{checks.node_def.name: gates.TO_BE_PUBLISHED for checks in to_publish},
    }
