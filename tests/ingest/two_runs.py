"""A connector at two clocks of one sandbox, into one warehouse, beside what was planted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.load import ResourceRun, configure_dlt, ingest_source
from ingest.core.paths import Paths
from ingest.core.spec import Source
from ingest.sandbox.company import FILE_NAME
from ingest.sandbox.process import Sandbox


class TwoRuns:
    """The books of both runs, what landed, and what the vendor shows; `version` is the column that tells a record's versions apart."""

    def __init__(self, source: Source, sandbox: Sandbox, root: Path, clocks: tuple[datetime, datetime], version: str) -> None:
        self.source, self.sandbox, self.paths, self.version = source, sandbox, Paths(root), version
        self.runs = [self.run(clock) for clock in clocks]

    def run(self, clock: datetime) -> dict[str, ResourceRun]:
        self.sandbox.advance(clock)
        runs, errors = ingest_source(self.source, self.paths)
        assert errors == []
        return {run.resource: run for run in runs}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.paths.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def told(self, table: str, clock: datetime) -> list[tuple[Any, ...]]:
        """The id and version of every record the vendor shows at a clock, as it was planted."""
        with duckdb.connect(str(self.sandbox.directory / FILE_NAME), read_only=True) as connection:
            return connection.execute(
                f"""select id, {self.version} from (select * from vendor.{self.source.name}__{table} where _visible_at <= $1
                qualify row_number() over (partition by id order by _visible_at desc) = 1) where not _is_gone order by all""",
                [clock],
            ).fetchall()


@contextmanager
def two_runs(source: Source, sandbox: Sandbox, root: Path, clocks: tuple[datetime, datetime], version: str) -> Iterator[TwoRuns]:
    """Both runs made; the settings stay set for what a test runs besides."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        configure_dlt()
        yield TwoRuns(source, sandbox, root, clocks, version)
