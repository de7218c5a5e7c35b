"""What the file reader promises: each version of a file once, half-written files wait, broken ones are set aside, nothing else is opened."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.core.errors import IngestError
from ingest.core.readers.files import FOLDER, STORE, Files
from ingest.core.readers.formats import Csv, JsonLines, Parquet
from ingest.core.readers.spelling import Spelling
from ingest.core.readers.spreadsheets import Excel
from ingest.core.spec import Cursor, NoAuth, Resource, Source, day, decimal, flag, instant, integer, text
from ingest.sandbox.servers.workbook import write_workbook
from tests.ingest.extraction import Came, Extraction

GERMAN = Spelling(
    decimal_comma=True, day="%d.%m.%Y", instant="%d.%m.%Y %H:%M", time_zone="Europe/Berlin", yes=("ja",), no=("nein",)
)
FORMATS = (
    Csv(delimiter=";", spelling=GERMAN, ends_with_newline=True),
    JsonLines(ends_with_newline=True),
    Parquet(spelling=GERMAN),
    Excel(spelling=GERMAN),
)
HEADER = "id;Name;Kosten;Tag;Um;Ja\n"


def source(*formats: Any, **files: Any) -> Source:
    reader = Files("*", formats or FORMATS, **files)
    columns = (
        text("id"), text("name", "Name"), decimal("cost", "Kosten"), day("on_day", "Tag"), instant("at", "Um"), flag("yes", "Ja"),
        text("file_name", "_file"), instant("file_modified_at", "_file_modified_at"),
    )  # fmt: skip
    rows = Resource("rows", ("id",), columns, full=reader, changes=reader, cursor=Cursor(token="files read"))
    return Source("partner", "Partner", "", NoAuth(), (FOLDER, *STORE), (rows,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def drop(path: Path, content: str | bytes, age: timedelta = timedelta(hours=1)) -> Path:
    """Writes a file that was last changed `age` ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, times=(int((datetime.now(UTC) - age).timestamp()),) * 2)
    return path


def reading(folder: Path, *formats: Any, **files: Any) -> Extraction:
    return Extraction(source(*formats, **files), {"folder": str(folder)}, folder.parent)


def ids(came: Came) -> list[str]:
    assert came.errors == []
    return [row["id"] for row in came.rows["rows"]]


def test_each_file_is_read_once_and_again_only_when_it_has_changed(folder: Path) -> None:
    run = reading(folder)
    drop(folder / "a.csv", HEADER + "1;Ida;;;;\n")
    drop(folder / "below" / "b.csv", HEADER + "2;Ute;;;;\n", timedelta(hours=2))
    assert ids(run.run()) == ["2", "1"]  # in the order they were written
    assert ids(run.run()) == []
    drop(folder / "a.csv", HEADER + "1;Eva;;;;\n", timedelta(minutes=30))
    drop(folder / "c.csv", HEADER + "3;Kim;;;;\n")
    came = run.run()
    assert [(row["id"], row["name"], row["file_name"]) for row in came.rows["rows"]] == [
        ("3", "Kim", "c.csv"),
        ("1", "Eva", "a.csv"),
    ]
    assert came.rows["rows"][0]["file_modified_at"].timestamp() == (folder / "c.csv").stat().st_mtime


def test_the_newest_file_has_the_last_word(folder: Path) -> None:
    drop(folder / "z.csv", HEADER + "1;old;;;;\n", timedelta(hours=5))
    drop(folder / "a.csv", HEADER + "1;new;;;;\n")
    came = reading(folder).run()
    assert came.rows["rows"][-1]["name"] == "new" and came.books["rows"].duplicates == 1


def test_a_file_that_may_still_grow_waits(folder: Path) -> None:
    run = reading(folder)
    file = drop(folder / "a.csv", HEADER + "1;Ida;;;;\n", timedelta(seconds=20))
    assert ids(run.run()) == [] and run.run().refused == []
    drop(file, HEADER + "1;Ida;;;;\n2;Ut", timedelta(minutes=5))
    assert ids(run.run()) == []  # no line break at its end
    drop(file, HEADER + "1;Ida;;;;\n2;Ute;;;;\n", timedelta(minutes=2))
    assert ids(run.run()) == ["1", "2"]


def test_what_stays_unfinished_for_a_day_is_set_aside_once(folder: Path) -> None:
    run = reading(folder)
    drop(folder / "a.csv", HEADER + "1;Ida", timedelta(days=2))
    torn = gzip.compress(b'{"id": "1"}\n' * 500)
    drop(folder / "b.jsonl.gz", torn[: len(torn) // 2], timedelta(days=2))
    drop(folder / "c.jsonl.gz", torn[: len(torn) // 2])
    came = run.run()
    told = sorted((json.loads(record)["file"], reason) for record, reason in came.refused)
    assert told == [
        ("a.csv", "the file has no line break at its end, and has not changed for 1 day, 0:00:00"),
        ("b.jsonl.gz", "the file ends in the middle of its packed data, and has not changed for 1 day, 0:00:00"),
    ]
    assert run.run().refused == []


def test_a_file_waits_for_the_marker_beside_it(folder: Path) -> None:
    run = reading(folder, marker="_SUCCESS")
    drop(folder / "run" / "part.csv", HEADER + "1;Ida;;;;\n")
    assert ids(run.run()) == []
    drop(folder / "run" / "_SUCCESS", "")
    assert ids(run.run()) == ["1"]


def test_hidden_and_unfinished_names_are_passed_over(folder: Path) -> None:
    for name in (".a.csv", "_b.csv", "c.csv.part", "~$d.xlsx", "_temporary/e.csv", "f.csv.filepart"):
        drop(folder / name, "nonsense")
    os.mkfifo(folder / "pipe.csv")
    came = reading(folder).run()
    assert ids(came) == [] and came.refused == []


def test_links_are_not_followed(folder: Path) -> None:
    outside = drop(folder.parent / "secret.csv", HEADER + "1;secret;;;;\n")
    (folder / "a.csv").symlink_to(outside)
    os.utime(folder / "a.csv", times=(0, 0), follow_symlinks=False)
    (folder / "sub").symlink_to(folder.parent)
    came = reading(folder).run()
    assert ids(came) == []
    assert [reason for _, reason in came.refused] == ["the file is a link, and links are not followed"]


def test_a_file_nobody_may_open_is_reported_until_somebody_may(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder / "a.csv", HEADER + "1;Ida;;;;\n")
    run = reading(folder)
    with monkeypatch.context() as shut:
        shut.setattr("ingest.core.readers.places.os.open", _refusing)
        for came in (run.run(), run.run()):
            assert ids(came) == [] and [reason for _, reason in came.refused] == ["the file cannot be opened (PermissionError)"]
    assert ids(run.run()) == ["1"]


def _refusing(*_: Any) -> int:
    raise PermissionError


def far_cells() -> bytes:
    """A workbook of two cells in opposite corners of the largest sheet there is."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as container:
        sheet = (
            '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        )
        container.writestr("xl/worksheets/sheet1.xml", f"{sheet}</sheetData></worksheet>")
    return book.getvalue()


def bomb() -> bytes:
    """A container whose directory says little and which holds much."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    return book.getvalue().replace((3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def parquet(table: pa.Table) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held)
    return held.getvalue()


BROKEN = {
    "empty.csv": (b"", "is no such table: Empty CSV file"),
    "other.csv": (b"id;Name;Kosten;Tag;Um\n1;;;;\n", "has no column 'Ja'; it has 'id', 'Name', 'Kosten', 'Tag', 'Um'"),
    "twice.csv": (b"id;Name;Name;Kosten;Tag;Um;Ja\n", "has two columns 'Name'"),
    "no.parquet": (b"PAR1 and nothing else PAR1", "is no readable Parquet"),
    "cut.parquet": (parquet(pa.table({"id": ["1"]}))[:-9], "is no readable Parquet"),
    "less.parquet": (parquet(pa.table({"id": ["1"]})), "has no column 'Name', 'Kosten', 'Tag', 'Um', 'Ja'"),
    "no.xlsx": (b"not a workbook", "is a damaged container"),
    "bomb.xlsx": (bomb(), "unpacks to more than the 2,000,000 bytes allowed"),
    "far.xlsx": (far_cells(), "spans 1,048,576 rows and 16,384 columns, more than 2,000,000 bytes hold"),
    "bomb.jsonl.gz": (
        gzip.compress((b'{"id": "1", "x": "' + b"x" * 5_000 + b'"}\n') * 500),
        "holds more than the 2,000,000 bytes allowed",
    ),
    "torn.jsonl.gz": (gzip.compress(b"{}\n")[:-6] + b"xxxxxx", "holds damaged packed data"),
    "large.csv": (b"x" * 2_000_001, "holds more than the 2,000,000 bytes allowed"),
    "letter.docx": (b"Dear all", "is in none of the declared formats"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_set_aside_with_the_reason_and_the_rest_goes_on(name: str, folder: Path) -> None:
    content, reason = BROKEN[name]
    drop(folder / name, content)
    drop(folder / "z.csv", HEADER + "7;Ida;;;;\n")
    run = reading(folder, max_bytes=2_000_000)
    came = run.run()
    assert ids(came)[-1] == "7" and came.books["rows"].is_complete
    [(record, told)] = came.refused
    assert told.startswith("the file") and reason in told and json.loads(record)["file"] == name
    again = run.run()
    assert ids(again) == [] and again.refused == []


def test_rows_that_do_not_fit_are_set_aside_one_by_one(folder: Path) -> None:
    drop(
        folder / "a.csv",
        (
            HEADER
            + "1;Ida;1,5;31.12.2026;01.07.2026 08:00;ja\n2;too few\n3;Ute;many;;;\n4;;;31.02.2026;;\n5;;;;soon;\n6;;;;;maybe\n"
        ).encode()
        + b"7;\xff;;;;\n;no key;;;;\n",
    )
    drop(folder / "b.jsonl", '{"id": "8"}\n{"id": \n[1]\n{"id": "9", "Kosten": "x", "more": {"b": 1}}\n{"id": "10", "more": 1}\n')
    came = reading(folder).run()
    assert ids(came) == ["1", "8", "10"]
    assert sorted(reason for _, reason in came.refused) == [
        "does not fit the declared type bool",
        "does not fit the declared type date",
        "does not fit the declared type decimal",
        "does not fit the declared type decimal",
        "does not fit the declared type timestamp",
        "has 2 fields instead of 6",
        "holds bytes that are not utf-8",
        "the key is missing",
        "the line is not JSON",
        "the record is not an object",
    ]
    assert came.rows["rows"][2]["_extra"] == '{"more":1}'


def test_values_are_read_as_the_partner_writes_them(folder: Path) -> None:
    drop(
        folder / "a.csv",
        HEADER
        + '0123;"Ida; ""die""\nLange" ;-1.234.567,50;1.7.2026;25.10.2026 02:30; JA\n2; ;12.50;2026-07-01;2026-07-01T08:00:00+02:00;nein\n',
    )
    first, second = reading(folder).run().rows["rows"]
    assert [first[n] for n in ("id", "name", "cost", "on_day", "yes")] == [
        "0123", 'Ida; "die"\nLange ', Decimal("-1234567.5"), date(2026, 7, 1), True,
    ]  # fmt: skip
    # the hour that comes twice is taken for the first
    assert first["at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert (second["cost"], second["on_day"], second["yes"]) == (Decimal("12.5"), date(2026, 7, 1), False)
    assert second["at"] == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_every_format_says_the_same(folder: Path) -> None:
    rows = [("1", "Ida", "1,50", "01.07.2026", "01.07.2026 08:00", "ja"), ("2", None, None, None, None, "nein")]
    names = HEADER.strip().split(";")
    lines = HEADER + "".join(";".join(value or "" for value in row) + "\n" for row in rows)
    drop(folder / "a.csv", lines.replace("\n", "\r\n"))
    drop(folder / "b.csv.gz", gzip.compress(b"\xef\xbb\xbf" + lines.encode()))
    plain = [
        {"id": "1", "Name": "Ida", "Kosten": 1.5, "Tag": "2026-07-01", "Um": "2026-07-01T06:00:00Z", "Ja": True},
        {"id": 2, "Ja": "false"},
    ]
    drop(folder / "c.ndjson", "\n".join(map(json.dumps, plain)) + "\n\n")
    typed = pa.table({
        "id": ["1", "2"], "Name": ["Ida", None], "Kosten": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)), "Tag": [date(2026, 7, 1), None],
        "Um": [datetime(2026, 7, 1, 8), None], "Ja": [True, False],
    })  # fmt: skip
    drop(folder / "d.parquet", parquet(typed))
    write_workbook(folder / "e.xlsx", [names, *rows])
    drop(folder / "e.xlsx", (folder / "e.xlsx").read_bytes())
    drop(folder / "f.xlsx", _typed_workbook(names))
    came = reading(folder).run()
    assert came.refused == [] and came.errors == []
    by_file: dict[str, list[Any]] = {}
    for row in came.rows["rows"]:
        by_file.setdefault(row["file_name"], []).append([row[name] for name in ("id", "name", "cost", "on_day", "at", "yes")])
    expected = [
        ["1", "Ida", Decimal("1.5"), date(2026, 7, 1), datetime(2026, 7, 1, 6, tzinfo=UTC), True],
        ["2", None, None, None, None, False],
    ]
    assert set(by_file) == {"a.csv", "b.csv.gz", "c.ndjson", "d.parquet", "e.xlsx", "f.xlsx"}
    assert all(found == expected for found in by_file.values()), by_file


def _typed_workbook(names: list[str]) -> bytes:
    """The same rows as a spreadsheet program writes them: shared texts, numbers and dates as such, a second sheet."""
    openpyxl = pytest.importorskip("openpyxl")

    book, held = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append([f" {name}" for name in names])
    sheet.append([1, "Ida", 1.5, date(2026, 7, 1), datetime(2026, 7, 1, 8), True])
    sheet.append(["2", None, None, None, None, "nein"])
    sheet.append([None] * 6)
    book.create_sheet("notes").append(["id"])
    book.save(held)
    return held.getvalue()


def test_columns_of_other_names_and_columns_that_may_be_missing_are_declared(folder: Path) -> None:
    drop(folder / "a.csv", "Nr,Name,Kosten,Tag,Um\n1,Ida,2.5,2026-07-01,2026-07-01 10:00:00\n")
    reader = Csv(renamed={"Nr": "id"}, optional=("Ja",), spelling=Spelling(time_zone="Asia/Tokyo"))
    row = reading(folder, reader).run().only()
    assert (row["id"], row["yes"], row["at"]) == ("1", None, datetime(2026, 7, 1, 1, tzinfo=UTC))


def test_lists_of_keys_and_values_can_be_read_by_key(folder: Path) -> None:
    drop(
        folder / "a.json",
        '{"id": "1", "params": [{"key": "Name", "value": {"s": null, "i": "x"}}, {"key": 1}, 7], "Ja": null}\n{"id": "2", "params": 3}\n',
    )
    reader = Files("*", (JsonLines(pairs={"params": "by_key"}, defaults={"rank": 5}),))
    resource = Resource(
        "rows",
        ("id",),
        (text("id"), text("name", "by_key.Name"), integer("rank")),
        full=reader,
        changes=reader,
        cursor=Cursor(token="files read"),
    )
    came = Extraction(
        Source("partner", "Partner", "", NoAuth(), (FOLDER, *STORE), (resource,)), {"folder": str(folder)}, folder.parent
    ).run()
    assert [(row["name"], row["rank"]) for row in came.rows["rows"]] == [("x", 5), (None, 5)]


@pytest.mark.parametrize(
    ("address", "told"), [("/nowhere/at/all", "there is no folder"), ("ftp://host/x", "cannot read files from ftp://")]
)
def test_an_address_that_leads_nowhere_is_said_plainly(folder: Path, address: str, told: str) -> None:
    [error] = reading(folder).run(folder=address).errors
    assert isinstance(error, IngestError) and told in str(error) and "SOURCES__PARTNER__FOLDER" in error.remedy


_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@pytest.fixture(scope="module")
def any_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("any") / "drop"


@settings(max_examples=20, deadline=None)
@given(table=st.lists(st.tuples(_cells, _cells), min_size=1, max_size=6))
def test_whatever_a_cell_holds_comes_back(any_folder: Path, table: list[tuple[str, str]]) -> None:
    any_folder.mkdir(exist_ok=True)
    held = io.StringIO()
    lines = csv.writer(held, lineterminator="\n", quoting=csv.QUOTE_ALL)
    lines.writerows([("id", "a", "b"), *((at, *row) for at, row in enumerate(table))])
    drop(any_folder / "a.csv", held.getvalue())
    reader = Files("*", (Csv(),))
    columns = (text("id"), text("a"), text("b"))
    resource = Resource("rows", ("id",), columns, full=reader, changes=reader, cursor=Cursor(token="files read"))
    came = Extraction(
        Source("any", "Any", "", NoAuth(), (FOLDER, *STORE), (resource,)), {"folder": str(any_folder)}, any_folder.parent
    ).run()
    assert came.refused == []
    assert [(row["a"] or "", row["b"] or "") for row in came.rows["rows"]] == table
