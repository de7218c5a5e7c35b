"""Reads an `SqlTable` in Arrow batches through dlt's table loader.

Rows come through a server-side cursor of a read-only transaction, so memory stays flat however long the table is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from dlt.common.libs.pyarrow import PyToArrowConversionException
from dlt.sources.sql_database import TableLoader
from dlt.sources.sql_database.schema_types import table_to_columns
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchTableError

from ingest.core.calls import Call
from ingest.core.errors import IngestError
from ingest.core.readers.sql import SqlTable
from ingest.core.settings import variable

BATCH_ROWS = 5_000  # measured: larger fetches leave the processor's cache and cost more per row
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 600
ATTEMPTS = 3
_PLAIN = (sa.String, sa.Integer, sa.Numeric, sa.Boolean, sa.Date, sa.DateTime)  # any other type is read as text
_DENIED = ("authentication failed", "permission denied", "no pg_hba.conf entry", "role ")
_FINAL = ("does not exist", "statement timeout", "SSL was required")


def batches(listing: SqlTable, call: Call) -> Iterator[pa.Table]:
    """The rows as tables whose columns bear the database's names.

    A table with values that Arrow cannot hold (a date `infinity`, a number `NaN`) is read again as text throughout: then
    only the rows concerned go to quarantine. A connection that breaks is made again and the table read from its start;
    rows merge on their key. Raises IngestError, one line, when the database is out of reach, refuses or lacks the table.
    """
    engine = _engine(listing, call)
    as_text, broken = False, 0
    try:
        while True:
            try:
                yield from _loaded(listing, call, engine, as_text)
                return
            except NoSuchTableError:
                raise _failure(listing, call, f"the database has no table {listing.table!r}") from None
            except (DataError, PyToArrowConversionException, pa.ArrowException) as error:
                if as_text:
                    raise _failure(listing, call, f"table {listing.table!r} cannot be read ({type(error).__name__})") from None
                as_text = True
            except DBAPIError as error:
                broken += 1
                words = _words(error)
                if broken == ATTEMPTS or any(text in words for text in (*_DENIED, *_FINAL)):
                    raise _refused(listing, call, engine.url, words) from None  # the cause would tell the statement
                time.sleep(2**broken / 4)
    finally:
        engine.dispose()


def _loaded(listing: SqlTable, call: Call, engine: sa.Engine, as_text: bool) -> Iterator[pa.Table]:
    query = _query(listing, _table(listing, call, engine), call, as_text)
    read = sa.Table(listing.table, sa.MetaData(), *(sa.Column(column.name, column.type) for column in query.selected_columns))
    columns = table_to_columns(read, "full")
    yield from TableLoader(engine, "pyarrow", read, columns, BATCH_ROWS, query_adapter_callback=lambda *_: query).load_rows()


def _table(listing: SqlTable, call: Call, engine: sa.Engine) -> sa.Table:
    """The table as the database describes it now, without what is left out."""
    found = sa.inspect(engine).get_columns(listing.table, schema=listing.schema)
    keys = {column.path for column in call.resource.columns if column.name in call.resource.key}
    missing = (keys | {listing.changed} - {""}) - {column["name"] for column in found}
    if missing:
        raise _failure(listing, call, f"table {listing.table!r} has no column {min(missing)!r}")
    wanted = [c for c in found if (c["name"] in keys if listing.only_key else c["name"] not in call.resource.ignored)]
    return sa.Table(listing.table, sa.MetaData(schema=listing.schema), *(sa.Column(c["name"], c["type"]) for c in wanted))


def _query(listing: SqlTable, table: sa.Table, call: Call, as_text: bool) -> sa.Select[Any]:
    declared = {column.path for column in call.resource.columns}
    query = sa.select(*(_selected(column, as_text or column.name not in declared) for column in table.columns))
    if listing.where:
        query = query.where(sa.text(f"({listing.where})"))
    if call.since is None or not listing.changed:
        return query
    column = table.columns[listing.changed]
    return query.where(column.is_(None) | (column >= _bound(call.since, column.type)))


def _selected(column: sa.Column[Any], as_text: bool) -> sa.ColumnElement[Any]:
    if isinstance(column.type, _PLAIN) and not as_text:
        return column
    return sa.cast(column, sa.Text).label(column.name)


def _bound(since: datetime, kind: sa.types.TypeEngine[Any]) -> datetime:
    """The instant as the column counts it: without a zone it holds UTC."""
    has_zone = isinstance(kind, sa.DateTime) and kind.timezone
    return since if has_zone else since.astimezone(UTC).replace(tzinfo=None)


def _engine(listing: SqlTable, call: Call) -> sa.Engine:
    """One connection that can only read and gives up in time; it is opened when first needed."""
    try:
        url = sa.make_url(call.settings[listing.address])
    except ArgumentError:
        raise _failure(listing, call, "the address of the database cannot be read") from None
    if url.get_backend_name() not in ("postgres", "postgresql"):
        raise _failure(listing, call, f"the address of the database is for {url.get_backend_name()!r}, not for PostgreSQL")
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=1,
        max_overflow=0,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": f"ingest {call.source.name}"},
        execution_options={"postgresql_readonly": True},
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.execute(f"set statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.execute("set time zone 'UTC'")
    connection.commit()


def _words(error: DBAPIError) -> str:
    """The database's own words, the last and plainest part of them."""
    first = (str(error.orig).strip().splitlines() or ["no message"])[0]
    return first.rpartition(" failed: ")[2].removeprefix("FATAL:").strip()[:200]


def _refused(listing: SqlTable, call: Call, url: sa.URL, words: str) -> IngestError:
    if any(text in words for text in _DENIED):
        return _failure(listing, call, f"access denied: {words}")
    return _failure(listing, call, f"no answer from the database {url.database} at {url.host}:{url.port or 5432} ({words})")


def _failure(listing: SqlTable, call: Call, what: str) -> IngestError:
    setting = next(setting for setting in call.source.settings if setting.name == listing.address)
    name = variable(call.source, setting)
    return IngestError(f"{call.source.name}: {what}", f"Check {name} and what its user may read; run again, nothing is lost.")
