"""Letters in a folder: only what is new is opened, corrections win, tricks and broken files are set aside with a reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from fpdf import FPDF

from ingest.core.readers import letter_text
from ingest.sandbox.servers.letters import Letters
from ingest.sandbox.servers.state import START
from ingest.sources.letters import LETTERS
from tests.ingest.extraction import Extraction
from tests.sandbox.paper_company import NEXT_DAY, keeping, letter
from tests.sandbox.small_company import write_company

HEAD = "letter_id,received_on,sender_name,address,customer_number,file_name"
ROWS = [
    *(letter(n) for n in range(1, 6)),
    letter(7, file_name="2026/L7.pdf"),
    letter(2, address="Am Markt 2, 10115 Berlin", _visible_at=START + timedelta(hours=3)),
    letter(3, _visible_at=START + timedelta(hours=4), _is_gone=True),
    letter(9, _visible_at=NEXT_DAY),
]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("company")
    write_company(directory, {"letters__letters": ROWS})
    return directory


@pytest.fixture
def served(company: Path, tmp_path: Path) -> Iterator[Letters]:
    with keeping(Letters, company, tmp_path / "feed") as feed:
        yield feed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "letters"
    made.mkdir()
    return made


@pytest.fixture
def post(folder: Path, tmp_path: Path) -> Extraction:
    return Extraction(LETTERS, {"folder": str(folder)}, tmp_path)


def index(folder: Path, *lines: str, head: str = HEAD) -> None:
    (folder / "index.csv").write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")


def line(number: int, file_name: str, **values: str) -> str:
    told = {"day": "2026-06-01", "name": "Ida", "address": '"Am Markt 1, Berlin"', "customer": "C1", **values}
    return f"L{number},{told['day']},{told['name']},{told['address']},{told['customer']},{file_name}"


def printed(*pages: str) -> bytes:
    document = FPDF()
    for text in pages:
        document.add_page()
        document.set_font("Helvetica", size=12)
        document.multi_cell(0, 8, text)
    return bytes(document.output())


def encrypted() -> bytes:
    writer, file = pypdf.PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(file)
    return file.getvalue()


def test_the_next_run_opens_what_is_new_or_corrected_and_knows_what_was_withdrawn(served: Letters, tmp_path: Path) -> None:
    post = Extraction(LETTERS, served.settings(""), tmp_path)
    first = post.run()
    assert first.errors == [] and first.refused == []
    assert {row["letter_id"]: row["pages"] for row in first.rows["letters"]} == {
        "L1": None, "L2": None, "L3": None, "L4": None, "L5": None, "L7": 1,
    }  # fmt: skip
    assert {row["text"] for row in first.rows["letters"]} == {f"Sehr geehrte Damen,\nBrief {n}" for n in (1, 2, 3, 4, 5, 7)}
    served.world.set_clock(NEXT_DAY)
    served.move()
    second = post.run()
    assert second.refused == [] and second.books["letters"].mode == "changes"
    assert [(row["letter_id"], row["address"], row["index_lines"]) for row in second.rows["letters"]] == [
        ("L2", "Am Markt 2, 10115 Berlin", 2), ("L9", "Am Markt 1, 10115 Berlin", 1),
    ]  # fmt: skip
    assert [row["letter_id"] for row in second.rows["letters_keys"]] == ["L1", "L2", "L4", "L5", "L7", "L9"]
    assert post.run().rows["letters"] == []


def test_a_file_that_is_replaced_is_read_again(post: Extraction, folder: Path) -> None:
    (folder / "a.txt").write_text("first", encoding="utf-8")
    index(folder, line(1, "a.txt"))
    post.run()
    (folder / "a.txt").write_text("second", encoding="utf-8")
    assert [row["text"] for row in post.run().rows["letters"]] == ["second"]
    assert post.run().rows["letters"] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../secret.txt", "the path leads out of the folder (..)"),
        ("in/../../secret.txt", "the path leads out of the folder (..)"),
        ("/etc/hostname", "the path is absolute"),
        ("C:/secret.txt", "the path is absolute"),
        ("..\\secret.txt", "no usable file name"),
        ("", "no usable file name"),
        ("link.txt", "a link leads out of the folder"),
        ("linked/secret.txt", "a link leads out of the folder"),
        ("loop.txt", "there is no such file"),
        ("gone.txt", "there is no such file"),
        ("pipe.txt", "it is no regular file"),
        ("in", "it is no regular file"),
        ("a.docx", "only .txt and .pdf files are read"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(post: Extraction, folder: Path, tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "in").mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "a.docx").write_bytes(b"PK")
    (folder / "good.txt").write_text("Brief", encoding="utf-8")
    index(folder, line(1, name), line(2, "good.txt"))
    came = post.run()
    assert [row["letter_id"] for row in came.rows["letters"]] == ["L2"]
    assert reason in [told for record, told in came.refused if '"L1"' in record]
    assert not any('"secret"' in record for record, _ in came.refused)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "the file is empty"),
        ("a.txt", b" \r\n\x00\x0c", "no text in it"),
        ("a.pdf", b"", "the file is empty"),
        ("a.pdf", b"no pdf at all", "the PDF is broken (PdfStreamError)"),
        ("a.pdf", printed("Hello")[:-400], "the PDF is broken"),
        ("a.pdf", printed(""), "no text in it (a scan that nobody has run text recognition on?)"),
        ("a.pdf", encrypted(), "the PDF is encrypted"),
    ],
    ids=["empty-text", "blank-text", "empty-pdf", "no-pdf", "cut-pdf", "scan", "encrypted"],
)
def test_a_letter_without_readable_text_is_set_aside_once(
    post: Extraction, folder: Path, name: str, content: bytes, reason: str
) -> None:
    (folder / name).write_bytes(content)
    index(folder, line(1, name))
    came = post.run()
    assert came.rows["letters"] == [] and len(came.refused) == 1
    assert came.refused[0][1].startswith(reason)
    assert post.run().refused == []
    (folder / name).write_bytes(printed("Readable now") if name.endswith("pdf") else b"Readable now")
    assert [row["text"] for row in post.run().rows["letters"]] == ["Readable now"]


def test_a_long_letter_is_read_in_part_and_a_huge_one_is_not(
    post: Extraction, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_text, "MAX_PAGES", 2)
    monkeypatch.setattr(letter_text, "MAX_BYTES", 50_000)
    (folder / "long.pdf").write_bytes(printed("one", "two", "three"))
    (folder / "huge.pdf").write_bytes(b"%PDF-1.4" + b"x" * 60_000)
    index(folder, line(1, "long.pdf"), line(2, "huge.pdf"))
    came = post.run()
    row = came.rows["letters"][0]
    assert (row["text"], row["pages"], row["is_truncated"]) == ("one\ntwo", 3, True)
    assert [reason for _, reason in came.refused] == ["larger than 0 MB"]


def test_text_is_read_in_the_charset_it_is_in(post: Extraction, folder: Path) -> None:
    for name, data in {"a": "Grüße".encode("cp1252"), "b": "Grüße".encode("utf-16"), "c": "Grüße".encode("utf-8-sig")}.items():
        (folder / f"{name}.txt").write_bytes(data)
    index(folder, *(line(n, f"{name}.txt") for n, name in enumerate("abc")))
    assert {row["text"] for row in post.run().rows["letters"]} == {"Grüße"}


def test_the_last_line_of_a_letter_counts_and_odd_lines_are_set_aside(post: Extraction, folder: Path) -> None:
    (folder / "a.txt").write_text("Brief", encoding="utf-8")
    (folder / "stray.txt").write_text("?", encoding="utf-8")
    index(
        folder, line(1, "a.txt", name="Ide"), line(1, "a.txt", name='"Ida ""I."" K"', day="01.06.2026"), "L2,2026-06-01,Ida",
        line(3, "a.txt") + ",more", line(4, "a.txt", day="soon"), ",2026-06-01,Ida,x,C1,a.txt",
    )  # fmt: skip
    came = post.run()
    [row] = came.rows["letters"]
    assert (row["sender_name"], row["received_on"].isoformat(), row["index_lines"]) == ('Ida "I." K', "2026-06-01", 2)
    assert sorted(reason for _, reason in came.refused) == [
        "does not fit the declared type date", "no line of the index names this file", "the letter has no id",
        "too many or too few fields", "too many or too few fields",
    ]  # fmt: skip
    assert post.run().refused == []


def test_an_index_that_is_missing_or_is_another_table_is_said(post: Extraction, folder: Path) -> None:
    assert "there is no index index.csv" in str(post.run().errors[0])
    index(folder, "1,2", head="id,name")
    assert "has no column address, customer_number" in str(post.run().errors[0])


def test_semicolons_a_byte_order_mark_and_further_columns_are_understood(post: Extraction, folder: Path) -> None:
    (folder / "a.txt").write_text("Brief", encoding="utf-8")
    head = "\ufeff" + HEAD.replace(",", ";").upper() + ";scanned_by"
    index(folder, "L1;2026-06-01;Ida;Am Markt 1, Berlin;C1;a.txt;Ben", head=head)
    [row] = post.run().rows["letters"]
    assert (row["address"], row["_extra"]) == ("Am Markt 1, Berlin", '{"scanned_by":"Ben"}')
