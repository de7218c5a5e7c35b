"""A copy of the demo's warehouse in which something is changed and the tables that follow from it are built again, and undone.

dbt has left the SQL it ran beside the demo; what follows from what stands in its manifest. So a change costs a second, no run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from ingest.core.paths import Paths
from orchestration.last_publication import remember
from tests.demo.conftest import CHECKOUT, Demo

GOAL = "model.cx.kpi_restatements"
Change = Callable[[duckdb.DuckDBPyConnection], Sequence[str]]
"""Changes tables of the warehouse and names what it changed, as dbt does: a source, or a model whose table it touched."""


@dataclass(frozen=True)
class Rebuilt:
    """The copy, remembering the demo's publication as the one that stands."""

    paths: Paths
    compiled: Path
    nodes: dict[str, Any]

    @classmethod
    def of(cls, demo: Demo, root: Path) -> Rebuilt:
        paths = Paths(root)
        for found, wanted in ((demo.paths.warehouse, paths.warehouse), (demo.paths.published, paths.published)):
            wanted.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, wanted)
        remember(paths)
        manifest = json.loads((CHECKOUT / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8"))
        return cls(paths, demo.root / ".dbt" / "target" / "compiled" / "cx", manifest["nodes"])

    @property
    def clock(self) -> datetime:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute("select as_of from customer_360.data_as_of").fetchall()[0][0]  # type: ignore[no-any-return]

    def restatements(self, change: Change) -> list[dict[str, Any]]:
        """The rows `change` adds to kpi_restatements."""
        with self._undone() as connection:
            changed = change(connection)
            for node in self._after(changed):
                connection.execute(f"create or replace table {node['relation_name']} as ({self._sql(node)})")
            found = connection.execute("select * from marts.kpi_restatements where restated_at = published_as_of")
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def _undone(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.paths.warehouse)) as connection:
            connection.begin()
            try:
                yield connection
            finally:
                connection.rollback()

    def _sql(self, node: dict[str, Any]) -> str:
        return (self.compiled / node["original_file_path"]).read_text(encoding="utf-8")

    def _after(self, changed: Sequence[str]) -> list[dict[str, Any]]:
        """The tables that follow from what changed, and that the restatements follow from, in order; views follow by themselves."""
        parents = {name: set(node.get("depends_on", {}).get("nodes", ())) for name, node in self.nodes.items()}
        wanted = {GOAL}
        for name in _upwards(parents, GOAL):
            wanted.add(name)
        stale = set(changed)
        ordered = []
        for name in TopologicalSorter({name: parents[name] & wanted for name in wanted if name in parents}).static_order():
            if name in parents and (parents[name] & stale or name == GOAL):
                stale.add(name)
                ordered.append(self.nodes[name])
        return [node for node in ordered if node["config"]["materialized"] == "table" and node["unique_id"] not in changed]


def _upwards(parents: dict[str, set[str]], start: str) -> Iterator[str]:
    seen, left = {start}, [start]
    while left:
        for parent in parents.get(left.pop(), set()) - seen:
            seen.add(parent)
            left.append(parent)
            yield parent
