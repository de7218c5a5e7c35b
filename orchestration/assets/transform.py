"""dbt's models as assets, its tests as asset checks, in two halves around the identity step.

Keys are [layer, table], sources map to the raw tables, and each test is shown on the furthest table it reads, so that
it runs in the half that builds the last of them. Which node stands in which layer: `layers.py`.
"""

# Dagster reads the annotation of `context` as an object: no postponed annotations in this file.
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from ingest.core import row_counts
from ingest.core.lock import writer
from orchestration import last_publication, lineage
from orchestration.failing_rows import failing_keys
from orchestration.layers import (
    AFTER_IDENTITY,
    BEFORE_IDENTITY,
    PUBLISHED,
    Manifest,
    Node,
    built_nodes,
    is_built,
    layer_of,
    reads_beside_raw,
    tests_with_homes,
)
from orchestration.lineage import Lineage
from orchestration.parts import OWNERS, WRITER_POOL, Parts
from orchestration.standing import Standing
from orchestration.transformer import NodeResult, Transformer, TransformError

UNIQUE_ID = "dbt/unique_id"
STEPS = {"transform_before_identity": BEFORE_IDENTITY, "transform_after_identity": AFTER_IDENTITY}
_PASSED = {"success", "pass", "warn"}


class LayerTranslator(DagsterDbtTranslator):
    """[layer, table] as key and the layer as group; sources keep [schema, table], which is what the raw assets are called."""

    def __init__(self, lineage: Lineage | None = None) -> None:
        super().__init__()
        self.lineage = lineage or {}

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return None if dbt_resource_props["resource_type"] == "source" else layer_of(dbt_resource_props)

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """dbt's columns; where column lineage was worked out, each says what it is made of as well."""
        told = dict(super().get_metadata(dbt_resource_props))
        made_of = self.lineage.get(str(dbt_resource_props["unique_id"]))
        return {**told, **traced(told.get("dagster/column_schema"), made_of)} if made_of else told

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        return OWNERS


def transform_assets(parts: Parts, transformer: Transformer, manifest: Manifest) -> list[dg.AssetsDefinition]:
    """The two dbt steps."""
    translator = LayerTranslator(lineage.read(transformer.project))
    return [_half(name, layers, parts, transformer, manifest, translator) for name, layers in STEPS.items()]


def _half(
    name: str, layers: tuple[str, ...], parts: Parts, transformer: Transformer, manifest: Manifest, translator: LayerTranslator
) -> dg.AssetsDefinition:
    keys = {str(node["unique_id"]): translator.get_asset_key(node) for node in built_nodes(manifest, layers)}
    homes = [(test, home) for test, home in tests_with_homes(manifest) if layer_of(home) in layers]
    checks = {str(test["unique_id"]): _check(test, home, translator, manifest) for test, home in homes}

    @dg.multi_asset(
        name=name,
        specs=[_spec(translator, manifest, unique_id) for unique_id in keys],
        check_specs=list(checks.values()),
        can_subset=True,
        pool=WRITER_POOL,
    )
    def transform_step(context: dg.AssetExecutionContext) -> Iterator[Any]:
        assets = {unique_id: key for unique_id, key in keys.items() if key in context.selected_asset_keys}
        tests = {unique_id: spec for unique_id, spec in checks.items() if spec.key in context.selected_asset_check_keys}
        is_whole = len(assets) == len(keys) and len(tests) == len(checks)
        paths = parts.paths()
        standing = Standing(
            paths.warehouse, transformer.mark(), name, reads_beside_raw(layers), list(built_nodes(manifest, layers))
        )
        with writer(paths, f"dbt ({name})"):
            if is_whole and PUBLISHED in layers:
                paths.staging_file.unlink(missing_ok=True)
            if layers == AFTER_IDENTITY:
                last_publication.remember(paths)
            elif paths.warehouse.exists():
                row_counts.prepare_in(paths.warehouse)  # one that was loaded, or saved, before rows were counted
            stay = standing.found() if is_whole else frozenset()
            selection = selection_of(manifest, [*(assets.keys() - stay), *tests])
            told = _built(transformer, selection, assets, tests, parts)
            yield from _with_standing(stay, told, assets, manifest) if stay else told
            if is_whole:
                standing.note()

    return transform_step


def _built(
    transformer: Transformer,
    selection: Sequence[str],
    assets: Mapping[str, dg.AssetKey],
    tests: Mapping[str, dg.AssetCheckSpec],
    parts: Parts,
) -> Iterator[Any]:
    """What dbt tells of the selected nodes, as Dagster's events; dg.Failure with the failing keys when anything failed."""
    tests_left = dict(tests)
    try:
        for result in transformer.build(selection):
            tests_left.pop(result.unique_id, None)
            yield from _events(result, assets, tests)
        yield from (_not_run(spec) for spec in tests_left.values())
    except TransformError as error:
        raise dg.Failure(f"{error}", metadata={"failing": _failing(transformer, parts)}, allow_retries=False) from error


def _with_standing(
    stay: frozenset[str], told: Iterator[Any], assets: Mapping[str, dg.AssetKey], manifest: Manifest
) -> Iterator[Any]:
    """The events of what is built with those of what stands among them: Dagster wants each table after those it reads."""
    nodes = manifest["nodes"]
    order = TopologicalSorter({name: assets.keys() & set(nodes[name]["depends_on"].get("nodes", ())) for name in assets})
    order.prepare()
    ids = {key: name for name, key in assets.items()}

    def standing() -> Iterator[Any]:
        while here := [name for name in order.get_ready() if name in stay]:
            for name in here:
                yield dg.MaterializeResult(asset_key=assets[name], metadata={"stands": True})
            order.done(*here)

    yield from standing()
    for event in told:
        yield event
        if isinstance(event, dg.MaterializeResult) and event.asset_key is not None:
            order.done(ids[event.asset_key])
            yield from standing()


def traced(schema: dg.TableSchema | None, made_of: Mapping[str, Sequence[lineage.Origin]]) -> Mapping[str, Any]:
    """Column lineage as Dagster keeps it, and in words in each column's description: its page draws tables, not columns."""
    deps = {
        column: [dg.TableColumnDep(dg.AssetKey([layer, table]), name) for layer, table, name in origins]
        for column, origins in made_of.items()
    }
    told: dict[str, Any] = {"dagster/column_lineage": dg.TableColumnLineage(deps)}
    if schema is not None:
        told["dagster/column_schema"] = dg.TableSchema(columns=[_traced(column, made_of) for column in schema.columns])
    return told


def _traced(column: dg.TableColumn, made_of: Mapping[str, Sequence[lineage.Origin]]) -> dg.TableColumn:
    origins = made_of.get(column.name)
    if not origins:
        return column
    said = ", ".join(".".join(origin) for origin in origins)
    return dg.TableColumn(
        column.name, column.type, description=f"{column.description or ''} Made of {said}.".strip(), tags=column.tags
    )


def _spec(translator: LayerTranslator, manifest: Manifest, unique_id: str) -> dg.AssetSpec:
    """The node as an asset. What the last publication says was made by the run before: no edge of this graph."""
    spec = translator.get_asset_spec(manifest, unique_id, None)
    return spec.replace_attributes(deps=[dep for dep in spec.deps if dep.asset_key.path[0] != last_publication.SCHEMA])


def _check(test: Node, home: Node, translator: LayerTranslator, manifest: Manifest) -> dg.AssetCheckSpec:
    """Not declared as blocking: the step itself fails with any failing test, and nothing downstream starts."""
    parents = (manifest["nodes"].get(name) for name in test["depends_on"]["nodes"])
    key = translator.get_asset_key(home)
    return dg.AssetCheckSpec(
        name=test["name"],
        asset=key,
        description=test.get("description") or None,
        additional_deps=sorted(
            {translator.get_asset_key(node) for node in parents if node is not None and is_built(node)} - {key}
        ),
        metadata={UNIQUE_ID: test["unique_id"]},
    )


def nodes_of(manifest: Manifest, layers: tuple[str, ...]) -> list[str]:
    """Everything a whole half runs: its tables and views, and the tests that are shown on them."""
    tests = (test for test, home in tests_with_homes(manifest) if layer_of(home) in layers)
    return [str(node["unique_id"]) for node in (*built_nodes(manifest, layers), *tests)]


def selection_of(manifest: Manifest, unique_ids: Collection[str]) -> list[str]:
    """dbt's arguments for exactly these nodes. Whole folders are named as such: dbt holds every name against every node, which
    takes 50 ms a name."""
    wanted, folders, left_out = set(unique_ids), list[str](), list[str]()
    for (folder, kind), nodes in sorted(_by_folder(manifest).items()):
        chosen = nodes & wanted
        if 2 * len(chosen) > len(nodes):
            folders.append(f"fqn:{folder},{kind}")
            left_out += _names(manifest, sorted(nodes - wanted))
            wanted -= chosen
    exclude = ["--exclude", *left_out] if left_out else []
    return ["--select", *folders, *_names(manifest, sorted(wanted)), *exclude, "--indirect-selection", "empty"]


def _by_folder(manifest: Manifest) -> dict[tuple[str, str], set[str]]:
    """The nodes of each folder of the project's second level, tests apart from tables and views. By their qualified names:
    dbt compares paths as objects, which costs ten times as much."""
    found: dict[tuple[str, str], set[str]] = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "test" or is_built(node):
            folder = ".".join(node["fqn"][:2])
            is_table = node["resource_type"] == "model"
            kind = (
                f"config.materialized:{node['config']['materialized']}" if is_table else f"resource_type:{node['resource_type']}"
            )
            found.setdefault((folder, kind), set()).add(unique_id)
    return found


def _names(manifest: Manifest, unique_ids: Sequence[str]) -> list[str]:
    return [".".join(manifest["nodes"][unique_id]["fqn"]) for unique_id in unique_ids]


def _events(result: NodeResult, assets: Mapping[str, dg.AssetKey], tests: Mapping[str, dg.AssetCheckSpec]) -> Iterator[Any]:
    """What one finished dbt node means to Dagster: a materialisation, a check result, or nothing that was asked for."""
    if result.unique_id in assets and result.status == "success":
        rows = {} if result.rows is None else {"dagster/row_count": result.rows}
        yield dg.MaterializeResult(asset_key=assets[result.unique_id], metadata={"seconds": result.seconds, **rows})
    elif result.unique_id in tests:
        spec = tests[result.unique_id]
        yield dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=result.status == "pass",
            severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
            metadata={"seconds": result.seconds, "failing rows": result.failing_rows},
        )


def _not_run(spec: dg.AssetCheckSpec) -> dg.AssetCheckResult:
    """A check nobody evaluated must not look like one that passed."""
    return dg.AssetCheckResult(
        asset_key=spec.asset_key, check_name=spec.name, passed=False, description="dbt did not run this test"
    )


def _failing(transformer: Transformer, parts: Parts) -> dg.JsonMetadataValue:
    failed = [result for result in transformer.results if str(result.status) not in (*_PASSED, "skipped")]
    return dg.MetadataValue.json({result.node.name: failing_keys(result, parts.paths()) for result in failed[:20]})
