"""CSV answers become tables of text: nothing is guessed, nothing is lost, what is no row is set aside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ingest.core.readers.csv_text import CsvText

_HEADER = b'"Id","Name"\n'


class Parsing:
    def __init__(self) -> None:
        self.aside: list[tuple[Any, str]] = []
        call: Any = SimpleNamespace(set_aside=lambda record, reason: self.aside.append((record, reason)))
        self.text = CsvText(call)

    def rows(self, body: bytes, expected: int | None = None, *, is_last_try: bool = False) -> list[dict[str, Any]] | None:
        table = self.text.table(body, expected, is_last_try=is_last_try)
        return None if table is None else table.to_pylist()


def test_only_an_empty_cell_is_null() -> None:
    rows = Parsing().rows(_HEADER + b'"01067","NULL"\n"1e5",""\nN/A,\n')
    assert rows == [{"Id": "01067", "Name": "NULL"}, {"Id": "1e5", "Name": None}, {"Id": "N/A", "Name": None}]


def test_cells_hold_quotes_commas_and_line_breaks() -> None:
    assert Parsing().rows(_HEADER + '"1","ä ""b"", c\nd"\n'.encode()) == [{"Id": "1", "Name": 'ä "b", c\nd'}]


@pytest.mark.parametrize("second", [_HEADER + b'"2","b"\n', b'"2","b"\n'], ids=["again", "once"])
def test_the_header_is_no_row(second: bytes) -> None:
    parsing = Parsing()
    assert parsing.rows(_HEADER + b'"1","a"\n') == [{"Id": "1", "Name": "a"}]
    assert parsing.rows(second) == [{"Id": "2", "Name": "b"}]
    assert parsing.rows(_HEADER) == []
    assert parsing.text.rows == 2


@pytest.mark.parametrize(
    "body",
    [b'"1","a"\n"2","b', b'"1","a"\n', b'"1","a"\n"2"\n', b"\xff,\n2,b\n"],
    ids=["open quote", "missing row", "short row", "not utf-8"],
)
def test_what_may_be_cut_short_is_not_believed(body: bytes) -> None:
    parsing = Parsing()
    assert parsing.rows(_HEADER + body, 2) is None
    assert (parsing.text.rows, parsing.aside) == (0, [])


def test_a_row_that_stays_short_is_set_aside_and_counted() -> None:
    parsing = Parsing()
    assert parsing.rows(_HEADER + b'"1","a"\n"2"\n', 2, is_last_try=True) == [{"Id": "1", "Name": "a"}]
    assert parsing.aside == [('"2"', "the row has 1 cells, not 2")]
    assert parsing.text.rows == 2
