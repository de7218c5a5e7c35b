"""The warehouse's file: made before anything is in it, opened only while it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.core.places import damaged

VERSION = "v1.4.0"
"""How DuckDB stores tables: texts take half the CPU and four fifths of the space they take in the version that every DuckDB
reads. Published files keep that one; the warehouse is read by the DuckDB this project comes with."""
_HEADERS = 3 * 4096  # bytes of a DuckDB file before its first block


def make_ready(file: Path) -> None:
    """Makes the file where there is none, and anew one whose making was cut off (by a full disk, for one) before it held anything."""
    if file.exists() and file.stat().st_size >= _HEADERS:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as warehouse (storage_version '{VERSION}')")


@contextmanager
def opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the file, made where there is none. Raises PlaceRefused, and writes nothing, where it ends before its last
    block: DuckDB itself would open it, find out when it reads so far, and have written into it by then."""
    make_ready(file)
    is_closed = not file.with_name(file.name + ".wal").exists()  # a log may tell of blocks that are still to be written
    with duckdb.connect(str(file)) as connection:
        if is_closed and file.stat().st_size < _HEADERS + _blocks(connection):
            raise damaged(str(file))
        yield connection


def _blocks(connection: duckdb.DuckDBPyConnection) -> int:
    """The bytes of all blocks the file should hold."""
    asked = "select block_size * total_blocks from pragma_database_size() where database_name = current_database()"
    return int(connection.execute(asked).fetchall()[0][0])
