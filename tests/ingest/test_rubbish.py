"""What rubbish once brought down: each costs its own row, its own file or its own listing now, and is told."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fpdf
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dlt.common.storages.load_package import PackageStorage
from starlette.responses import Response

from ingest import registry
from ingest.core.json_text import json_text
from ingest.core.paging import MetaCursorPaginator
from ingest.core.paths import Paths
from ingest.core.readers import exported_file
from ingest.core.readers.csv_text import CsvText
from ingest.core.readers.folder import Refused
from ingest.core.readers.formats import Csv, OpenFile, Parquet
from ingest.core.readers.letter_text import text_of
from ingest.core.readers.spreadsheets import Excel
from ingest.core.readers.unpacking import BrokenFile, damages
from ingest.core.shape import Shaper
from ingest.core.spec import Listing
from orchestration.cli import main
from tests.ingest.conftest import ACME, Warehouse, person
from tests.ingest.vendor import Vendor
from tests.reach.planted import PEOPLE, plant

PERSONS = ACME.resources[0]


def nested(depth: int) -> Any:
    told: Any = "leaf"
    for level in range(depth):
        told = {"a": told} if level % 2 else [told]
    return told


def misfits(record: dict[str, Any]) -> set[str]:
    """The fields of a record that do not fit."""
    return {misfit.field for misfit in Shaper(PERSONS).shape([record], [{}])[1]}


def test_a_package_whose_remains_a_kill_left_is_not_normalised_again(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dlt moves a normalised package to its place and deletes what it was made from; here it is killed in between."""

    def killed(storage: PackageStorage, load_id: str, **named: bool) -> None:
        if not named:
            raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(PackageStorage, "delete_package", killed)
        assert "killed" in str(warehouse.run().failures["acme"])
    assert warehouse.run().failures == {}
    assert warehouse.rows("select count(*), count(distinct id) from raw_acme.people") == [(250, 250)]


def test_what_is_nested_too_deeply_lands_or_is_set_aside_whole(vendor: Vendor, warehouse: Warehouse) -> None:
    records = [person(1), {**person(2), "unheard of": nested(600)}, {**person(3), "age": nested(600)}]
    vendor.answers = [Response(json.dumps({"results": records}), media_type="application/json")]
    assert warehouse.run().failures == {}
    assert warehouse.rows("select id, _extra is not null from raw_acme.people order by id") == [("1", False), ("2", True)]
    [(kept,)] = warehouse.rows("select record from raw_acme.quarantine")
    assert "leaf" in str(kept)


@pytest.mark.parametrize("value", [nested(900), 2**70, {"a": "\udcff"}, {1: 2}, [datetime(2026, 7, 1, tzinfo=UTC)]], ids=range(5))
def test_anything_is_json(value: Any) -> None:
    assert orjson.loads(json_text(value)) is not None


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1e300, "9" * 30, float("inf")], ids=str)
def test_a_number_of_more_than_64_bits_is_no_whole_number(value: Any) -> None:
    assert misfits({**person(1), "age": value}) == {"age"}


@pytest.mark.parametrize(
    "value", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 10**17, "+10000-01-01T00:00:00Z"], ids=str
)
def test_an_instant_no_calendar_has_does_not_fit(value: Any) -> None:
    assert misfits({**person(1), "updated": value}) == {"updated_at"}


def test_the_calendars_first_and_last_instants_fit() -> None:
    for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"):
        table, bad = Shaper(PERSONS).shape([{**person(1), "updated": moment}], [{}])
        assert not bad and table["updated_at"].to_pylist()[0].year in (1, 9999)


def test_an_instant_no_calendar_has_does_not_fit_in_arrow_either() -> None:
    late = pa.array([0, 2**62], pa.int64()).cast(pa.timestamp("us", "UTC"))
    page = pa.table({"id": ["a", "b"], "updated": late, "unheard of": late})
    table, bad = Shaper(PERSONS).conform(page, {})
    assert table["id"].to_pylist() == ["a"] and [misfit.field for misfit in bad] == ["updated_at"]


def test_an_answer_of_another_build_ends_its_listing_in_a_line(
    vendor: Vendor, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(PERSONS.full, Listing)
    linked = replace(PERSONS, full=replace(PERSONS.full, pages=MetaCursorPaginator), changes=None, name="linked")
    with monkeypatch.context() as patched:
        patched.setitem(registry.SOURCES, "acme", replace(ACME, resources=(linked, PERSONS)))
        failure = warehouse.run().failures["acme"]
    assert str(failure) == "acme: an answer is not built as it is declared (KeyError) [linked]" and "Run again" in failure.remedy
    assert warehouse.rows("select count(*) from raw_acme.people") == [(250,)]


def test_a_damaged_part_of_a_container_is_told_of() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.json", b"{}" * 100)
    damaged = held.getvalue().replace(b"{}" * 100, b"{}" * 99 + b"[]")
    with pytest.raises(BrokenFile, match="damaged container"), damages(), zipfile.ZipFile(io.BytesIO(damaged)) as archive:
        archive.read("a.json")
    shortened = held.getvalue()[150:]
    with pytest.raises(exported_file.BadFile):
        list(exported_file.pages(b"PK" + shortened, exported_file.NdJson(), lambda record, reason: None))


def test_a_header_that_is_no_text_is_no_answer() -> None:
    reading = CsvText(call=None)  # type: ignore[arg-type]
    assert reading.table(b'"Id\x9b"\n"1"\n', None, is_last_try=True) is None and reading.rows == 0


def test_a_string_of_ten_megabytes_lands_whole_or_is_set_aside_whole(vendor: Vendor, warehouse: Warehouse) -> None:
    long = "x" * 10_000_000
    vendor.answers = [Response(json.dumps({"results": [{**person(1), "unheard of": long}, {**person(2), "age": long}]}))]
    assert warehouse.run().failures == {}
    assert warehouse.rows('select id, length(_extra) - length(\'{"unheard of":""}\') from raw_acme.people') == [("1", 10_000_000)]
    assert warehouse.rows("select length(record) > 10000000, length(reason) < 200 from raw_acme.quarantine") == [(True, True)]


def test_a_cell_of_ten_megabytes_is_read_and_one_of_twenty_costs_its_file() -> None:
    def rows(size: int) -> int:
        content = b"a,b\n1,2\n1," + b"x" * size + b"\n3,4\n"
        return sum(page.num_rows for page in Csv().pages(OpenFile(io.BytesIO(content), 2**30, (), lambda row, reason: None)))

    assert rows(10_000_000) == 3
    with pytest.raises(BrokenFile, match="is no such table"):
        rows(20_000_000)


@pytest.mark.parametrize(
    ("name", "cell", "reason"),
    [
        ("xl/worksheets/sheet1.xml", "B3" + "9" * 25, "has a cell where no sheet has one"),
        ("xl/worksheets/sheet1.xml", "A" * 70 + "3", "has a cell where no sheet has one"),
        ("xl/worksheets/sheet1.xml", "xfd1048576", "spans 1,048,576 rows"),
        ("anywhere.bin", "XFD1048576", "spans 1,048,576 rows"),
        ("content.xml", "A1", "is a workbook of another kind"),
    ],
)
def test_a_cell_so_far_out_that_laying_the_sheet_out_would_end_the_process_costs_its_file(
    name: str, cell: str, reason: str
) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr(name, f'<worksheet><sheetData><c r="A1"/><c r="{cell}"/></sheetData></worksheet>')
    with pytest.raises(BrokenFile, match=reason):
        list(Excel().pages(OpenFile(io.BytesIO(book.getvalue()), 2**30, (), lambda row, why: None)))


def test_parquet_that_unpacks_to_more_than_is_allowed_is_refused() -> None:
    held = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array(["x" * 1_000] * 30_000)}), held, compression="zstd")
    assert held.tell() < 10_000
    with pytest.raises(BrokenFile, match="unpacks to more than the 20,000,000 bytes allowed"):
        list(Parquet().pages(OpenFile(held, 20_000_000, (), lambda row, reason: None)))


def test_an_export_that_unpacks_to_more_than_is_allowed_is_refused() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"{}\n" * 400_000)
    for body in (held.getvalue(), gzip.compress(b"{}\n" * 400_000)):
        with pytest.raises(exported_file.BadFile):
            list(exported_file.pages(body, exported_file.NdJson(), lambda record, reason: None, most_bytes=1_000_000))


def test_a_pdf_with_a_filter_nobody_knows_is_refused(tmp_path: Path) -> None:
    page = fpdf.FPDF()
    page.add_page()
    page.set_font("helvetica", size=12)
    page.cell(text="Sehr geehrte Damen und Herren")
    file = tmp_path / "a.pdf"
    file.write_bytes(bytes(page.output()).replace(b"/FlateDecode", b"/FlateDecodf"))
    with pytest.raises(Refused, match="the PDF is broken"):
        text_of(file, file.stat().st_size)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Arrow tells the terminal, too
def test_no_row_is_repeated_in_a_reason(tmp_path: Path) -> None:
    file = OpenFile(io.BytesIO(b"a,b\n1,2\neva@example.org,\xff,3\n"), 1_000, (), lambda row, reason: None)
    with pytest.raises(BrokenFile) as told:
        list(Csv().pages(file))
    assert "eva" not in str(told.value)


def test_an_empty_question_is_answered_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(tmp_path))
    plant(Paths(tmp_path), PEOPLE)
    assert main(["query", " "]) == 1
    assert capsys.readouterr().err.startswith("error: there is no question")
    assert main(["query", "select '\udcff'"]) == 0  # a byte that is no text, as a shell hands it over
