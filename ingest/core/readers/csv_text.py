"""CSV answers as Arrow tables of text. Types are not guessed: a guess turns 01067 into 1067 and somebody called Null into nobody.

The answers of one export share their columns; each may or may not repeat the header line of the first.
"""

from __future__ import annotations

import csv
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from ingest.core.calls import Call


class CsvText:
    """Parses the answers of one export in order. `rows` counts all rows so far, those set aside included.

    An empty cell, quoted or not, is null: vendors that write CSV do not tell the two apart. Rows with too few or too many
    cells are set aside. Cells may hold line breaks.
    """

    def __init__(self, call: Call) -> None:
        self.rows = 0
        self._call = call
        self._header = b""
        self._names: list[str] = []

    def table(self, body: bytes, expected: int | None, *, is_last_try: bool) -> pa.Table | None:
        """The rows of one answer; None, with nothing counted or set aside, when it is not whole.

        Whole means: every quote closed, as many rows as `expected`, and until the last try no row with other cells than named.
        """
        if body.count(b'"') % 2:
            return None
        header, names = self._header, self._names
        if not header:
            header = body[: body.find(b"\n") + 1] or body
            try:
                names = next(csv.reader([header.decode("utf-8-sig")]), [])
            except (UnicodeDecodeError, csv.Error):
                return None
        bad: list[tuple[str, str]] = []
        try:
            table = _parsed(body.removeprefix(header), names, bad)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return None
        if (bad and not is_last_try) or (expected is not None and table.num_rows + len(bad) != expected):
            return None
        for text, reason in bad:
            self._call.set_aside(text, reason)
        self._header, self._names = header, names
        self.rows += table.num_rows + len(bad)
        return table


def _parsed(body: bytes, names: list[str], bad: list[tuple[str, str]]) -> pa.Table:
    if not body.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names})

    def keep(row: Any) -> str:
        bad.append((str(row.text), f"the row has {row.actual_columns} cells, not {row.expected_columns}"))
        return "skip"

    return pacsv.read_csv(
        pa.BufferReader(body),
        # one block: a row may be longer than any size chosen here
        read_options=pacsv.ReadOptions(column_names=names, block_size=len(body) + 1),
        parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
