"""The real graph: every asset is meant to be there, and data flows through it from a vendor to the publication."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ingest.registry import SOURCES
from orchestration.layers import ORDER
from orchestration.parts import CHECKOUT

SNAPSHOT = Path(__file__).parent / "graph.txt"
PUBLICATION = dg.AssetKey(["published", "publication"])


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from orchestration.definitions import defs

    return defs


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def _told(graph: AssetGraph) -> str:
    """Every asset key under its group, one a line."""
    groups: Mapping[str, list[str]] = defaultdict(list)
    for key in graph.get_all_asset_keys():
        groups[str(graph.get(key).group_name)].append("  " + "/".join(key.path))
    return "".join(f"{group}\n" + "\n".join(sorted(keys)) + "\n" for group, keys in sorted(groups.items()))


def test_the_graph_is_the_one_that_was_reviewed(graph: AssetGraph) -> None:
    """CX_UPDATE_SNAPSHOT=1 writes graph.txt anew; the difference is for review."""
    if os.environ.get("CX_UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(_told(graph), encoding="utf-8")
    reviewed = SNAPSHOT.read_text(encoding="utf-8")
    assert _told(graph) == reviewed, "the graph changed: CX_UPDATE_SNAPSHOT=1 on this test writes graph.txt anew, for review"


def test_every_published_table_comes_from_every_vendor(graph: AssetGraph) -> None:
    vendors = {source.schema for source in SOURCES.values()}
    for table in (dg.AssetKey(["published", name]) for name in ("customer_360", "touchpoints", "kpi_period")):
        upstream = {key.path[0] for key in _ancestors(graph, table)}
        assert vendors <= upstream, f"{table.path[-1]} misses {vendors - upstream}"


def test_the_publication_waits_for_every_published_table(graph: AssetGraph) -> None:
    tables = {key for key in graph.get_all_asset_keys() if key.path[0] == "published"} - {PUBLICATION}
    assert graph.get(PUBLICATION).parent_keys == tables


def test_no_asset_hangs_in_the_air(graph: AssetGraph) -> None:
    """Whatever a model reads is made by the graph itself."""
    assert [key.to_user_string() for key in graph.get_all_asset_keys() if not graph.get(key).is_materializable] == []


def test_no_asset_reads_from_its_right(graph: AssetGraph) -> None:
    place = {layer: position for position, layer in enumerate(ORDER)}
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert place.get(parent.path[0], -1) <= place.get(key.path[0], -1), (
                f"{key.to_user_string()} reads {parent.to_user_string()}"
            )


def test_every_raw_table_tells_when_it_is_stale_and_which_columns_are_personal(graph: AssetGraph) -> None:
    raw = [graph.get(key) for key in graph.get_all_asset_keys() if key.path[0].startswith("raw_")]
    assert all(node.freshness_policy is not None and node.description and node.owners for node in raw)
    columns = graph.get(dg.AssetKey(["raw_hubspot", "contacts"])).metadata["dagster/column_schema"].columns
    assert "personal" in next(column for column in columns if column.name == "email").tags


def test_the_steps_run_in_the_order_data_passes_them(definitions: dg.Definitions) -> None:
    plan = dg._core.execution.api.create_execution_plan(definitions.resolve_job_def("daily"))  # type: ignore[attr-defined]
    steps = [step.key for step in plan.get_all_steps_in_topo_order()]
    assert steps == [
        "ingest", "landed_gate", "transform_before_identity", "resolve_identity", "transform_after_identity", "published_gate",
        "published__publication",
    ]  # fmt: skip


def test_one_step_at_a_time_writes_the_warehouse(graph: AssetGraph) -> None:
    pools = {assets.node_def.name: assets.op.pool for assets in graph.assets_defs if assets.is_executable}
    assert set(pools.values()) == {"warehouse_writer"}


def test_the_daily_job_starts_at_five_in_the_reporting_zone(definitions: dg.Definitions) -> None:
    [schedule] = definitions.schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.job_name, schedule.cron_schedule, schedule.execution_timezone) == ("daily", "0 5 * * *", "Europe/Berlin")


def test_definitions_load_with_an_empty_environment_and_no_data(tmp_path: Path) -> None:
    """Importing reads no setting, opens no file of data and creates none."""
    code = "from orchestration.definitions import defs; print(len(defs.resolve_asset_graph().get_all_asset_keys()))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env={"CX_DATA_DIR": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) > 100
    assert not (tmp_path / "none").exists()


def _ancestors(graph: AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    waiting = [key]
    while waiting:
        fresh = graph.get(waiting.pop()).parent_keys - found
        found |= fresh
        waiting += fresh
    return found
