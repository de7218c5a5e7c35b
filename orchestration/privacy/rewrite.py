"""Writes DuckDB files anew after rows were deleted: a deleted row's bytes stay in its file until the file is another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.places import sync

if TYPE_CHECKING:
    import duckdb

_NAME = "cx"  # what the views in the warehouse call its database


def rewrite(file: Path) -> None:
    """Copies every table and view into a new file and renames it over the old one; a crash leaves the old file or the new one."""
    import duckdb

    beside = file.with_name(f".{file.name}.{os.getpid()}")
    with _fresh(beside):
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"attach '{file}' as {_NAME} (read_only)")
            connection.execute(f"attach '{beside}' as fresh (storage_version '{_storage_version(connection)}')")
            connection.execute(f"copy from database {_NAME} to fresh (schema)")
            connection.execute(f"copy from database {_NAME} to fresh (data)")
            connection.execute("checkpoint fresh")
        sync(beside)
        beside.replace(file)
        file.with_name(file.name + ".wal").unlink(missing_ok=True)
        sync(file.parent)


def _storage_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The oldest DuckDB that reads the attached file, as in `v1.0.0`."""
    asked = "select tags['storage_version'] from duckdb_databases() where database_name = $1"
    return str(connection.execute(asked, [_NAME]).fetchall()[0][0]).removesuffix("+")


@contextmanager
def _fresh(beside: Path) -> Iterator[None]:
    """A file that is not there before, nor after a failure."""
    for leftover in (beside, beside.with_name(beside.name + ".wal")):
        leftover.unlink(missing_ok=True)
    try:
        yield
    finally:
        for leftover in (beside, beside.with_name(beside.name + ".wal")):
            leftover.unlink(missing_ok=True)
