"""The planted people and the vendors' tokens stand in the warehouse and the published files, and in nothing else the demo leaves behind."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.core.suppression import ADDRESS
from ingest.registry import SOURCES
from tests.demo.conftest import CHECKOUT, Demo

_NAMED = re.compile(r"\b[^\W\d_][\w'-]+ [^\W\d_][\w'-]+\b")
_WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
_LINE = re.compile(r"(?<![\w.-])[+(0][\d ()/.-]{7,}\d")
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|API_KEY")
_WRITTEN = """
select distinct lower(trim(email)), trim(phone), trim(mobile_phone), trim(given_name) || ' ' || trim(family_name)
from identity.int_identity__persons
"""


@pytest.fixture(scope="module")
def canaries(demo: Demo) -> tuple[set[str], set[str], set[str]]:
    """E-mail addresses, phones and full names of everybody planted, as vendors write them."""
    rows = demo.warehouse(_WRITTEN)
    emails, phones, names = ({str(row[at]) for row in rows for at in places if row[at]} for places in ((0,), (1, 2), (3,)))
    assert min(len(emails), len(phones), len(names)) > 200
    return emails, phones, names


def _left_behind(demo: Demo) -> Iterator[tuple[str, bytes]]:
    """Every file beside the warehouse, the published files and the vendors' own: Dagster's history, Data Docs, logs, compiled SQL,
    dlt's files, what the demo printed; and what dbt and the tests themselves left in the checkout."""
    for folder in (CHECKOUT / "dbt_project" / "logs", CHECKOUT / ".pytest_cache"):
        yield from ((str(path.relative_to(CHECKOUT)), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())
    paths = demo.paths
    holders = (paths.warehouse.parent, paths.published.parent, paths.sandbox)
    for path in sorted(demo.root.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(holder) for holder in holders):
            raw = path.read_bytes()
            yield str(path.relative_to(demo.root)), gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
            if raw.startswith(b"SQLite format 3"):
                yield str(path.relative_to(demo.root)), _dump(path)


def _dump(path: Path) -> bytes:
    """A row may be spread over pages of the file."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        told = "\n".join(connection.iterdump())
    connection.close()
    return told.encode()


def _found(told: str, canaries: tuple[set[str], set[str], set[str]]) -> int:
    emails, phones, names = canaries
    mails = {address.lower() for address in ADDRESS.findall(told)} & emails if "@" in told else set()
    lines = {number.strip() for number in _LINE.findall(told)} & phones
    families = {name.rpartition(" ")[2] for name in names}
    is_near = not families.isdisjoint(_WORD.findall(told))
    return len(mails) + len(lines) + (len(set(_NAMED.findall(told)) & names) if is_near else 0)


def test_the_scan_finds_what_is_there(demo: Demo, canaries: tuple[set[str], set[str], set[str]]) -> None:
    """On the published file's own rows it cries out: a scan that finds nothing anywhere proves nothing."""
    rows = demo.published("select full_name || ', ' || coalesce(email, '') || ', ' || coalesce(phone, '') from customer_360")
    assert sum(bool(_found(str(row[0]), canaries)) for row in rows) > 100


def test_no_person_stands_in_logs_history_docs_or_compiled_sql(demo: Demo, canaries: tuple[set[str], set[str], set[str]]) -> None:
    files = {hashlib.sha256(raw).digest(): (name, raw) for name, raw in _left_behind(demo)}  # dbt writes its SQL twice
    assert {".dagster", ".dbt", ".dlt", "docs", "first.txt"} <= {name.split("/")[0] for name, _ in files.values()}
    telling = {name for name, raw in files.values() if _found(raw.decode(errors="replace"), canaries)}
    assert telling == set()


def test_no_token_is_written_anywhere(demo: Demo) -> None:
    """Nor into the warehouse or the published files."""
    modules = [importlib.import_module(f"ingest.sandbox.servers.{name}") for name in SOURCES]
    tokens = {
        value.encode()
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, str) and _SECRET.search(name) and len(value) >= 8 and "/" not in value
    }
    assert len(tokens) >= 8
    files = [*_left_behind(demo), *((str(path), path.read_bytes()) for path in (demo.paths.warehouse, demo.paths.published))]
    assert {name for name, raw in files if any(token in raw for token in tokens)} == set()


def test_the_pseudonymised_twin_names_nobody_and_holds_every_row(
    demo: Demo, canaries: tuple[set[str], set[str], set[str]]
) -> None:
    import duckdb

    with duckdb.connect(str(demo.paths.pseudonymised), read_only=True) as connection:
        tables = [str(row[0]) for row in connection.execute("select table_name from publication").fetchall()]
        for table in tables:
            rows = "\n".join(str(row) for row in connection.execute(f'select * from "{table}"').fetchall())
            assert _found(rows, canaries) == 0, table
        ids = {str(row[0]) for row in connection.execute("select customer_id from customer_360").fetchall()}
        joined = connection.execute("select count(*) from touchpoints semi join customer_360 using (customer_id)").fetchall()
    real = {str(row[0]) for row in demo.published("select customer_id from customer_360")}
    assert len(ids) == len(real) and not ids & real
    assert joined == demo.published("select count(*) from touchpoints where customer_id is not null")
