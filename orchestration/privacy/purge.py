"""Takes a person out of a DuckDB file: rows that are theirs go, the rows of others lose what they tell of them.

Everything here is one transaction of the caller's and may be repeated. Tables a build makes again are cleared as well, so that
nothing waits for a build; what they add up is made anew by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from ingest.core.ownership import EMAIL, Link, values_at, without_entries
from ingest.core.spec import Source
from ingest.core.suppression import ERASED
from ingest.owners import OWNERS
from orchestration.privacy.catalog import Catalog, matcher
from orchestration.privacy.find import Person
from orchestration.privacy.places import DERIVED, Place, derived_places, names, raw_places


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of one place: rows before, rows removed, rows of others that were cleared."""

    place: str
    before: int
    removed: int
    cleared: int = 0


def purge_raw(connection: DuckDBPyConnection, person: Person, sources: Sequence[Source]) -> list[Removed]:
    """Clears the raw tables: rows, listed keys, quarantine, then the lists and the text of others."""
    catalog = Catalog.of(connection)
    done = delete(connection, raw_places(catalog, person, sources))
    for source in sources:
        done += _unlink(connection, catalog, source, person)
        for table in catalog.of_schema(source.schema):
            done += _clear_text(connection, catalog, source.schema, table, person.spellings)
    return done


def purge_derived(connection: DuckDBPyConnection, person: Person) -> list[Removed]:
    """Clears everything made from raw tables, in the warehouse or in a published file."""
    catalog = Catalog.of(connection)
    named = names(connection, catalog, person)
    done = delete(connection, derived_places(catalog, person, named))
    for schema in DERIVED:
        for table in catalog.of_schema(schema):
            done += _clear_lists(connection, catalog, schema, table, named)
            done += _clear_text(connection, catalog, schema, table, person.spellings)
    return done


def delete(connection: DuckDBPyConnection, places: Iterable[Place]) -> list[Removed]:
    """Deletes the rows of these places; tells of those that held any."""
    done = []
    for place in places:
        before = _count(connection, place.quoted, {})
        told = connection.execute(f"delete from {place.quoted} where {place.where}", place.given or None).fetchall()
        if told[0][0]:
            done.append(Removed(place.name, before, int(told[0][0])))
    return done


def _unlink(connection: DuckDBPyConnection, catalog: Catalog, source: Source, person: Person) -> list[Removed]:
    """Lists in raw rows that name others too lose the entries of the person."""
    keys, done = person.keys(), list[Removed]()
    for name, rows in OWNERS.get(source.name, {}).items():
        for link in rows.of:
            named = sorted(keys.get((source.name, link.to), ())) if link.path and link.to != EMAIL else []
            if named and catalog.has(source.schema, name):
                done += _shorten(connection, f"{source.schema}.{name}", link, frozenset(named))
    return done


def _shorten(connection: DuckDBPyConnection, name: str, link: Link, named: frozenset[str]) -> list[Removed]:
    column, table = link.columns[0], '"."'.join(name.split(".", 1))
    where, given = matcher([column], sorted(named))
    texts = [text for (text,) in connection.execute(f'select distinct "{column}" from "{table}" where {where}', given).fetchall()]

    def is_theirs(key: str) -> bool:
        return key.removeprefix(link.prefix) in named

    naming = [text for text in texts if any(map(is_theirs, values_at(text, link.path)))]
    shorter = [without_entries(text, link.path, is_theirs) for text in naming]
    connection.register("shortened", pa.table({"before": pa.array(naming, pa.string()), "after": pa.array(shorter, pa.string())}))
    try:
        return _update(connection, name, f'update "{table}" set "{column}" = after from shortened where "{column}" = before', {})
    finally:
        connection.unregister("shortened")


def _clear_text(
    connection: DuckDBPyConnection, catalog: Catalog, schema: str, table: str, spellings: Sequence[str]
) -> list[Removed]:
    """Puts `[erased]` where text of others tells an identifier."""
    columns = catalog.text_columns(schema, table)
    if not columns or not spellings:
        return []
    where, given = matcher(columns, spellings)
    if not _count(connection, f'"{schema}"."{table}" where {where}', given):
        return []
    sql = _replacing(columns, f'"{schema}"."{table}"', where, "$erased")
    return _update(connection, f"{schema}.{table}", sql, {**given, "erased": ERASED})


def _clear_lists(connection: DuckDBPyConnection, catalog: Catalog, schema: str, table: str, named: set[str]) -> list[Removed]:
    """Examples listed in one text lose those of the person."""
    done = list[Removed]()
    for column in catalog.text_columns(schema, table):
        if column.endswith("_references"):
            listed = f"string_split(\"{column}\", ', ')"
            kept = f"array_to_string(list_filter({listed}, x -> not list_contains($named, x)), ', ')"
            sql = f"""update "{schema}"."{table}" set "{column}" = nullif({kept}, '') where list_has_any({listed}, $named)"""
            done += _update(connection, f"{schema}.{table}", sql, {"named": sorted(named)})
    return done


def _replacing(columns: Sequence[str], table: str, where: str, by: str) -> str:
    told = ", ".join(f'"{column}" = regexp_replace("{column}", $pattern, {by}, \'gi\')' for column in columns)
    return f"update {table} set {told} where {where}"


def _update(connection: DuckDBPyConnection, name: str, sql: str, given: Mapping[str, Any]) -> list[Removed]:
    rows = int(connection.execute(sql, given).fetchall()[0][0])
    table = '"."'.join(name.split(".", 1))
    return [Removed(name, _count(connection, f'"{table}"', {}), 0, rows)] if rows else []


def _count(connection: DuckDBPyConnection, what: str, given: Mapping[str, Any]) -> int:
    return int(connection.execute(f"select count(*) from {what}", given or None).fetchall()[0][0])
