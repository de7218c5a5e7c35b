"""Looks for values in every file under a directory: the proof of an erasure, which shares no code with what deletes.

DuckDB and SQLite files are asked table by table and read as bytes too, Parquet by its columns, gzip and zip unpacked; what dlt keeps
encoded in the warehouse is decoded. Everything else is bytes.
"""

from __future__ import annotations

import base64
import gzip
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 16 * 1024 * 1024
_OVERLAP = 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A place where something still stands, and how often: a file, or a table of one."""

    place: str
    hits: int


def search(root: Path, values: Sequence[str], leave_out: Collection[Path] = ()) -> tuple[list[Found], int]:
    """Every place below `root` where one of the values stands alone, in any case, and how many files were read."""
    needles = sorted({value.lower() for value in values if value})
    files = [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(folder) for folder in leave_out)
    ]
    found = list[Found]()
    for path in files:
        name = str(path.relative_to(root))
        found += [Found(f"{name}{inside}", hits) for inside, hits in _in_file(path, needles) if hits]
    return found, len(files)


def _in_file(path: Path, needles: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Hits by the place inside the file (`` for its bytes)."""
    with path.open("rb") as handle:
        head = handle.read(16)
    yield "", _in_bytes(path, needles)
    if head[8:12] == b"DUCK":
        yield from _in_duckdb(path, needles)
    elif head.startswith(b"SQLite format 3"):
        yield from _in_sqlite(path, needles)
    elif head.startswith(b"PAR1"):
        yield ":columns", _in_parquet(path, needles)
    elif head.startswith(b"\x1f\x8b"):
        with gzip.open(path) as unpacked:
            yield ":unpacked", count(unpacked.read().decode(errors="replace"), needles)
    elif head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            yield ":unpacked", sum(count(archive.read(name).decode(errors="replace"), needles) for name in archive.namelist())


def count(text: str, needles: Sequence[str]) -> int:
    """How often any of these lower-case values stands alone in the text."""
    low = text.lower()
    return sum(_alone(low, needle) for needle in needles)


def _alone(low: str, needle: str) -> int:
    """How often the value stands in the text with no letter and no digit beside it."""
    hits, at = 0, low.find(needle)
    while at >= 0:
        end = at + len(needle)
        is_alone = not low[at - 1 : at].isalnum() and not low[end : end + 1].isalnum()
        hits += is_alone
        at = low.find(needle, end if is_alone else at + 1)
    return hits


def _in_bytes(path: Path, needles: Sequence[str]) -> int:
    hits, tail = 0, b""
    encoded = {needle: needle.encode() for needle in needles}
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            low = (tail + chunk).lower()
            near = [needle for needle in needles if encoded[needle] in low]
            if near:  # only a text has a case for letters beyond A to Z
                beyond = [needle for needle in needles if not needle.isascii() and needle not in near]
                hits += count(low.decode(errors="replace"), [*near, *beyond])
            tail = chunk[-_OVERLAP:]
    return hits


def _in_duckdb(path: Path, needles: Sequence[str]) -> Iterator[tuple[str, int]]:
    import duckdb

    asked = """select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()
        join duckdb_tables() using (database_name, schema_name, table_name)
        where data_type not in ('BIGINT', 'INTEGER', 'DOUBLE', 'BOOLEAN', 'DATE', 'TIMESTAMP WITH TIME ZONE', 'UBIGINT')
        group by all order by all"""
    anything = "|".join(re.sub(r"([^\w\s@])", r"\\\1", needle) for needle in needles)
    with duckdb.connect(str(path), read_only=True) as connection:
        for schema, table, columns in connection.execute(asked).fetchall():
            row = ", ".join(f'cast("{column}" as varchar)' for column in columns)
            near = f'select told from (select lower(concat_ws(chr(1), {row})) as told from "{schema}"."{table}") where regexp_matches(told, ?)'
            hits = sum(bool(count(text, needles)) for (text,) in connection.execute(near, [anything]).fetchall())
            yield f":{schema}.{table}", hits + _in_states(connection, schema, table, needles)


def _in_states(connection: object, schema: str, table: str, needles: Sequence[str]) -> int:
    """What dlt remembers of a pipeline, which stands there packed."""
    if table != "_dlt_pipeline_state":
        return 0
    ask: Callable[..., object] = connection.execute  # type: ignore[attr-defined]
    states = ask(f'select state from "{schema}"."{table}"').fetchall()  # type: ignore[attr-defined]
    return sum(count(_unpacked(str(state)), needles) for (state,) in states)


def _unpacked(text: str) -> str:
    try:
        return zlib.decompress(base64.b64decode(text, validate=True)).decode(errors="replace")
    except (ValueError, zlib.error):
        return text


def _in_sqlite(path: Path, needles: Sequence[str]) -> Iterator[tuple[str, int]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall()]
        for table in tables:
            rows = connection.execute(f'select * from "{table}"')
            yield f":{table}", sum(count(" ".join(map(str, row)), needles) for row in rows)
    connection.close()


def _in_parquet(path: Path, needles: Sequence[str]) -> int:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return sum(count("\n".join(map(str, column.to_pylist())), needles) for column in table.columns)
