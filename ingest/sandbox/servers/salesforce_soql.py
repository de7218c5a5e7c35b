"""As much of SOQL as a reader of whole objects speaks: fields of one object, compared with instants and booleans.

`SELECT <fields> FROM <object> [WHERE <field> <operator> <literal> [AND ...]]`, or `COUNT()` for the fields. Fields the user
may not see do not exist; what is refused is refused with the vendor's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ingest.sandbox.servers.salesforce_objects import COMPOUND, OBJECTS, SObject

_QUERY = re.compile(r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)(?:\s+WHERE\s+(?P<where>.+?))?\s*", re.I | re.S)
_TERM = re.compile(r"(\w+)\s*(>=|<=|>|<|=|!=)\s*(\S+)")
_LITERALS = {
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)"),
    "boolean": re.compile("true|false", re.I),
}


class Malformed(Exception):
    """A query that is refused: the vendor's error code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood. `names` are the selected fields in order, none for a count."""

    of: SObject
    names: tuple[str, ...]
    where: str
    params: tuple[Any, ...]

    @classmethod
    def parse(cls, soql: str, hidden: set[str]) -> Query:
        """Raises Malformed as the vendor would."""
        found = _QUERY.fullmatch(soql)
        if not found:
            raise Malformed("MALFORMED_QUERY", "unexpected token: <EOF>")
        if found["object"] not in OBJECTS:
            raise Malformed("INVALID_TYPE", f"sObject type '{found['object']}' is not supported.")
        of = OBJECTS[found["object"]]
        is_count = found["fields"].replace(" ", "").upper() == "COUNT()"
        names = () if is_count else tuple(name.strip() for name in found["fields"].split(","))
        for name in names:
            _field(of, name, hidden)
        where, params = _where(of, found["where"] or "", hidden)
        return cls(of, names, where, params)

    def condition(self, *, deleted_too: bool) -> str:
        """The filter in SQL; without `deleted_too` the recycle bin and archived activities stay out."""
        if deleted_too:
            return self.where
        kept = [
            f"NOT {name}"
            for name, field in (("is_deleted", "IsDeleted"), ("is_archived", "IsArchived"))
            if field in self.of.fields
        ]
        return " AND ".join([self.where, *kept])

    @property
    def has_compounds(self) -> bool:
        return any(self.of.fields[name][0] == COMPOUND for name in self.names)


def _field(of: SObject, name: str, hidden: set[str]) -> tuple[str, str]:
    if name not in of.fields or f"{of.name}.{name}" in hidden:
        raise Malformed("INVALID_FIELD", f"\nNo such column '{name}' on entity '{of.name}'.")
    return of.fields[name]


def _where(of: SObject, text: str, hidden: set[str]) -> tuple[str, tuple[Any, ...]]:
    terms, params = ["true"], list[Any]()
    for term in re.split(r"\s+AND\s+", text, flags=re.I) if text else ():
        found = _TERM.fullmatch(term.strip())
        if not found:
            raise Malformed("MALFORMED_QUERY", f"unexpected token: '{term}'")
        kind, sql = _field(of, found[1], hidden)
        if kind not in _LITERALS or not _LITERALS[kind].fullmatch(found[3]):
            raise Malformed("INVALID_FIELD", f"\nvalue of filter criterion for field '{found[1]}' must be of type {kind}")
        params.append(found[3])
        cast = "TIMESTAMPTZ" if kind == "datetime" else "BOOLEAN"
        terms.append(f"{sql} {found[2]} ${len(params)}::{cast}")
    return " AND ".join(terms), tuple(params)
