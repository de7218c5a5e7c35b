"""Where rows of a person stand: raw tables, quarantine, identity, marts and published tables, each with the condition that tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from duckdb import DuckDBPyConnection

from ingest.core.spec import Source
from ingest.owners import OWNERS
from orchestration.privacy.catalog import Catalog, literal, matcher, pattern
from orchestration.privacy.find import Person, owned_key

DERIVED = ("staging", "identity", "customer_360", "marts", "publication_state", "main")
_ID_COLUMN = re.compile(r"(^|_)(id|l|r|ref|reference|key)$")
_STATE = {
    "customer_xref": "node_id in $nodes or customer_id in $ids",
    "customer_events": "customer_id in $ids",
    "household_members": "customer_id in $ids",
    "review_queue": "node_l in $nodes or node_r in $nodes or customer_l in $ids or customer_r in $ids",
    "identity_overrides": "node_l in $nodes or node_r in $nodes",
    "compared_pairs": "l_key in (select md5_number_lower(unnest($nodes))) or r_key in (select md5_number_lower(unnest($nodes)))",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of one table. `where` is SQL over it, `given` its parameters."""

    schema: str
    table: str
    where: str
    given: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def quoted(self) -> str:
        return f'"{self.schema}"."{self.table}"'


def raw_places(catalog: Catalog, person: Person, sources: Iterable[Source]) -> Iterator[Place]:
    """Rows of raw tables, of listings of keys, and of quarantine."""
    keys = person.keys()
    for source in sources:
        for resource in source.resources:
            rows = OWNERS.get(source.name, {}).get(resource.name)
            mine = sorted(keys.get((source.name, resource.name), ()))
            if rows is None or not mine:
                continue
            where = f"{owned_key(rows, resource.key)} in (select unnest($keys::varchar[]))"
            for table in (resource.name, f"{resource.name}_keys"):
                if catalog.has(source.schema, table):
                    yield Place(source.schema, table, where, {"keys": mine})
        if catalog.has(source.schema, "quarantine"):
            yield Place(source.schema, "quarantine", _quarantined(source, person), {})


def _quarantined(source: Source, person: Person) -> str:
    told = [f"regexp_matches(record, {literal(pattern(person.spellings))}, 'i')"] if person.spellings else []
    for (name, resource), keys in person.keys().items():
        if name == source.name and keys:
            listed = ", ".join(literal(key) for key in sorted(keys))
            told.append(f"(resource = {literal(resource)} and record_key in ({listed}))")
    return " or ".join(told) or "false"


def state_places(catalog: Catalog, person: Person) -> Iterator[Place]:
    """Rows of the identity ledger and its questions, and decisions in the seed's table."""
    given = {"nodes": person.nodes, "ids": person.customer_ids}
    tables = [("identity_state", table, where) for table, where in _STATE.items()]
    tables.append(("reference", "identity_overrides", _STATE["identity_overrides"]))
    for schema, table, where in tables:
        if catalog.has(schema, table):
            yield Place(schema, table, where, {name: value for name, value in given.items() if f"${name}" in where})


def derived_places(catalog: Catalog, person: Person, named: set[str]) -> Iterator[Place]:
    """Rows of whatever a build makes that name the customer, a record or a fact of theirs, or tell an identifier of theirs."""
    for schema in DERIVED:
        for table in catalog.of_schema(schema):
            own = named | _bare_keys(person, table) if schema == "staging" else named
            text = catalog.text_columns(schema, table)
            ids = [name for name in text if _ID_COLUMN.search(name)]
            if ids:
                where = " or ".join(f'"{name}" in (select unnest($named::varchar[]))' for name in ids)
                yield Place(schema, table, where, {"named": sorted(own)})
            if schema == "identity" and text and person.spellings:
                yield Place(schema, table, *matcher(text, person.spellings))


def names(connection: DuckDBPyConnection, catalog: Catalog, person: Person) -> set[str]:
    """Everything derived tables call the person, their records and their facts by."""
    named = {*person.customer_ids, *person.nodes, *person.record_names()}
    named |= {f"{source}:{key}" for (source, _), keys in person.keys().items() for key in keys}
    for schema, prefix in (("customer_360", "fct_"), ("main", ""), ("publication_state", "")):
        for table in catalog.of_schema(schema):
            columns = catalog.text_columns(schema, table)
            if table.startswith(prefix) and "customer_id" in columns[1:] and columns[0].endswith("_id"):
                sql = f'select distinct "{columns[0]}" from "{schema}"."{table}" where customer_id in (select unnest($ids))'
                named |= {str(row[0]) for row in connection.execute(sql, {"ids": person.customer_ids}).fetchall()}
    return named


def _bare_keys(person: Person, table: str) -> set[str]:
    """The keys a staging table calls the rows of its own vendor by."""
    vendor = table.removeprefix("stg_").split("__")[0]
    own = [keys for (source, _), keys in person.keys().items() if source == vendor]
    return {part for keys in own for key in keys for part in (key, key.split("/")[-1])}
