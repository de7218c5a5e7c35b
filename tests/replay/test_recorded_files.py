"""Files that others wrote are read as their authors meant them: the CSV oddities of csv-spectrum, Parquet's own test files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.core.readers.files import FOLDER, STORE, Files
from ingest.core.readers.formats import Csv, Parquet
from ingest.core.spec import Column, Cursor, NoAuth, Resource, Source, decimal, flag, instant, nested, number, text
from tests.ingest.extraction import Came, Extraction
from tests.replay.server import FOLDER as RECORDED

CSV = RECORDED / "file_drops" / "csv_spectrum"
PARQUET = RECORDED / "file_drops" / "parquet_testing"

pytestmark = pytest.mark.skipif(not CSV.is_dir(), reason="no recorded files here")


def read(folder: Path, name: str, format_: Any, kinds: dict[str, Any], scratch: Path) -> Came:
    """One file, its rows keyed by the first column; `kinds` gives each column of the file the word it is declared with."""
    reader = Files(name, (format_,))
    columns = tuple(kind(f"c{at}", path) for at, (path, kind) in enumerate(kinds.items()))
    resource = Resource("rows", ("c0",), columns, full=reader, changes=reader, cursor=Cursor(token="files read"))
    source = Source("partner", "Partner", "", NoAuth(), (FOLDER, *STORE), (resource,))
    return Extraction(source, {"folder": str(folder)}, scratch).run()


# The expected file of `location_coordinates` names another phone number than the file itself.
@pytest.mark.parametrize(
    "file", [file for file in sorted(CSV.glob("csvs/*.csv")) if file.stem != "location_coordinates"], ids=lambda file: file.stem
)
def test_csv_files_hold_what_their_authors_say(file: Path, tmp_path: Path) -> None:
    expected = json.loads((CSV / "json" / f"{file.stem}.json").read_text(encoding="utf-8"))
    expected = expected if isinstance(expected, list) else [expected]
    names = list(expected[0])
    came = read(CSV / "csvs", file.name, Csv(), dict.fromkeys(names, text), tmp_path)
    assert came.refused == [] and came.errors == []
    found = [{name: row[f"c{at}"] or "" for at, name in enumerate(names)} for row in came.rows["rows"]]
    assert _with_plain_breaks(found) == _with_plain_breaks(expected)


def _with_plain_breaks(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: value.replace("\r\n", "\n") for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("file", sorted(PARQUET.glob("*.parquet")), ids=lambda file: file.name.partition(".")[0])
def test_parquet_files_land_whole(file: Path, tmp_path: Path) -> None:
    written = pq.read_table(file)
    while any(str(column.type).startswith("struct") for column in written.schema):
        written = written.flatten()
    came = read(PARQUET, file.name, Parquet(), {column.name: _word(column.type) for column in written.schema}, tmp_path)
    books, keyless = came.books["rows"], written.column(0).null_count
    assert came.errors == [] and books.extracted == written.num_rows
    assert [reason for _, reason in came.refused] == ["the key is missing"] * len(came.refused)
    assert bool(keyless) == bool(came.refused)
    assert books.distinct_keys == len({str(value) for value in written.column(0).to_pylist() if value is not None})


def _word(kind: pa.DataType) -> Callable[[str, str], Column]:
    """How a column of that type would be declared."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return text
    if pa.types.is_nested(kind):
        return nested
    if pa.types.is_timestamp(kind):
        return instant
    return flag if pa.types.is_boolean(kind) else decimal if pa.types.is_decimal(kind) else number
