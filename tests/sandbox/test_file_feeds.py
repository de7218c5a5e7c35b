"""The folders of web events and partner files: what stands in them at a clock, and how each file is written."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.core.readers.snowplow import ENRICHED_FIELDS
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.file_drops import FileDrops
from ingest.sandbox.servers.state import COMPANY, START
from ingest.sandbox.servers.web_events import WebEvents
from ingest.sandbox.servers.world import World
from tests.sandbox.small_company import Rows, write_company

DAY = timedelta(days=1)
TSV, PACKED, LINES = "snowplow/run=a/part.tsv", "snowplow/run=b/part.tsv.gz", "snowplow/run=c/part.jsonl"


def enriched(number: int, file: str, **values: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}", "collector_tstamp": START - DAY, "derived_tstamp": START - DAY, "event": "page_view",
        "dvce_ismobile": True, "file_name": file, "_visible_at": START - DAY, **values,
    }  # fmt: skip


def exported(number: int, file: str, seen: datetime, **values: Any) -> dict[str, Any]:
    return {
        "user_pseudo_id": f"{number}.1", "event_timestamp": 1_782_800_000_000_000 + number, "event_name": "page_view", "batch_page_id": 1,
        "batch_ordering_id": 1, "batch_event_index": 1, "event_date": "20260701", "event_params": "[]", "file_name": f"ga4/{file}.jsonl",
        "_visible_at": seen, **values,
    }  # fmt: skip


def company() -> Rows:
    early, intraday, daily = START - timedelta(hours=1), "events_intraday_20260701", "events_20260701"
    outlet = {
        "last_name": "Größe; & Söhne",
        "email": "a@example.com",
        "objects_to_advertising": True,
        "joined_on": date(2026, 1, 7),
    }
    return {
        "web_events__snowplow_events": [
            enriched(1, TSV, user_id="C1", contexts='{"a":"b"}'), enriched(2, PACKED), enriched(3, LINES), enriched(4, LINES),
        ],
        "web_events__ga4_events": [
            exported(1, intraday, early), exported(1, intraday, START + DAY, _is_gone=True), exported(1, daily, START + DAY),
            exported(2, daily, START + DAY), exported(2, daily, START + 3 * DAY, _is_gone=True), exported(3, daily, START + 3 * DAY),
        ],
        "file_drops__customers": [
            {"outlet_customer_id": "OC1", "file_name": f"customers/{file}", "changed_at": START - DAY, "_visible_at": START - DAY, **outlet}
            for file in ("a.csv", "b.xlsx")
        ],
        "file_drops__spend": [
            {"campaign_id": "S1", "spent_on": date(2026, 6, 1), "currency": "EUR", "cost": 1234.5, "clicks": 7, "impressions": 12345,
             "file_name": f"spend/{file}", "_visible_at": START - DAY}
            for file in ("a.csv", "b.parquet")
        ],
        "file_drops__call_ratings": [
            {"rating_id": "CR1", "called_at": START - DAY, "score": 5, "file_name": "call_ratings/a.jsonl.gz", "_visible_at": START - DAY}
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("company")
    write_company(directory, company())
    return directory / COMPANY


@pytest.fixture
def events(planted: Path, tmp_path: Path) -> WebEvents:
    feed = WebEvents(tmp_path, World(planted, START), Switches())
    feed.move()
    return feed


@pytest.fixture
def drops(planted: Path, tmp_path: Path) -> FileDrops:
    feed = FileDrops(tmp_path, World(planted, START), Switches())
    feed.move()
    return feed


def at(feed: WebEvents | FileDrops, clock: datetime) -> dict[str, float]:
    """The files at a clock, with their time of change."""
    feed.world.set_clock(clock)
    feed.move()
    return {p.relative_to(feed.folder).as_posix(): p.stat().st_mtime for p in sorted(feed.folder.rglob("*")) if p.is_file()}


def test_a_day_replaces_the_running_one_and_is_written_anew_later(events: WebEvents) -> None:
    def tables(clock: datetime) -> dict[str, float]:
        return {name: time for name, time in at(events, clock).items() if name.startswith("ga4/")}

    def visitors() -> list[str]:
        return [json.loads(line)["user_pseudo_id"] for line in (events.folder / "ga4/events_20260701.jsonl").open()]

    assert tables(START) == {"ga4/events_intraday_20260701.jsonl": (START - timedelta(hours=1)).timestamp()}
    assert tables(START + DAY) == {"ga4/events_20260701.jsonl": (START + DAY).timestamp()}
    assert visitors() == ["1.1", "2.1"]
    assert tables(START + 3 * DAY) == {"ga4/events_20260701.jsonl": (START + 3 * DAY).timestamp()}
    assert visitors() == ["1.1", "3.1"]
    assert list(tables(START)) == ["ga4/events_intraday_20260701.jsonl"]  # a clock may go back


def test_a_file_that_stays_the_same_is_left_alone(events: WebEvents) -> None:
    before = (events.folder / TSV).stat().st_ino
    at(events, START + DAY)
    assert (events.folder / TSV).stat().st_ino == before


def test_enriched_events_have_131_fields_or_names(events: WebEvents) -> None:
    [fields] = [line.rstrip("\n").split("\t") for line in (events.folder / TSV).open()]
    told = dict(zip(ENRICHED_FIELDS, fields, strict=True))
    assert (len(fields), told["event_id"], told["user_id"], told["contexts"]) == (131, "e1", "C1", '{"a":"b"}')
    assert (told["derived_tstamp"], told["dvce_ismobile"], told["txn_id"]) == ("2026-06-30 06:00:00.000", "1", "")
    assert gzip.decompress((events.folder / PACKED).read_bytes()).count(b"\t") == 130
    lines = [json.loads(line) for line in (events.folder / LINES).open()]
    assert [(line["event_id"], line["derived_tstamp"]) for line in lines] == [
        ("e3", "2026-06-30T06:00:00.000Z"), ("e4", "2026-06-30T06:00:00.000Z"),
    ]  # fmt: skip


def test_the_export_writes_whole_numbers_as_text(events: WebEvents) -> None:
    record = json.loads((events.folder / "ga4/events_intraday_20260701.jsonl").read_text())
    assert (record["event_timestamp"], record["batch_page_id"], record["event_params"]) == ("1782800000000001", "1", [])


def test_partners_write_as_they_do(drops: FileDrops) -> None:
    [customer] = csv.DictReader((drops.folder / "customers/a.csv").open(encoding="cp1252", newline=""), delimiter=";")
    assert (customer["Nachname"], customer["Werbewiderspruch"]) == ("Größe; & Söhne", "ja")
    assert (customer["Angelegt am"], customer["Geändert am"]) == ("07.01.2026", "30.06.2026 08:00:00")
    [spend] = csv.DictReader((drops.folder / "spend/a.csv").open(encoding="utf-8", newline=""), delimiter=";")
    assert (spend["Kosten"], spend["Einblendungen"], spend["Tag"]) == ("1234,50", "12.345", "01.06.2026")
    [row] = pq.read_table(drops.folder / "spend/b.parquet").to_pylist()
    assert (row["cost"], row["spent_on"], "file_name" in row) == (Decimal("1234.50"), date(2026, 6, 1), False)
    rating = json.loads(gzip.decompress((drops.folder / "call_ratings/a.jsonl.gz").read_bytes()))
    assert rating["rating"] == {"score": 5, "of": 5}


def test_the_workbook_opens_elsewhere(drops: FileDrops) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    header, row = openpyxl.load_workbook(drops.folder / "customers/b.xlsx").active.iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["Kundennr"], told["Nachname"], told["Telefonnummer"]) == ("OC1", "Größe; & Söhne", None)
