"""Takes a person out of a DuckDB file: rows that are theirs go, the rows of others lose what they tell of them.

Everything here is one transaction of the caller's and may be repeated. Tables a run makes again are cleared as well, so that
nothing waits for a run; what they add up is made anew by the next build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from ingest.core.ownership import EMAIL, Rows
from ingest.core.spec import Resource, Source
from ingest.core.suppression import ERASED, NO_KEY
from ingest.owners import OWNERS
from orchestration.privacy.catalog import Catalog, literal, matcher, pattern
from orchestration.privacy.find import Keys, Person, owned_key, text_of

_DERIVED = ("staging", "identity", "customer_360", "marts", "publication_state", "main")
_ID_COLUMN = re.compile(r"(^|_)(id|l|r|ref|reference|key)$")


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of one place: rows before, rows removed, cells of other rows that were cleared."""

    place: str
    before: int
    removed: int
    cleared: int = 0


def purge_raw(connection: DuckDBPyConnection, person: Person, sources: Iterable[Source]) -> list[Removed]:
    """Clears the raw tables: rows, listed keys, quarantine, then the text and the lists of others."""
    keys, done, catalog = person.keys(), list[Removed](), Catalog.of(connection)
    for source in sources:
        for resource in source.resources:
            owned = OWNERS.get(source.name, {}).get(resource.name)
            if owned is not None:
                done += _purge_resource(connection, catalog, source, resource, owned, keys)
        if catalog.has(source.schema, "quarantine"):
            done.append(_delete(connection, f'"{source.schema}"."quarantine"', _quarantined(source, person), {}))
        for table in catalog.of_schema(source.schema):
            done += _clear_text(connection, catalog, source.schema, table, person.spellings)
    return [one for one in done if one.removed or one.cleared]


def _purge_resource(
    connection: DuckDBPyConnection, catalog: Catalog, source: Source, resource: Resource, rows: Rows, keys: Keys
) -> list[Removed]:
    done = list[Removed]()
    mine = sorted(keys.get((source.name, resource.name), ()))
    table = f'"{source.schema}"."{resource.name}"'
    given = {"keys": mine}
    if mine and catalog.has(source.schema, resource.name):
        done.append(_delete(connection, table, f"{owned_key(rows, resource.key)} in (select unnest($keys::varchar[]))", given))
    if mine and catalog.has(source.schema, f"{resource.name}_keys"):
        listed = text_of(rows.key or resource.key)
        done.append(
            _delete(
                connection, f'"{source.schema}"."{resource.name}_keys"', f"{listed} in (select unnest($keys::varchar[]))", given
            )
        )
    for link in rows.of:
        named = sorted(keys.get((source.name, link.to), ())) if link.path and link.to != EMAIL else []
        if named and catalog.has(source.schema, resource.name):
            done.append(_unlink(connection, table, link.columns[0], named))
    return done


def _unlink(connection: DuckDBPyConnection, table: str, column: str, named: Sequence[str]) -> Removed:
    """Lists that name others too lose these keys."""
    where, given = matcher([column], named)
    hits = _count(connection, f"{table} where {where}", given)
    if hits:
        sql = f"""update {table} set "{column}" = regexp_replace("{column}", $pattern, $nobody, 'gi') where {where}"""
        connection.execute(sql, {**given, "nobody": NO_KEY})
    return Removed(table.replace('"', ""), _count(connection, table, {}), 0, hits)


def _quarantined(source: Source, person: Person) -> str:
    told = [f"regexp_matches(record, {literal(pattern(person.spellings))}, 'i')"] if person.spellings else []
    for (name, resource), keys in person.keys().items():
        if name == source.name and keys:
            listed = ", ".join(literal(key) for key in sorted(keys))
            told.append(f"(resource = {literal(resource)} and record_key in ({listed}))")
    return " or ".join(told) or "false"


def _clear_text(
    connection: DuckDBPyConnection, catalog: Catalog, schema: str, table: str, spellings: Sequence[str]
) -> list[Removed]:
    """Puts `[erased]` where text of others tells an identifier."""
    columns = catalog.text_columns(schema, table)
    if not columns or not spellings:
        return []
    where, given = matcher(columns, spellings)
    name = f'"{schema}"."{table}"'
    hits = _count(connection, f"{name} where {where}", given)
    if not hits:
        return []
    told = ", ".join(f'"{column}" = regexp_replace("{column}", $pattern, $erased, \'gi\')' for column in columns)
    connection.execute(f"update {name} set {told} where {where}", {**given, "erased": ERASED})
    return [Removed(f"{schema}.{table}", _count(connection, name, {}), 0, hits)]


def purge_derived(connection: DuckDBPyConnection, person: Person) -> list[Removed]:
    """Clears everything made from raw tables: rows that name the customer, a record or a fact of theirs."""
    catalog = Catalog.of(connection)
    named = _names(connection, catalog, person)
    done = list[Removed]()
    for schema in _DERIVED:
        for table in catalog.of_schema(schema):
            own = named | _bare_keys(person, table) if schema == "staging" else named
            columns = [name for name in catalog.text_columns(schema, table) if _ID_COLUMN.search(name)]
            if columns and own:
                where = " or ".join(f'"{name}" in (select unnest($named::varchar[]))' for name in columns)
                done.append(_delete(connection, f'"{schema}"."{table}"', where, {"named": sorted(own)}))
            done += _clear_lists(connection, catalog, schema, table, named)
            done += _delete_told(connection, catalog, schema, table, person)
    return [one for one in done if one.removed or one.cleared]


def _names(connection: DuckDBPyConnection, catalog: Catalog, person: Person) -> set[str]:
    """Everything derived tables call the person, their records and their facts by."""
    named = {*person.customer_ids, *person.nodes, *person.record_names()}
    named |= {f"{source}:{key}" for (source, _), keys in person.keys().items() for key in keys}
    given = {"ids": person.customer_ids}
    for schema, prefix in (("customer_360", "fct_"), ("main", ""), ("publication_state", "")):
        for table in catalog.of_schema(schema):
            columns = catalog.text_columns(schema, table)
            if (
                table.startswith(prefix)
                and "customer_id" in columns
                and columns[0] != "customer_id"
                and columns[0].endswith("_id")
            ):
                sql = f'select distinct "{columns[0]}" from "{schema}"."{table}" where customer_id in (select unnest($ids))'
                named |= {str(row[0]) for row in connection.execute(sql, given).fetchall()}
    return named


def _bare_keys(person: Person, table: str) -> set[str]:
    """The keys a staging table calls the rows of its own vendor by."""
    vendor = table.removeprefix("stg_").split("__")[0]
    return {
        part
        for (source, _), keys in person.keys().items()
        if source == vendor
        for key in keys
        for part in (key, key.split("/")[-1])
    }


def _clear_lists(connection: DuckDBPyConnection, catalog: Catalog, schema: str, table: str, named: set[str]) -> list[Removed]:
    """Examples listed in one text lose those of the person."""
    columns = [name for name in catalog.text_columns(schema, table) if name.endswith("_references")]
    cleared = 0
    for column in columns:
        kept = f"array_to_string(list_filter(string_split(\"{column}\", ', '), x -> not list_contains($named, x)), ', ')"
        where = f"list_has_any(string_split(\"{column}\", ', '), $named)"
        given = {"named": sorted(named)}
        hits = _count(connection, f'"{schema}"."{table}" where {where}', given)
        if hits:
            connection.execute(f"""update "{schema}"."{table}" set "{column}" = nullif({kept}, '') where {where}""", given)
        cleared += hits
    return [Removed(f"{schema}.{table}", _count(connection, f'"{schema}"."{table}"', {}), 0, cleared)] if cleared else []


def _delete_told(connection: DuckDBPyConnection, catalog: Catalog, schema: str, table: str, person: Person) -> list[Removed]:
    """Rows of tables about identifiers themselves, and text of others in every other table."""
    columns = catalog.text_columns(schema, table)
    if schema != "identity" or not person.spellings or not columns:
        return _clear_text(connection, catalog, schema, table, person.spellings)
    where, given = matcher(columns, person.spellings)
    return [_delete(connection, f'"{schema}"."{table}"', where, given)]


def _delete(connection: DuckDBPyConnection, table: str, where: str, given: Mapping[str, object]) -> Removed:
    before = _count(connection, table, {})
    told = connection.execute(f"delete from {table} where {where}", given or None).fetchall()
    return Removed(table.replace('"', ""), before, int(told[0][0]))


def _count(connection: DuckDBPyConnection, what: str, given: Mapping[str, object]) -> int:
    return int(connection.execute(f"select count(*) from {what}", given or None).fetchall()[0][0])
