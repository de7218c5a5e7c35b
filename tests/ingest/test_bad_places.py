"""A full disk, no inodes left, a read-only or damaged data directory: one clear line, and nothing lost once it is mended."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.core.places import refused
from orchestration.cli import main
from tests.ingest.conftest import Warehouse, person
from tests.ingest.vendor import Vendor

PEOPLE = 4_000
ROWS = "select count(*), count(distinct id), sum(age) from raw_acme.people"


class Place:
    """A small file system of its own, mounted where the data directory is."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.at)], check=True, capture_output=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    at = tmp_path / "place"
    at.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(at)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a file system needs privileges this user has not")
    yield Place(at)
    subprocess.run(["umount", "-l", str(at)], check=True)


@pytest.fixture
def data(place: Place, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    vendor.records = [person(n) for n in range(PEOPLE)]
    vendor.page_size = 1_000
    monkeypatch.setenv("CX_DATA_DIR", str(place.at / "data"))
    return Warehouse(place.at / "data")


def _ingest(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The command's exit code and what it complained of."""
    code = main(["ingest", "acme"])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("left_kb", [0, 40, 400, 1000])
def test_a_disk_that_fills_up_loses_nothing(
    left_kb: int, data: Warehouse, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    used = int(subprocess.run(["du", "-sk", str(place.at)], capture_output=True, text=True, check=True).stdout.split()[0])
    place.remount(f"size={used + left_kb + 8}k")
    code, told = _ingest(capsys)
    assert code == 1, told
    assert "no space left" in told.lower() and told.count("\n") == 1, told
    place.remount("size=200m")
    assert _ingest(capsys)[0] == 0
    assert data.rows(ROWS) == [(PEOPLE, PEOPLE, sum(20 + n % 50 for n in range(PEOPLE)))]


def test_a_file_system_without_inodes_loses_nothing(data: Warehouse, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.remount("nr_inodes=6")
    code, told = _ingest(capsys)
    assert code == 1 and "no space left" in told.lower() and told.count("\n") == 1, told
    place.remount("nr_inodes=100000")
    assert _ingest(capsys)[0] == 0
    assert data.rows(ROWS)[0][0] == PEOPLE


def test_a_read_only_place_is_named(data: Warehouse, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert _ingest(capsys)[0] == 0
    place.remount("ro")
    code, told = _ingest(capsys)
    assert code == 1 and "read-only" in told.lower() and str(place.at) in told and told.count("\n") == 1, told
    place.remount("rw")
    assert _ingest(capsys)[0] == 0
    assert data.rows(ROWS)[0][0] == PEOPLE


@pytest.mark.parametrize(
    ("options", "told"),
    [("ro", "Read-only file system"), ("nr_inodes=3", "No space left on device"), ("size=12k", "No space left on device")],
)
def test_what_keeps_dagsters_history_from_being_written_is_named(
    options: str, told: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself says no more than that it cannot open or write a file."""
    monkeypatch.setenv("CX_DATA_DIR", str(place.at))
    with closing(sqlite3.connect(place.at / "history.db")) as history:
        history.execute("pragma journal_mode = wal")
        history.execute("create table runs (id)")
    place.remount(options)
    with pytest.raises(sqlite3.OperationalError) as error, closing(sqlite3.connect(place.at / "history.db")) as history:
        history.execute("insert into runs select zeroblob(100000)")
    refusal = refused(error.value)
    assert refusal is not None and told in str(refusal)
