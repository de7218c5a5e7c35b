"""Downloads and other bodies that are no pages of JSON: export files, CSV answers, Arrow pages."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from ingest.core.readers import exported_file
from ingest.core.readers.csv_text import CsvText
from ingest.core.spec import NoAuth
from ingest.registry import SOURCES
from tests.fuzz.feeding import Fate, Fed, fate_of, run_of
from tests.fuzz.files import column
from tests.fuzz.rubbish import as_json, damaged, name, spoilt, text

_RECORD = {"responseId": "R_1", "values": {"QID1": 4, "recordedDate": "2026-06-30T10:00:00Z"}, "labels": {}}
Export = tuple[exported_file.Format, bytes]


def export(chance: Random) -> Export:
    """NDJSON, one JSON document, or CSV; plain, in gzip or in zip, sound or damaged inside or outside."""
    records = [spoilt(chance, _RECORD) for _ in range(chance.randint(0, 3))]
    kind = chance.randrange(3)
    form: exported_file.Format
    if kind == 0:
        form, body = exported_file.NdJson(), b"\n".join(as_json(chance, record) for record in records)
    elif kind == 1:
        form, body = exported_file.JsonDocument("responses"), as_json(chance, {"responses": records})
    else:
        rows = [[text(chance) for _ in range(chance.choice((3, 3, 3, 2)))] for _ in range(3)]
        form = exported_file.Csv()
        head = ["a", "b", chance.choice(("c", "c", "a", name(chance)))]
        body = b"\n".join(b",".join(as_json(chance, cell) for cell in row) for row in [head, *rows])
    content = damaged(chance, body) if chance.random() < 0.4 else body
    packing = chance.randrange(3)
    if packing == 1:
        content = gzip.compress(content, 1)
    elif packing == 2:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(chance.choice(("a.json", "../../a", "/etc/passwd", "a\x00b")), content)
        content = held.getvalue()
    return form, damaged(chance, content) if packing and chance.random() < 0.4 else content


def check_export(given: Export, folder: Path) -> Fate:
    """Every record is handed on or set aside, or the file is told to be bad."""
    form, body = given
    aside: list[Any] = []
    came = 0
    try:
        for page in exported_file.pages(body, form, lambda record, reason: aside.append(record), most_bytes=50_000_000):
            came += len(page)
    except exported_file.BadFile:
        return Fate(came + len(aside), came, 0, len(aside), 1)
    if isinstance(form, exported_file.NdJson) and body[:2] not in (b"PK", b"\x1f\x8b"):
        lines = [line for line in io.BytesIO(body) if line.strip() and line.strip() != b"{}"]
        assert came + len(aside) == len(lines), f"{len(lines)} lines, {came + len(aside)} in the books"
    return Fate(came + len(aside), came, 0, len(aside), 0)


def csv_answer(chance: Random) -> bytes:
    """The body of a query's CSV answer."""
    rows = [[text(chance) for _ in range(3)] for _ in range(chance.randint(0, 4))]
    body = (
        "\n".join(
            ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
            for row in [["Id", "Name", chance.choice(("a.b", "a.b", "Id", name(chance)))], *rows]
        )
        + "\n"
    )
    content = body.encode("utf-8", "surrogatepass")
    return damaged(chance, content) if chance.random() < 0.7 else content


def check_csv_answer(body: bytes, folder: Path) -> Fate:
    """The whole answer is a table with its bad rows set aside, or is not taken at all."""
    aside: list[Any] = []
    call: Any = type("Call", (), {"set_aside": lambda self, record, reason: aside.append(record)})()
    reading = CsvText(call)
    table = reading.table(body, None, is_last_try=True)
    if table is None:
        assert not aside and not reading.rows
        return Fate(told=1)
    assert reading.rows == table.num_rows + len(aside)
    return Fate(reading.rows, table.num_rows, 0, len(aside), 0)


Batch = tuple[str, str, pa.Table]


def batch(chance: Random) -> Batch:
    """A page that came as Arrow, as databases and workbooks give it, with columns of other types than declared."""
    source = chance.choice(("erp_postgres", "salesforce", "file_drops", "stripe", "fhir"))
    resource = chance.choice(SOURCES[source].resources)
    rows = chance.randint(0, 3)
    names = [c.path for c in resource.columns if chance.random() < 0.9]
    names = [*dict.fromkeys([*names, *(name(chance) for _ in range(chance.choice((0, 0, 1))))])]
    return source, resource.name, pa.table([column(chance, rows) for _ in names], names=names)


def check_batch(given: Batch, folder: Path) -> Fate:
    source, resource, table = given
    run = run_of(replace(SOURCES[source], auth=NoAuth(), budgets=()), folder, Fed)
    run.pages = [table]
    fate = fate_of(run, run.source.resource(resource), table.num_rows)
    assert not run.errors, run.errors
    return fate
