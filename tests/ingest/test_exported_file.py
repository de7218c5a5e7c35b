"""Exported files are read whatever they are packed in, and never at the cost of the machine."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from ingest.core.readers.exported_file import BadFile, Csv, Format, JsonDocument, NdJson, pages
from tests.replay.server import FOLDER

LINES = b'{"id": 1}\n\n{}\n{"id": 2}\nnot json\n{"id": 3}'


def packed(*files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            archive.writestr(f"../../{number}.txt", file)
    return buffer.getvalue()


def read(body: bytes, form: Format, most_bytes: int = 10**6) -> tuple[list[Any], list[tuple[Any, str]]]:
    refused: list[tuple[Any, str]] = []
    records = [row for page in pages(body, form, lambda *what: refused.append(what), most_bytes) for row in page]
    return records, refused


@pytest.mark.parametrize("pack", [packed, gzip.compress, bytes], ids=["zip", "gzip", "plain"])
def test_lines_that_are_no_record_are_passed_over_or_set_aside(pack: Any) -> None:
    assert read(pack(LINES), NdJson()) == ([{"id": 1}, {"id": 2}, {"id": 3}], [(b"not json\n", "the line is not JSON")])


def test_every_file_of_an_archive_is_read() -> None:
    assert read(packed(b'{"rows": [1, 2]}', b'{"rows": [3]}'), JsonDocument("rows"))[0] == [1, 2, 3]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (packed(LINES)[:-30], NdJson()),
        (gzip.compress(LINES)[:-9], NdJson()),
        (packed(b"0" * 2_000_000), NdJson()),
        (b"[1]", JsonDocument("rows")),
        (b"{", JsonDocument("rows")),
        (b"a,b\n\xff,1\n", Csv()),
    ],
    ids=["half a zip", "half a gzip", "too much", "another document", "half a document", "no text"],
)
def test_a_damaged_or_boundless_file_is_refused(body: bytes, form: Format) -> None:
    with pytest.raises(BadFile):
        read(body, form)


def test_an_altered_archive_is_found_by_its_checksum() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a", LINES)
    with pytest.raises(BadFile):
        read(stored.getvalue().replace(b'"id": 2', b'"id": 7'), NdJson())


def test_ragged_rows_are_set_aside() -> None:
    assert read(b"a,b\n1,2\n3\n4,\n", Csv()) == (
        [{"a": "1", "b": "2"}, {"a": "4", "b": None}],
        [(["3"], "the row has 1 cells, not 2")],
    )


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded payloads here")
@pytest.mark.parametrize(("file", "rows"), [("export_sample", 3), ("export_sample_legacy", 2)])
def test_recorded_tables_with_several_header_rows_are_read(file: str, rows: int) -> None:
    [record], refused = read((FOLDER / f"qualtrics/{file}.csv").read_bytes(), Csv(header_rows=rows))
    assert (record["Q1"], record["Q2"], refused) == ("2", "Hello World!", [])
    assert "" not in record and not any(name.startswith("﻿") for name in record)
