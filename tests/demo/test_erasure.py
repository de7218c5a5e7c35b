"""Erasing a planted person, on a copy of the finished demo: nothing of theirs is left anywhere, all others stay, nobody comes back."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.core.errors import CxError
from ingest.core.load import ingest
from ingest.core.paths import Paths
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from orchestration.cli import main
from orchestration.privacy import erase as erasure
from orchestration.privacy.export import export_person
from orchestration.privacy.find import Person, find
from orchestration.privacy.search import Found, search
from orchestration.reach.lookup_file import LookupFile
from tests.demo.conftest import CHECKOUT, Demo

VENDORS = list(SOURCES.values())


@dataclass
class Erased:
    """The copy, the planted person, what was known of them, and how much stood in each table before."""

    demo: Demo
    owned: list[tuple[str, str, str]]
    person: Person
    rows_before: dict[str, int]
    found_before: list[Found]
    found_after: list[Found]


def _rows(file: Path, schemas: str = "raw\\_%") -> dict[str, int]:
    """Rows per raw table."""
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            f"""select schema_name || '.' || table_name from duckdb_tables() where schema_name like '{schemas}' escape '\\'
            and schema_name not like '%\\_staging' escape '\\' and table_name not like '\\_dlt%' escape '\\' and table_name not in ('ingest_runs', 'row_counts')"""
        ).fetchall()
        union = " union all ".join(f"select '{name}', count(*) from {name}" for (name,) in tables)
        return dict(connection.execute(union).fetchall())


def _known_best(demo: Demo) -> tuple[list[tuple[str, str, str]], str]:
    """The records of the planted person most vendors know, and the customer they have become."""
    rows = demo.warehouse(f"""
        attach '{demo.paths.sandbox / "company.duckdb"}' as company (read_only);
        with owned as (
            select owner.*, xref.customer_id from company.truth.record_owner as owner
            join identity_state.customer_xref as xref
                on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null
        ),
        best as (select person_id from owned group by 1 order by count(distinct source) desc, count(*) desc, 1 limit 1)
        select source, resource, record_key, customer_id from owned where person_id in (from best) order by all
    """)
    return [(str(a), str(b), str(c)) for a, b, c, _ in rows], str(rows[0][3])


@pytest.fixture(scope="module")
def erased(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    """The person is erased; the erasure is interrupted on its way, and ended by a second call."""
    root = tmp_path_factory.mktemp("erased") / "data"
    shutil.copytree(demo.root, root)
    copy = Demo(root, demo.customers)
    owned, customer_id = _known_best(copy)
    with duckdb.connect(str(copy.paths.warehouse), read_only=True) as connection:
        person = find(connection, customer_id, VENDORS)
    before = _rows(copy.paths.warehouse)
    email = person.own["email"][0]
    _scatter(root, email)
    LookupFile(copy.paths, pytest.fail)  # a look-up API that was started once has left its copy
    found, _ = search(root, person.spellings, [copy.paths.sandbox, copy.paths.warehouse, root / ".dbt"])
    seed = root / "identity_overrides.csv"
    decision = f"always_merge,{person.nodes[0]},{person.nodes[1]},somebody,they said so,2026-06-01"
    seed.write_text(f"kind,node_l,node_r,author,reason,decided_on\n{decision}\n", encoding="utf-8")
    assert _killed_half_way(copy, email, seed) == ["suppression", "warehouse"]
    receipt = erasure.erase(copy.paths, email, VENDORS, seed)
    assert [path.name for path in copy.paths.erasures.glob("*.json")] == [receipt.name]
    assert seed.read_text(encoding="utf-8").count("\n") == 1
    keys = [key for name in person.record_names() if len(key := name.split(":", 2)[2]) > 8]
    left, _ = search(root, [*person.spellings, *keys[::8], *person.customer_ids], [copy.paths.sandbox])
    yield Erased(copy, owned, person, before, found, left)


def _scatter(root: Path, email: str) -> None:
    """What a bad day leaves lying about: a load package, an answer that is no JSON, a log line, a message in the history."""
    package, answers = root / ".dlt" / "acme" / "load", root / "quarantine" / "acme"
    for folder in (package, answers):
        folder.mkdir(parents=True)
    pq.write_table(pa.table({"email": [email] * 1000}), package / "rows.parquet")
    (package / "rows.gz").write_bytes(gzip.compress(f"one, {email}, two".encode()))
    (answers / "answer.bin").write_bytes(b"<html>\xff" + email.upper().encode())
    (root / "notes.log").write_text(f"asked for {email} today\n", encoding="utf-8")
    with sqlite3.connect(root / ".dagster" / "notes.db") as connection:
        connection.execute("create table notes (told text)")
        connection.execute("insert into notes values (?)", [f"mail to {email} failed"])
    connection.close()


_ERASE = """
import sys; from pathlib import Path
from ingest.core.paths import Paths; from ingest.registry import SOURCES; from orchestration.privacy.erase import erase
erase(Paths.from_environment(), sys.argv[1], list(SOURCES.values()), Path(sys.argv[2]))
"""


def _killed_half_way(copy: Demo, email: str, seed: Path) -> list[str]:
    """Begins the erasure in a process of its own, kills that once the warehouse is cleared; the steps its journal tells."""
    command = [sys.executable, "-c", _ERASE, email, str(seed)]
    process = subprocess.Popen(command, env=copy.environment, cwd=CHECKOUT)
    try:
        while process.poll() is None:
            if "warehouse" in (done := _journal(copy)):
                process.kill()
                return done
            time.sleep(0.002)
    finally:
        process.kill()
        process.wait()
    raise AssertionError("the erasure ended before it could be killed")


def _journal(copy: Demo) -> list[str]:
    found = list(copy.paths.erasures.glob("*.journal.json"))
    return list(json.loads(found[0].read_text(encoding="utf-8"))["done"]) if found else []


def test_an_export_holds_every_record_of_the_planted_person(demo: Demo, tmp_path: Path) -> None:
    """From raw to published, as JSON and CSV, with the sums of both files in the manifest."""
    owned, customer_id = _known_best(demo)
    tables = export_person(demo.paths, customer_id, VENDORS, tmp_path / "person")
    told = json.loads((tmp_path / "person" / "manifest.json").read_text(encoding="utf-8"))
    assert set(told["records"]) == {":".join(one) for one in owned}
    rows = {
        table.table: json.loads((tmp_path / "person" / f"{table.table}.json").read_text(encoding="utf-8")) for table in tables
    }
    assert [row["customer_id"] for row in rows["published.customer_360"]] == [customer_id]
    contacts = {row["id"] for row in rows["raw_hubspot.contacts"]}
    assert contacts == {key for source, resource, key in owned if (source, resource) == ("hubspot", "contacts")}
    assert {table.split(".")[0] for table in rows} >= {"identity", "identity_state", "customer_360", "marts", "published"}
    for table in told["tables"]:
        written = (tmp_path / "person" / f"{table['table']}.csv").read_bytes()
        assert hashlib.sha256(written).hexdigest() == table["csv_sha256"]
        with (tmp_path / "person" / f"{table['table']}.csv").open(encoding="utf-8", newline="") as lines:
            assert len(list(csv.DictReader(lines))) == table["rows"] == len(rows[table["table"]])
    with pytest.raises(CxError, match="not empty"):
        export_person(demo.paths, customer_id, VENDORS, tmp_path / "person")


def test_every_record_the_planted_person_owns_is_found(erased: Erased) -> None:
    keys = erased.person.keys()
    assert {source for source, _, _ in erased.owned} <= {source for source, _ in keys} and len(erased.owned) > 10
    assert [one for one in erased.owned if one[2] not in keys.get((one[0], one[1]), set())] == []
    assert len(erased.person.spellings) >= 3


def test_no_file_tells_of_the_person_any_more(erased: Erased) -> None:
    """Bytes, packed bytes and rows: the same search found them in many places before. A tombstone keeps the bare id."""
    assert {one.place for one in erased.found_before} >= {
        ".dagster/notes.db:notes",
        ".dlt/acme/load/rows.gz:unpacked",
        ".dlt/acme/load/rows.parquet:columns",
        "notes.log",
        "published/cx.duckdb:main.customer_360",
        "quarantine/acme/answer.bin",
    }
    assert any(one.place.startswith("lookup/") for one in erased.found_before) and not erased.demo.paths.lookup.exists()
    assert {one.place for one in erased.found_after} <= {
        "warehouse/cx.duckdb",
        "warehouse/cx.duckdb:identity_state.customer_registry",
        "warehouse/cx.duckdb:identity_state.customer_events",
    }
    customer = erased.person.customer_ids[0]
    registry = erased.demo.warehouse(
        f"select status, merged_into, created_at = ended_at from identity_state.customer_registry where customer_id = '{customer}'"
    )
    assert registry == [("erased", None, True)]
    assert not (erased.demo.paths.quarantine / "acme" / "answer.bin").exists()
    assert (erased.demo.root / "notes.log").read_text(encoding="utf-8") == "asked for [erased] today\n"


def test_the_receipt_counts_places_and_names_nobody(erased: Erased) -> None:
    [receipt] = erased.demo.paths.erasures.glob("*.json")
    told = json.loads(receipt.read_text(encoding="utf-8"))
    assert told["left"] == [] and told["files_searched"] > 50 and told["rows_removed"] > 100
    places = {place["place"] for place in told["places"]}
    assert {"raw_hubspot.contacts", "identity_state.customer_xref", "marts.customer_360", "main.customer_360", ".dlt"} <= places
    assert sum(place["removed"] for place in told["places"] if place["place"] == "main.customer_360") == 1
    before = {place["place"]: place["before"] for place in told["places"]}
    assert before["raw_hubspot.contacts"] == erased.rows_before["raw_hubspot.contacts"]


def test_all_others_stay(erased: Erased) -> None:
    """What each raw table lost is what was found of the person, and nothing else."""
    keys, after = erased.person.keys(), _rows(erased.demo.paths.warehouse)
    for table, rows in erased.rows_before.items():
        schema, _, name = table.partition(".")
        theirs = keys.get((schema.removeprefix("raw_"), name.removesuffix("_keys")), set())
        assert rows - after[table] in (0, len(theirs)) or name == "snowplow_events", table
    assert erased.demo.published("select count(*) from customer_360")[0][0] > 0
    told = dict(erased.demo.published("select table_name, row_count from publication"))
    assert told["customer_360"] == erased.demo.published("select count(*) from customer_360")[0][0]


def test_months_keep_how_many_facts_left_them_and_nothing_of_them(erased: Erased) -> None:
    facts = dict(erased.demo.warehouse("select facts, sum(records)::bigint from publication_state.erased_facts group by 1"))
    assert sum(facts.values()) > 3, facts  # type: ignore[arg-type]
    columns = erased.demo.warehouse("select column_name from duckdb_columns() where table_name = 'erased_facts'")
    assert {name for (name,) in columns} == {"facts", "month", "records"}


def test_whoever_is_gone_cannot_be_found_and_nobody_is_named(erased: Erased) -> None:
    for told, answer in (
        (erased.person.own["email"][0], "nobody is known by that email"),
        (erased.person.customer_ids[0], "already"),
    ):
        with pytest.raises(CxError, match=answer) as raised, duckdb.connect(str(erased.demo.paths.warehouse)) as connection:
            find(connection, told, VENDORS)
        assert "@" not in str(raised.value)


def test_without_yes_nothing_is_changed(
    erased: Erased, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(erased.demo.root))
    customer = str(erased.demo.published("select customer_id from customer_360 order by source_count desc, 1 limit 1")[0][0])
    before = _rows(erased.demo.paths.warehouse)
    assert main(["erase", customer]) == 0
    told = capsys.readouterr().out
    assert "raw_" in told and "Nothing was changed" in told.replace("\n", " ")
    assert _rows(erased.demo.paths.warehouse) == before


def test_the_vendors_go_on_telling_and_nothing_of_it_lands(erased: Erased, tmp_path: Path) -> None:
    """Their vendors are read anew, into an empty warehouse: what lands is what was left, and the books say how much was kept out."""
    sources = sorted({source for source, _, _ in erased.owned})[:4]
    fresh = Paths(tmp_path / "data")
    shutil.copytree(erased.demo.paths.suppression, fresh.suppression)
    with (
        Sandbox.start(erased.demo.paths.sandbox, customers=erased.demo.customers) as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {**os.environ, **sandbox.environment()}.items():
            patch.setenv(name, value)
        report = ingest(sources, paths=fresh)
    assert report.failures == {}
    assert all(run.extracted == run.landed + run.duplicates + run.quarantined + run.suppressed for run in report.runs)
    kept_out = {run.source for run in report.runs if run.suppressed}
    assert kept_out == set(sources)
    assert search(fresh.root, [*erased.person.spellings, *erased.person.nodes])[0] == []
    left, landed = _rows(erased.demo.paths.warehouse), _rows(fresh.warehouse)
    del landed["raw_ingest.sources"]
    schemas = {SOURCES[name].schema for name in sources}
    assert landed == {table: rows for table, rows in left.items() if table.split(".")[0] in schemas}
