"""Makes the file the look-up API answers from: one publication, laid out to be read one customer at a time.

It is an SQLite file. *Measured* at a million customers: DuckDB spends 0.5 to 4 ms of CPU on one row, however it is indexed, because
every question is planned anew and a wide row is many columns; SQLite's B-trees answer in 0.02 ms. DuckDB still does the work
on whole tables: it sorts them and writes each customer as one text.

Run as a program it makes the file in a process of its own, so that a server which answers meanwhile is not held up.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.errors import CxError
from orchestration.reader import first_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEEDED = ("customer_360", "customer_identifiers", "feedback", "publication", "touchpoints")
EVENT_COLUMNS_LEFT_OUT = ("customer_id", "data_as_of")
PAGE = 500  # events at most in one text
_SLICE = 1000 * PAGE  # events turned into texts at a time: bounds memory
_BATCH = 20_000
_SCHEMA = """
pragma journal_mode = off;
pragma synchronous = off;
pragma page_size = 8192;
create table publication (run_id text, data_as_of text, published_at text, columns text);
create table customers (customer_id text primary key, card text);
create table identifiers (value text, kind text, customer_id text, primary key (value, kind, customer_id)) without rowid;
create table timelines (customer_id text, page integer, events text, primary key (customer_id, page));
"""
_PUBLICATION = """
select any_value(run_id), strftime(max(data_as_of), '%Y-%m-%dT%H:%M:%S+00:00'), strftime(max(published_at), '%Y-%m-%dT%H:%M:%S+00:00'), ?
from published.publication
"""
_IDENTIFIERS = "select identifier_value, identifier_type, customer_id from published.customer_identifiers order by all"
_EVENTS = """
create temp table event as
select t.customer_id, {event} as written
from published.touchpoints as t
left join published.feedback as f on t.customer_id = f.customer_id and t.reference = f.feedback_id and f.comment is not null
order by t.customer_id, t.occurred_at desc, t.touchpoint_id desc
"""
# a page is a run of neighbouring rows, so that no customer's life has to fit into memory
_TIMELINES = """
select customer_id, rowid // {page} as page, '[' || string_agg(written, ',' order by rowid) || ']'
from event where rowid >= ? and rowid < ? group by all order by all
"""
Columns = dict[str, list[tuple[str, str]]]


def make(published: Path, file: Path) -> None:
    """Makes it beside `file` and renames: a file of this name is complete. CxError for a publication that lacks a table."""
    import duckdb

    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    spill = beside.with_name(f"{beside.name}.tmp")
    settings = {"memory_limit": os.environ.get("CX_MEMORY_LIMIT", "4GB"), "temp_directory": str(spill)}
    try:
        with duckdb.connect(":memory:", config=dict(settings)) as source, closing(sqlite3.connect(beside)) as target:
            source.execute("set TimeZone = 'UTC'")
            source.execute(f"attach '{str(published).replace(chr(39), chr(39) * 2)}' as published (read_only)")
            _refuse_without_tables(source)
            target.executescript(_SCHEMA)
            _fill(source, target)
            target.commit()
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            spill.rmdir()


def _fill(source: DuckDBPyConnection, target: sqlite3.Connection) -> None:
    columns = {table: _columns(source, table) for table in ("customer_360", "touchpoints")}
    _copy(source, target, "publication", _PUBLICATION, [json.dumps(columns)])
    card = _array(columns["customer_360"])
    _copy(source, target, "customers", f"select customer_id, {card} from published.customer_360 order by customer_id")
    _copy(source, target, "identifiers", _IDENTIFIERS)
    event = _array([(f"t.{name}", kind) for name, kind in columns["touchpoints"]] + [("f.comment", "VARCHAR")])
    source.execute(_EVENTS.format(event=event))
    count = source.execute("select count(*) from event").fetchall()[0][0]
    for start in range(0, count, _SLICE):
        _copy(source, target, "timelines", _TIMELINES.format(page=PAGE), [start, start + _SLICE])


def _copy(
    source: DuckDBPyConnection, target: sqlite3.Connection, table: str, asked: str, values: list[object] | None = None
) -> None:
    answer = source.execute(asked, values)
    marks = ", ".join("?" for _ in answer.description or [])
    while rows := answer.fetchmany(_BATCH):
        target.executemany(f"insert into {table} values ({marks})", rows)


def _columns(source: DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """Name and type of the columns shown, in the order a text has their values."""
    left_out = EVENT_COLUMNS_LEFT_OUT if table == "touchpoints" else ()
    asked = "select column_name, data_type from duckdb_columns() where database_name = 'published' and table_name = ? order by column_index"
    return [(name, kind) for name, kind in source.execute(asked, [table]).fetchall() if name not in left_out]


def _array(columns: list[tuple[str, str]]) -> str:
    """SQL: a row's values as a JSON array; instants as microseconds since 1970, what is no number as null."""
    return f"json_array({', '.join(_value(name, kind) for name, kind in columns)})::varchar"


def _value(name: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us({name})"
    if kind in ("DOUBLE", "FLOAT"):
        return f"case when isfinite({name}) then {name} end"
    return name


def _refuse_without_tables(source: DuckDBPyConnection) -> None:
    told = source.execute("select table_name from duckdb_tables() where database_name = 'published'").fetchall()
    missing = sorted(set(NEEDED) - {str(row[0]) for row in told})
    if missing:
        raise CxError(f"the published file lacks {', '.join(missing)}", "Publish once more with `cx run`.")


def _main(published: str, file: str) -> None:
    import duckdb

    os.nice(10)  # whoever is on the phone goes first
    try:
        make(Path(published), Path(file))
    except (CxError, duckdb.Error, sqlite3.Error, OSError) as error:
        raise SystemExit(first_line(error)) from error


if __name__ == "__main__":
    _main(*sys.argv[1:])
