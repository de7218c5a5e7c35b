"""What of the dbt project stands in the warehouse as it would be built again: views and seeds of the same project over
tables of the same shape. A view reads its tables anew whenever it is asked, so making it again changes nothing.

The note of it is kept in the warehouse itself (`transform_state.standing`), so that a warehouse that was restored or
swapped tells of its own views.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.layers import Node

_THERE = "select schema_name, view_name from duckdb_views() union all select schema_name, table_name from duckdb_tables()"
_SHAPES = """
    select string_agg(concat_ws(' ', schema_name, table_name, column_name, data_type), '\n'
        order by schema_name, table_name, column_index)
    from duckdb_columns()
    where database_name = current_database() and (starts_with(schema_name, 'raw_') or list_contains(?, schema_name))
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One step's views and seeds in one warehouse.

    `project` is the hash of the project's files, `reads` the schemas beside raw_* that the step finds there, `nodes` all
    that the step builds.
    """

    warehouse: Path
    project: str
    step: str
    reads: Sequence[str]
    nodes: Sequence[Node]

    def found(self) -> frozenset[str]:
        """The ids of views and seeds that need not be built again: all of the step's, or none.

        None in a warehouse that is new or was built from another project, over tables of another shape, or where any of
        them is missing. The note is then taken back until the step is through, since a build may end half way.
        """
        if not self.warehouse.exists():
            return frozenset()
        stay = [node for node in self.nodes if _stays(node)]
        with duckdb.connect(str(self.warehouse)) as connection:
            _prepare(connection)
            noted = connection.execute("select mark from transform_state.standing where step = ?", [self.step]).fetchall()
            there = set(connection.execute(_THERE).fetchall())
            if noted == [(self._mark(connection),)] and {(node["schema"], node["alias"]) for node in stay} <= there:
                return frozenset(str(node["unique_id"]) for node in stay)
            connection.execute("delete from transform_state.standing where step = ?", [self.step])
        return frozenset()

    def note(self) -> None:
        """Keeps that the step has built all it builds."""
        with duckdb.connect(str(self.warehouse)) as connection:
            _prepare(connection)
            connection.execute(
                "insert or replace into transform_state.standing values (?, ?)", [self.step, self._mark(connection)]
            )

    def _mark(self, connection: duckdb.DuckDBPyConnection) -> str:
        shapes = connection.execute(_SHAPES, [list(self.reads)]).fetchall()[0][0]
        return hashlib.sha256(f"{self.project}\n{duckdb.__version__}\n{shapes}".encode()).hexdigest()


def _stays(node: Node) -> bool:
    """True for what holds no rows of a run: a view, or a seed, whose rows stand in the project."""
    return bool(node["resource_type"] == "seed" or node["config"].get("materialized") == "view")


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists transform_state")
    connection.execute("create table if not exists transform_state.standing (step varchar primary key, mark varchar)")
