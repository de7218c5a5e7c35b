"""The published tables in PostgreSQL, for tools that speak only that: a schema per role, one transaction per publication.

Rows are replaced inside the tables that stand, so that readers see the old publication until the new one is there whole,
and views built on the tables survive. A table is made anew only when its columns changed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError, SettingMissing
from ingest.core.paths import Paths
from orchestration.reach.contracts import Contract
from orchestration.reader import FULL, PSEUDONYMISED, published

if TYPE_CHECKING:
    import psycopg
    from duckdb import DuckDBPyConnection

SETTING = "CX_MIRROR_POSTGRES"
_LOCK = 0x6378  # one mirror at a time per database
_BATCH_ROWS = 50_000
_TYPES = {
    "BIGINT": "bigint", "BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "double precision", "FLOAT": "real", "HUGEINT": "numeric",
    "INTEGER": "integer", "SMALLINT": "smallint", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TINYINT": "smallint", "UBIGINT": "numeric", "UINTEGER": "bigint", "VARCHAR": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a role's tables stand, and who may read them."""

    schema: str
    reader: str


PLACES = {FULL: Place("cx", "cx_reader"), PSEUDONYMISED: Place("cx_pseudonymised", "cx_pseudonymised_reader")}


class MirrorError(CxError):
    """The publication could not be mirrored; what was mirrored before still stands."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a run of the mirror did: rows per table, tables taken away; nothing of both when it stood already."""

    publication_id: str
    rows: Mapping[str, int]
    dropped: tuple[str, ...]
    stood_already: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """A published table as PostgreSQL is to have it. columns: name and PostgreSQL's type."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    contract: Contract | None


def mirror(paths: Paths, contracts: Mapping[str, Contract], role: str = FULL) -> Mirrored:
    """Brings PostgreSQL up to the publication that stands, as the role may read it. MirrorError leaves the last one there as it was."""
    import psycopg

    address = os.environ.get(SETTING)
    if not address:
        raise SettingMissing(f"no value for {SETTING}", "For example postgresql://<user>:<password>@<host>:5432/<database>.")
    place = PLACES[role]
    with published(paths, role) as connection:
        try:
            with psycopg.connect(address, connect_timeout=10, application_name="cx mirror") as target:
                return _mirror(connection, target, place, contracts)
        except psycopg.Error as error:
            raise MirrorError(f"PostgreSQL: {_sentence(error)}", _remedy(error, place)) from None


def _mirror(
    connection: DuckDBPyConnection, target: psycopg.Connection[Any], place: Place, contracts: Mapping[str, Contract]
) -> Mirrored:
    target.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    _prepare_schema(target, place)
    publication = _identity(connection)
    there = _columns_there(target, place)
    if "publication" in there and _mirrored_identity(target, place) == publication:
        return Mirrored(publication[0], {}, (), stood_already=True)
    tables = [_described(connection, name, contracts) for name in _names(connection)]
    rows = {table.name: _replace(connection, target, place, table, there.get(table.name)) for table in tables}
    dropped = tuple(sorted(set(there) - set(rows)))
    for name in dropped:
        target.execute(f'drop table {place.schema}."{name}"')
    target.execute(f"grant select on all tables in schema {place.schema} to {place.reader}")
    return Mirrored(publication[0], rows, dropped, stood_already=False)


def _prepare_schema(target: psycopg.Connection[Any], place: Place) -> None:
    target.execute(f"create schema if not exists {place.schema}")
    if not target.execute("select 1 from pg_roles where rolname = %s", [place.reader]).fetchall():
        target.execute(f"create role {place.reader} nologin")
    target.execute(f"grant usage on schema {place.schema} to {place.reader}")


def _identity(connection: DuckDBPyConnection) -> tuple[str, str]:
    """Run and instant of the publication: the same run may publish twice."""
    return _text_pair(connection.execute("select max(run_id), epoch_us(max(published_at)) from publication").fetchall())


def _mirrored_identity(target: psycopg.Connection[Any], place: Place) -> tuple[str, str]:
    asked = f"select max(run_id), (extract(epoch from max(published_at)) * 1000000)::bigint from {place.schema}.publication"
    return _text_pair(target.execute(asked).fetchall())


def _text_pair(rows: Sequence[Sequence[Any]]) -> tuple[str, str]:
    return str(rows[0][0]), str(rows[0][1])


def _columns_there(target: psycopg.Connection[Any], place: Place) -> dict[str, tuple[tuple[str, str], ...]]:
    """Name and type of the columns of every table in the schema."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in target.execute(
        "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "and not a.attisdropped where n.nspname = %s and c.relkind = 'r' order by c.relname, a.attnum",
        [place.schema],
    ).fetchall():
        found.setdefault(table, []).append((column, _SPELLINGS.get(kind, kind)))
    return {table: tuple(columns) for table, columns in found.items()}


_SPELLINGS = {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}


def _names(connection: DuckDBPyConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]


def _described(connection: DuckDBPyConnection, name: str, contracts: Mapping[str, Contract]) -> _Table:
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where table_name = ? order by column_index", [name]
    ).fetchall()
    contract = contracts.get(name)
    key = contract.key if contract else ()
    return _Table(name, tuple((str(column), _type(str(kind))) for column, kind in columns), key, contract)


def _type(kind: str) -> str:
    """PostgreSQL's type for a DuckDB type; lists and structs become jsonb."""
    if kind.startswith("DECIMAL"):
        return kind.replace("DECIMAL", "numeric").lower()
    return _TYPES.get(kind, "jsonb" if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "JSON")) else "text")


def _replace(
    connection: DuckDBPyConnection,
    target: psycopg.Connection[Any],
    place: Place,
    table: _Table,
    there: tuple[tuple[str, str], ...] | None,
) -> int:
    name = f'{place.schema}."{table.name}"'
    if there is not None and there != table.columns:
        target.execute(f"drop table {name}")
        there = None
    if there is None:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in table.columns)
        target.execute(f"create table {name} ({listed})")
    else:
        target.execute(f"delete from {name}")
    copied = 0
    with target.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
        for rows, text in _batches(connection, table):
            copy.write(text)
            copied += rows
    if there is None:
        _add_key(connection, target, place, table)
    _comment(target, place, table)
    return copied


def _batches(connection: DuckDBPyConnection, table: _Table) -> Iterator[tuple[int, bytes]]:
    """The table as CSV, batch by batch: text is quoted, so that an empty text is not taken for a missing one."""
    import pyarrow.csv as csv

    listed = ", ".join(_read(column, kind) for column, kind in table.columns)
    options = csv.WriteOptions(include_header=False)
    reader = connection.execute(f'select {listed} from "{table.name}"').to_arrow_reader(_BATCH_ROWS)
    for batch in reader:
        text = io.BytesIO()
        csv.write_csv(batch, text, options)
        yield batch.num_rows, text.getvalue()


def _read(column: str, kind: str) -> str:
    """How a column is read: PostgreSQL's text holds no zero character, its jsonb comes as JSON text."""
    if kind == "text":
        return f'replace("{column}"::varchar, chr(0), \'\') as "{column}"'
    return f'to_json("{column}")::varchar as "{column}"' if kind == "jsonb" else f'"{column}"'


def _add_key(connection: DuckDBPyConnection, target: psycopg.Connection[Any], place: Place, table: _Table) -> None:
    """The declared key where no part of it may be missing; else, for tables about customers, a plain index."""
    name = f'{place.schema}."{table.name}"'
    columns = [column for column, _ in table.columns]
    key = ", ".join(f'"{column}"' for column in table.key)
    if table.key and set(table.key) <= set(columns) and not _has_gaps(connection, table):
        target.execute(f"alter table {name} add primary key ({key})")
    if "customer_id" in columns and table.key != ("customer_id",):
        target.execute(f"create index on {name} (customer_id)")


def _has_gaps(connection: DuckDBPyConnection, table: _Table) -> bool:
    missing = " or ".join(f'"{column}" is null' for column in table.key)
    return bool(connection.execute(f'select count(*) from "{table.name}" where {missing}').fetchall()[0][0])


def _comment(target: psycopg.Connection[Any], place: Place, table: _Table) -> None:
    from psycopg import sql

    if table.contract is None:
        return
    there_as = sql.Identifier(place.schema, table.name)
    target.execute(sql.SQL("comment on table {} is {}").format(there_as, sql.Literal(table.contract.about)))
    there = {column for column, _ in table.columns}
    for column in table.contract.columns:
        if column.name in there:
            named = sql.Identifier(place.schema, table.name, column.name)
            target.execute(sql.SQL("comment on column {} is {}").format(named, sql.Literal(column.about)))


def _sentence(error: psycopg.Error) -> str:
    """What the server said, without the rows it said it of; what could not be reached, without the address's password."""
    told = error.diag.message_primary if error.diag and error.diag.message_primary else str(error).strip().splitlines()[-1]
    return " ".join(told.split())[:300]


def _remedy(error: psycopg.Error, place: Place) -> str:
    import psycopg.errors as known

    if isinstance(error, known.DependentObjectsStillExist):
        return "A view of yours reads a table whose columns changed: drop it, mirror, and make it again."
    if isinstance(error, known.InsufficientPrivilege):
        return f"Let an administrator run `create role {place.reader} nologin` and `grant create on database <name> to <user>`."
    return f"Look at {SETTING} and at the server; what was mirrored before still stands."
