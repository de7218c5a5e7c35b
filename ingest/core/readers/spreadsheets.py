"""Excel workbooks: one sheet with a header row, read by calamine after the container was found to be harmless."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from ingest.core.readers.formats import OpenFile
from ingest.core.readers.spelling import STANDARD, Spelling
from ingest.core.readers.unpacking import BrokenFile, checked_zip, damages

# A sheet is laid out from its first to its last cell: two cells far apart would take all memory there is.
_CELL_BYTES = 32
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z0-9]+)["']""")
_REFERENCE = re.compile(rb"([A-Z]{0,3})([0-9]{1,7})", re.IGNORECASE)
# of OpenDocument and of binary workbooks, which calamine would take, too
_OTHER_KINDS = frozenset(("content.xml", "xl/workbook.bin"))


@dataclass(frozen=True, slots=True)
class Excel:
    """One sheet (the first, unless named) of an .xlsx workbook whose first row that holds anything names the columns.

    A whole number is written without decimals, a day as ISO 8601, whatever the cell's format shows.
    """

    sheet: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    spelling: Spelling = STANDARD
    max_bytes: int = 256 << 20
    ends_with_newline: bool = False
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm")
    needs_whole: bool = True

    def pages(self, file: OpenFile) -> Iterator[pa.Table]:
        content, limit = file.stream.read(), min(self.max_bytes, file.limit)
        checked_zip(content, limit)
        _check_extent(content, limit)
        rows = self._rows(content)
        if not rows:
            raise BrokenFile("has an empty sheet")
        names = [_text(cell) or "" for cell in rows[0]]
        named = [(at, self.renamed.get(name.strip(), name.strip())) for at, name in enumerate(names) if name.strip()]
        file.check([name for _, name in named], self.optional)
        table = pa.table({name: pa.array([_text(row[at]) for row in rows[1:]], pa.string()) for at, name in named})
        yield self.spelling.table(table.filter(_holds_something(table)), file.columns)

    def _rows(self, content: bytes) -> list[list[Any]]:
        from python_calamine import CalamineWorkbook

        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            sheet = book.get_sheet_by_name(self.sheet) if self.sheet else book.get_sheet_by_index(0)
            return sheet.to_python()
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:  # what calamine cannot read it reports in many ways, a panic among them
            raise BrokenFile(
                f"is no readable workbook: {str(error).splitlines()[0][:160] if str(error) else 'damaged'}"
            ) from error


def _check_extent(content: bytes, limit: int) -> None:
    """BrokenFile when the cells of a sheet span more than `limit` bytes once laid out: calamine would end this process.

    A sheet is known by what it holds, since a workbook may keep it under any name.
    """
    with damages(), zipfile.ZipFile(io.BytesIO(content)) as container:
        parts = container.infolist()  # of two parts of one name both, whichever calamine would read
        if _OTHER_KINDS.intersection(part.filename.lower() for part in parts):
            raise BrokenFile("is a workbook of another kind than its name says")
        for held in parts:
            if b"sheetData" in (part := container.read(held)):
                columns, rows = _extent(part)
                if columns * rows * _CELL_BYTES > limit:
                    raise BrokenFile(f"spans {rows:,} rows and {columns:,} columns, more than {limit:,} bytes hold")


def _extent(xml: bytes) -> tuple[int, int]:
    columns = rows = 1
    for cell in set(_CELL.findall(xml)):
        reference = _REFERENCE.fullmatch(cell)
        if reference is None:
            raise BrokenFile("has a cell where no sheet has one")
        rows = max(rows, int(reference[2]))
        columns = max(columns, _column(reference[1].upper()))
    return columns, rows


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(value: Any) -> str | None:
    """A cell as text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def _holds_something(table: pa.Table) -> pa.Array:
    """False for the empty rows that spreadsheets trail behind their data."""
    held = [column.is_valid().to_pylist() for column in table.columns]
    return pa.array([any(row) for row in zip(*held, strict=True)], pa.bool_())
