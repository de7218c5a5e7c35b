"""Finds a person: the customer behind an e-mail, a phone or an id, every raw row of theirs, and the identifiers they share with nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection

from ingest.core.errors import CxError, UnknownName
from ingest.core.ownership import EMAIL, PHONE, PHONE_DIGITS, WEAK_KINDS, Link, Rows, clean_email, normalised
from ingest.core.spec import Source
from ingest.owners import OWNERS
from orchestration.identity.state import has_table
from orchestration.privacy.catalog import Catalog

CUSTOMER_ID = re.compile(r"C[0-9A-F]{15}")
Keys = dict[tuple[str, str], set[str]]  # (source, resource): keys

_MINE = """
select identifier_type, identifier_value from identity.int_identity__identifiers
where node_id in (select unnest($nodes)) group by all
"""
_OTHERS = """
select distinct identifier_type, identifier_value from identity.int_identity__identifiers as told
where (identifier_type, identifier_value) in (select identifier_type, identifier_value from identity.int_identity__identifiers
    where node_id in (select unnest($nodes)))
  and node_id not in (select unnest($nodes))
  and node_id in (select node_id from identity_state.customer_xref where valid_to is null)
"""
_SPELLINGS = """
select distinct kind, trim(value) from (
    select unnest(['email', 'phone', 'phone', 'social_handle', 'national_id']) as kind,
        unnest([email, phone, mobile_phone, social_handle, national_id]) as value
    from identity.int_identity__persons where node_id in (select unnest($nodes)))
where value is not null and trim(value) <> ''
"""


@dataclass(slots=True)
class Person:
    """Who is looked for. `own`: identifiers nobody else has, by kind, normalised; `spellings`: the same as vendors wrote them;
    `shared`: how many identifiers others have too; `records`: keys of raw rows by source:resource."""

    customer_ids: list[str]
    nodes: list[str]
    own: dict[str, list[str]] = field(default_factory=dict)
    spellings: list[str] = field(default_factory=list)
    shared: int = 0
    records: dict[str, list[str]] = field(default_factory=dict)

    def keys(self) -> Keys:
        return {(name.split(":")[0], name.split(":")[1]): set(keys) for name, keys in self.records.items()}

    def record_names(self) -> list[str]:
        return [f"{name}:{key}" for name, keys in self.records.items() for key in keys]


def find(connection: DuckDBPyConnection, told: str, sources: list[Source]) -> Person:
    """The person known by this e-mail, phone or customer id. UnknownName when there is none, CxError when there are several."""
    if not has_table(connection, "identity_state", "customer_xref") or not has_table(
        connection, "identity", "int_identity__identifiers"
    ):
        raise CxError("nobody has been resolved yet", "Run `cx run` or `cx demo` first.")
    customer = _customer(connection, told.strip())
    merged = "select customer_id from identity_state.customer_registry where merged_into = ?"
    ids = [customer, *_column(connection, merged, [customer])]
    asked = "select distinct node_id from identity_state.customer_xref where customer_id = ? and valid_to is null order by 1"
    person = Person(ids, _column(connection, asked, [customer]))
    _identifiers(connection, person)
    records = _closure(connection, person, sources)
    person.records = {f"{source}:{resource}": sorted(keys) for (source, resource), keys in sorted(records.items()) if keys}
    return person


def _customer(connection: DuckDBPyConnection, told: str) -> str:
    if CUSTOMER_ID.fullmatch(told):
        asked = "select coalesce(merged_into, customer_id), status from identity_state.customer_registry where customer_id = ?"
        found = connection.execute(asked, [told]).fetchall()
        if found and found[0][1] == "erased":
            raise CxError(f"{told} was erased already", "data/erasures holds the receipt.")
        if not found:
            raise UnknownName(f"there is no customer {told}", "The table customer_360 lists their ids.")
        return str(found[0][0])
    kind, value = (EMAIL, clean_email(told)) if "@" in told else (PHONE, normalised(PHONE, told))
    if not value:
        raise CxError("that is no e-mail address, no phone number and no customer id", "A customer id is C and 15 hex digits.")
    matches = "identifier_value = ?" if kind == EMAIL else f"right(identifier_value, {PHONE_DIGITS}) = ?"
    ids = _column(
        connection,
        f"""select distinct customer_id from identity.int_identity__identifiers
        join identity_state.customer_xref using (node_id)
        where valid_to is null and identifier_type = '{kind}' and {matches} order by 1""",
        [value],
    )
    if not ids:
        raise UnknownName(f"nobody is known by that {kind}", "Try another identifier, or the customer id from customer_360.")
    if len(ids) > 1:
        raise CxError(f"{len(ids)} customers share that {kind}: {', '.join(ids[:10])}", "Name one by its customer id.")
    return ids[0]


def _identifiers(connection: DuckDBPyConnection, person: Person) -> None:
    nodes = {"nodes": person.nodes}
    shared = set(connection.execute(_OTHERS, nodes).fetchall())
    mine = {pair for pair in connection.execute(_MINE, nodes).fetchall() if pair not in shared}
    person.shared = len(shared)
    for kind, value in sorted(mine):
        if spelt := normalised(kind, value):
            person.own.setdefault(kind, []).append(spelt)
    taken = {(kind, normalised(kind, value)) for kind, value in shared}
    person.spellings = sorted(
        {value for kind, value in mine if kind in (EMAIL, PHONE, "social_handle", "national_id")}
        | {
            value
            for kind, value in connection.execute(_SPELLINGS, nodes).fetchall()
            if (spelt := normalised(kind, value)) and (kind, spelt) not in taken
        }
    )


def _closure(connection: DuckDBPyConnection, person: Person, sources: list[Source]) -> Keys:
    """Keys of every raw row of theirs: the records identity knows, and whatever belongs to them, until nothing more is found."""
    keys: Keys = {}
    catalog = Catalog.of(connection)
    for node in person.nodes:
        vendor, resource, key = node.split(":", 2)
        keys.setdefault((vendor, resource), set()).add(key)
    for source in sources:
        owned = {
            one.name: (rows, owned_key(rows, one.key))
            for one in source.resources
            if (rows := OWNERS.get(source.name, {}).get(one.name)) and catalog.has(source.schema, one.name)
        }
        before = -1
        while before != (now := sum(len(found) for (name, _), found in keys.items() if name == source.name)):
            before = now
            for name, (rows, own) in owned.items():
                table = f'"{source.schema}"."{name}"'
                _find_rows(connection, source.name, name, table, rows, own, person, keys)
                _bring(connection, source.name, name, table, rows, own, keys)
    return keys


def owned_key(rows: Rows, key: tuple[str, ...]) -> str:
    """SQL: the key of a row as identity and landing write it."""
    return text_of(rows.key or key)


def text_of(columns: tuple[str, ...]) -> str:
    """SQL: columns joined by `/`, a missing one as nothing."""
    parts = [f"coalesce(cast(\"{name}\" as varchar), '')" for name in columns]
    return " || '/' || ".join(parts)


def _find_rows(
    connection: DuckDBPyConnection, source: str, name: str, table: str, rows: Rows, key: str, person: Person, keys: Keys
) -> None:
    """Adds the keys of rows that are theirs by what they name."""
    evidence: list[tuple[str, bool]] = []  # SQL that is true, false, or null where the row names nobody; whether it is weak
    given: dict[str, Any] = {}
    for place, link in enumerate(rows.of):
        given[f"of{place}"] = _values(link, source, person, keys)
        evidence.append((_of(link, f"$of{place}"), link.weak))
    for place, (column, kind) in enumerate(rows.told.items()):
        given[f"told{place}"] = person.own.get(kind, [])
        evidence.append((f"{spelt(kind, column)} in (select unnest($told{place}::varchar[]))", kind in WEAK_KINDS))
    if not any(given.values()):
        return
    strong = [f"({sql})" for sql, is_weak in evidence if not is_weak] or ["null"]
    weak = [f"coalesce({sql}, false)" for sql, is_weak in evidence if is_weak] or ["false"]
    sql = f"select distinct {key} from {table} where coalesce({_any(strong)}, {' or '.join(weak)})"
    keys.setdefault((source, name), set()).update(_column(connection, sql, given))


def _any(evidence: list[str]) -> str:
    """True when any is, false when all that say something say no, null when none says anything."""
    return f"list_bool_or([{', '.join(evidence)}])"


def _values(link: Link, source: str, person: Person, keys: Keys) -> list[str]:
    if link.to == EMAIL:
        return person.own.get(EMAIL, [])
    return [f"{link.prefix}{key}" for key in sorted(keys.get((source, link.to), ()))]


def _of(link: Link, given: str) -> str:
    if not link.path:
        missing = " or ".join(f'"{name}" is null' for name in link.columns)
        return f"case when {missing} then null else {text_of(link.columns)} in (select unnest({given}::varchar[])) end"
    told = f"json_extract_string(try_cast(\"{link.columns[0]}\" as json), '{link.path}')"
    clean = f"list_transform({told}, x -> lower(trim(x)))" if link.to == EMAIL else told
    return f"case when len({told}) > 0 then list_has_all({given}::varchar[], {clean}) end"


def spelt(kind: str, column: str) -> str:
    """SQL: a column's identifier in the one spelling; null where it holds none. As `normalised`."""
    text = f'cast("{column}" as varchar)'
    if kind == EMAIL:
        written = f"lower(trim({text}))"
        mailbox = f"split_part(split_part({written}, '@', 1), '+', 1)"
        gmail = f"if(regexp_matches({written}, '@(gmail|googlemail)[.]com$'), replace({mailbox}, '.', '') || '@gmail.com', null)"
        return f"nullif(coalesce({gmail}, {mailbox} || '@' || split_part({written}, '@', 2)), '@')"
    if kind == PHONE:
        return f"nullif(right(regexp_replace({text}, '[^0-9]', '', 'g'), {PHONE_DIGITS}), '')"
    return f"nullif(ltrim(lower(trim({text})), '@'), '')"


def _bring(connection: DuckDBPyConnection, source: str, name: str, table: str, rows: Rows, key: str, keys: Keys) -> None:
    """Adds what goes with those rows, where no row that stays names it."""
    for link in rows.brings:
        named = text_of(link.columns)
        stays = f'"{link.unless}" is not null' if link.unless else "true"
        sql = f"""
            select distinct {named} from {table} where {key} in (select unnest($keys::varchar[])) and "{link.columns[0]}" is not null
            except select {named} from {table} where {key} not in (select unnest($keys::varchar[])) and {stays}"""
        found = _column(connection, sql, {"keys": sorted(keys.get((source, name), ()))})
        keys.setdefault((source, link.to), set()).update(found)


def _column(connection: DuckDBPyConnection, sql: str, given: Any) -> list[str]:
    return [str(row[0]) for row in connection.execute(sql, given).fetchall()]
