"""Files that strangers send: damaged CSV, JSON Lines, Parquet, workbooks and events, read by the sources that take them."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.core.readers.snowplow import ENRICHED_FIELDS
from ingest.registry import SOURCES
from tests.fuzz.feeding import Fate, fate_of, run_of
from tests.fuzz.rubbish import as_json, damaged, file_name, name, spoilt, text
from tests.fuzz.shaping import declared

OLD = time.time() - 7 * 86_400  # a file that has settled, and whose sender's patience is over


@dataclass(frozen=True, slots=True)
class Sent:
    """A file for a resource; `rows`: how many records it holds where that can be counted without reading it as a reader does."""

    source: str
    resource: str
    name: str
    content: bytes
    rows: int | None = None


def put(folder: Path, name: str, content: bytes) -> None:
    """A file as somebody left it a week ago."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (OLD, OLD))


def check(sent: Sent, folder: Path) -> Fate:
    """One file alone in a folder; a file that is set aside as a whole counts as one row."""
    shutil.rmtree(folder, ignore_errors=True)
    put(folder, sent.name, sent.content)
    run = run_of(SOURCES[sent.source], folder.parent, folder=str(folder))
    fate = fate_of(run, run.source.resource(sent.resource))
    assert not run.errors, run.errors
    is_refused = any(str(row).startswith("the file ") for row in run.quarantine()["reason"].to_pylist())
    assert is_refused or sent.rows is None or fate.rows == sent.rows, f"{sent.rows} rows were sent, {fate.rows} are in the books"
    return fate


def _stem(chance: Random) -> str:
    return file_name(chance) if chance.random() < 0.2 else "a"


def _packed(chance: Random, source: str, resource: str, name: str, content: bytes, rows: int | None) -> Sent:
    """The file as it is, packed, or packed and damaged."""
    how = chance.randrange(10)
    if how == 0:
        content = gzip.compress(content, 1)
        is_damaged = chance.random() < 0.5
        return Sent(
            source, resource, name + ".gz", damaged(chance, (content)) if is_damaged else content, None if is_damaged else rows
        )
    return Sent(source, resource, name, content, rows)


def _lines(content: bytes) -> int | None:
    """Lines that hold something; None where line breaks may stand inside of quotes or a byte order mark confuses counting."""
    if b'"' in content or b"\r" in content or b"\xef\xbb\xbf" in content or b"\x00" in content:
        return None
    return sum(1 for line in content.split(b"\n") if line.strip())


def csv(chance: Random) -> Sent:
    """The outlet's customers or the agency's spend, as delimited text."""
    resource, encoding = chance.choice((("customers", "cp1252"), ("spend", "utf-8")))
    columns = [c.path for c in SOURCES["file_drops"].resource(resource).columns if not c.path.startswith("_")]
    sound = declared(SOURCES["file_drops"].resource(resource))
    cell = lambda column: text(chance) if chance.randint(0, 11) == 0 else str(sound.get(column, "1"))  # noqa: E731
    rows = [[cell(column) for column in columns] for _ in range(chance.randint(0, 4))]
    if chance.randint(0, 9) == 0:
        columns = [*columns, chance.choice((name(chance).replace("\n", " "), columns[0]))]
        rows = [[*row, "one more"] for row in rows]
    cells = [[_quoted(cell) if chance.randint(0, 3) == 0 else cell for cell in row] for row in rows]
    told = "\n".join(";".join(row) for row in [columns, *cells]) + "\n"
    content = told.encode(encoding, "replace")
    if chance.random() < 0.5:
        content = damaged(chance, (content))
    return _packed(chance, "file_drops", resource, f"{resource}/{_stem(chance)}.csv", content, None)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def json_lines(chance: Random) -> Sent:
    """Call ratings, or GA4's events, one record a line."""
    source, resource, file = chance.choice(
        (("file_drops", "call_ratings", "call_ratings/{}.jsonl"), ("web_events", "ga4_events", "ga4/events_{}.json"))
    )
    record = declared(SOURCES[source].resource(resource))
    lines = [spoilt(chance, record) for _ in range(chance.randint(1, 4))]
    content = b"".join(as_json(chance, line) + b"\n" for line in lines)
    if chance.randint(0, 2) == 0:
        content = damaged(chance, (content))
    return _packed(chance, source, resource, file.format(_stem(chance)), content, _lines(content))


def snowplow(chance: Random) -> Sent:
    """Enriched events as tab separated text, whose fields hold no quotes that mean anything."""
    sound = {
        name: "true" if value is True else str(value)
        for name, value in declared(SOURCES["web_events"].resource("snowplow_events")).items()
    }
    rows = [[sound.get(name, "") if chance.random() < 0.99 else _cell(chance) for name in ENRICHED_FIELDS] for _ in range(3)]
    content = "".join("\t".join(row) + "\n" for row in rows).encode("utf-8", "replace")
    if chance.random() < 0.5:
        content = damaged(chance, (content))
    return _packed(chance, "web_events", "snowplow_events", f"snowplow/{_stem(chance)}.tsv", content, None)


def _cell(chance: Random) -> str:
    return text(chance).translate({9: " ", 10: " ", 13: " ", 0: " "})[:500]


_ARROW = (
    pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("ns"), pa.timestamp("s", "UTC"), pa.date32(), pa.date64(), pa.decimal128(38, 9),
    pa.binary(), pa.list_(pa.string()), pa.large_string(), pa.int8(), pa.uint64(), pa.time64("us"), pa.duration("s"), pa.dictionary(pa.int8(), pa.string()),
    pa.struct([("a", pa.int64())]), pa.null(), pa.float16(), pa.map_(pa.string(), pa.int64()),
)  # fmt: skip
_EXTREME = (0, -1, 1, 127, -(2**31), 2**62, 253402300799, 253402300800, -62135596800, -62135596801)
_UNUSUAL = (float("nan"), float("inf"), 1e308, -1e308, 5e-324, -0.0)


def column(chance: Random, rows: int) -> Any:
    """An Arrow column of any type, with extreme values where the type has them."""
    kind = chance.choice(_ARROW)
    if pa.types.is_string(kind):
        return pa.array([text(chance) for _ in range(rows)], kind, from_pandas=False)
    if pa.types.is_floating(kind) and not pa.types.is_float16(kind):
        return pa.array([chance.choice(_UNUSUAL) for _ in range(rows)], kind)
    with contextlib.suppress(pa.ArrowException, OverflowError, ValueError, TypeError):
        number = chance.choice(_EXTREME)
        return pa.array([number] * rows, pa.int64()).cast(kind)
    return pa.nulls(rows, kind)


def parquet(chance: Random) -> Sent:
    """The agency's spend as Parquet: other types than declared, doubled and missing columns, damaged bytes."""
    count = chance.randint(0, 3)
    names = [c.path for c in SOURCES["file_drops"].resource("spend").columns if not c.path.startswith("_")]
    if chance.randint(0, 5) == 0:
        names = [*names, chance.choice((name(chance), names[0]))]
    sound = {"spent_on": pa.scalar("2026-06-30"), "cost": pa.scalar(1.5), "clicks": pa.scalar(3), "impressions": pa.scalar(4)}
    columns = [
        column(chance, count) if chance.randint(0, 7) == 0 else pa.repeat(sound.get(name, pa.scalar("x")), count)
        for name in names
    ]
    table = pa.table(columns, names=names)
    held = io.BytesIO()
    rows: int | None = count
    try:
        pq.write_table(table, held)
    except (pa.ArrowException, NotImplementedError):
        held, rows = io.BytesIO(b"PAR1"), None
    content = held.getvalue()
    if chance.randint(0, 2) == 0:
        content, rows = damaged(chance, (content)), None
    return Sent("file_drops", "spend", f"spend/{_stem(chance)}.parquet", content, rows)


@functools.cache
def _workbook() -> dict[str, bytes]:
    """The parts of a sound workbook of customers."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([c.path for c in SOURCES["file_drops"].resource("customers").columns if not c.path.startswith("_")])
    for number in range(3):
        sheet.append(
            [f"K{number}", "Eva", 4.5, True, None, "01067", "Ort", "DE", "A1", "ja", "aktiv", "30.06.2026", "30.06.2026 10:00:00"]
        )
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def workbook(chance: Random) -> Sent:
    """An Excel workbook with a part that is damaged, missing or doubled, or damaged as a whole."""
    parts = dict(_workbook())
    name = chance.choice(sorted(parts))
    how = chance.randint(0, 5)
    if how == 0:
        del parts[name]
    elif how > 1:
        name = chance.choice([part for part in sorted(parts) if "sheet" in part or "shared" in part])
        parts[name] = damaged(chance, (parts[name]))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    content = held.getvalue()
    return Sent("file_drops", "customers", f"customers/{_stem(chance)}.xlsx", damaged(chance, (content)) if how == 1 else content)


FORMATS: dict[str, Callable[[Random], Sent]] = {
    "file drops, CSV": csv,
    "file drops and GA4, JSON Lines": json_lines,
    "file drops, Parquet": parquet,
    "file drops, Excel": workbook,
    "web events, Snowplow": snowplow,
}
