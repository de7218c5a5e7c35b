"""Reading what was published: the file opened so that a query can neither write nor reach anything else on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.core.errors import CxError, UnknownName
from ingest.core.paths import Paths

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FULL, PSEUDONYMISED = "full", "pseudonymised"
LOCKED_DOWN = {"enable_external_access": "false", "lock_configuration": "true"}


class QueryError(CxError):
    """The published file cannot answer."""


@contextmanager
def published(paths: Paths, role: str = FULL) -> Iterator[DuckDBPyConnection]:
    """The published file a role reads, read-only and locked down; it stays the same file while it is open."""
    with opened({FULL: paths.published, PSEUDONYMISED: paths.pseudonymised}[role]) as connection:
        yield connection


@contextmanager
def opened(file: Path) -> Iterator[DuckDBPyConnection]:
    """A file for readers, opened as the published one is."""
    import duckdb

    if not file.exists():
        raise QueryError(f"nothing has been published yet: {file} does not exist", "`cx demo` or `cx run` makes it.")
    with duckdb.connect(str(file), read_only=True, config=dict(LOCKED_DOWN)) as connection:
        yield connection


def query(paths: Paths, sql: str, role: str = FULL) -> tuple[list[str], list[tuple[object, ...]]]:
    """Column names and rows; errors in one line, with the tables there are when one does not exist."""
    import duckdb

    with published(paths, role) as connection:
        try:
            answer = connection.execute(sql)
            if answer is None:
                raise QueryError("there is no question in it", 'For example: cx query "select * from customer_360 limit 5".')
            return [column[0] for column in answer.description or []], answer.fetchall()
        except duckdb.CatalogException as error:
            raise UnknownName(first_line(error), _tables(connection, sql)) from error
        except duckdb.Error as error:
            raise QueryError(
                first_line(error), 'The published file is read-only; `cx query "show tables"` lists what it holds.'
            ) from error


def first_line(error: BaseException) -> str:
    """The sentence of a DuckDB error, without its kind and its drawing of the query."""
    told = str(error).splitlines()[0] if str(error) else type(error).__name__
    return told.split("Error: ", 1)[-1].rstrip("!. ")


def _tables(connection: DuckDBPyConnection, sql: str) -> str:
    names = [str(row[0]) for row in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
    near = [match for word in sql.split() for match in get_close_matches(word.strip('";,()'), names, n=1)]
    meant = f"Did you mean {near[0]}? " if near and near[0] not in sql.split() else ""
    return f"{meant}Tables: {', '.join(names)}."
