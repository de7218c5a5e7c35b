"""The warehouse file as dlt's destination, and what it remembers of a pipeline. Reading and writing rows is dlt's own work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.destinations.impl.duckdb.configuration import DuckDbClientConfiguration


class Warehouse(dlt.destinations.duckdb):
    """dlt's DuckDB destination with its configuration resolved once.

    dlt asks some forty times in one load what the destination can do, and resolves the whole configuration for each answer,
    which was a quarter of the CPU of a small run.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(str(file), destination_name="duckdb")
        self._resolved: DuckDbClientConfiguration | None = None

    def capabilities(self, config: DuckDbClientConfiguration | None = None, naming: Any = None) -> Any:
        """What the destination can do, as dlt's own class tells it."""
        if config is None:
            self._resolved = self._resolved or self.configuration(self.spec(), accept_partial=True)
        return super().capabilities(config or self._resolved, naming)


def knows_the_same(connection: duckdb.DuckDBPyConnection, pipeline: dlt.Pipeline) -> bool:
    """Whether the warehouse holds the very state that the pipeline's working folder holds, so that nothing has to be restored.

    False in every other case: the folder is new or lost, the warehouse is, or either is ahead of the other.
    """
    if pipeline.first_run or pipeline.default_schema_name not in pipeline.schema_names:
        return False
    schema = pipeline.dataset_name
    try:
        newest = connection.execute(
            f"""
            select s.version_hash from {schema}._dlt_pipeline_state as s join {schema}._dlt_loads as l on l.load_id = s._dlt_load_id
            where s.pipeline_name = ? and l.status = 0 order by l.load_id desc limit 1
            """,
            [pipeline.pipeline_name],
        ).fetchall()
    except duckdb.CatalogException:
        return False
    return newest == [(pipeline.state["_version_hash"],)]
