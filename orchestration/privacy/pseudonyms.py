"""The published file's twin for those who need no names: personal columns as keyed hashes, free text left out.

One value has one pseudonym in every table, so that tables still join; without the key nobody gets from it to the person or makes it
anew. A text column that nobody classified is left out too. Which column is what stands in the file itself (`publication_columns`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError
from ingest.core.paths import Paths

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERSONAL, SENSITIVE, FREE_TEXT, NONE = "personal", "sensitive", "free_text", "none"
CLASSES = (PERSONAL, SENSITIVE, FREE_TEXT, NONE)
COLUMNS = "publication_columns"
KEY_VARIABLE = "CX_PSEUDONYM_KEY"
LEAST_KEY_BYTES = 16
_BLOCK = 64  # bytes of a block of SHA-256

Classes = Mapping[str, Mapping[str, str]]


def classes_of(manifest: Mapping[str, Any], tables: list[str]) -> Classes:
    """What the project says of each published column: its own `meta.privacy`, else its model's."""
    found = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and str(node["fqn"][1]) == "published" and node["alias"] in tables:
            whole = node["config"].get("meta", {}).get("privacy")
            told = {name: _meta(column).get("privacy", whole) for name, column in node["columns"].items()}
            found[str(node["alias"])] = {name: str(said) for name, said in told.items() if said}
    return found


def _meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**column.get("config", {}).get("meta", {}), **column.get("meta", {})}


def describe(connection: DuckDBPyConnection, classes: Classes) -> None:
    """Writes into a file what each of its columns is."""
    connection.execute(f"create or replace table {COLUMNS} (table_name varchar, column_name varchar, privacy varchar)")
    rows = [(table, column, said) for table, columns in sorted(classes.items()) for column, said in columns.items()]
    if rows:
        connection.execute(f"insert into {COLUMNS} select unnest(?), unnest(?), unnest(?)", [*map(list, zip(*rows, strict=True))])


def pseudonymise(full: Path, twin: Path, key: bytes) -> None:
    """Writes the twin of a published file. Every row is there; columns keep their names and types."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{full}' as told (read_only)")
        connection.execute(f"attach '{twin}' as twin")
        has_classes = connection.execute("select 1 from duckdb_tables() where table_name = ?", [COLUMNS]).fetchall()
        classes = (
            {(table, column): said for table, column, said in connection.execute(f"from told.{COLUMNS}").fetchall()}
            if has_classes
            else {}
        )
        inner, outer = _pads(key)
        asked = "select table_name, list([column_name, data_type] order by column_index) from duckdb_columns() where database_name = 'told' group by 1"
        for table, columns in connection.execute(asked).fetchall():
            own = table in ("publication", COLUMNS)
            told = ", ".join(
                f'"{name}"' if own else _column(name, kind, classes.get((table, name)), inner, outer) for name, kind in columns
            )
            connection.execute(f'create table twin."{table}" as select {told} from told."{table}"')
        connection.execute("checkpoint twin")


def _column(name: str, kind: str, said: str | None, inner: str, outer: str) -> str:
    """SQL: what the twin shows of a column."""
    if said == PERSONAL:
        return f'{_hmac(name, inner, outer)} as "{name}"' if kind == "VARCHAR" else f'null::{kind} as "{name}"'
    if said == FREE_TEXT or (said is None and "VARCHAR" in kind):
        return f'null::{kind} as "{name}"'
    return f'"{name}"'


def _hmac(name: str, inner: str, outer: str) -> str:
    """SQL: HMAC-SHA256 of a text, its first half in hex; null stays null."""
    return f'left(sha256({outer} || unhex(sha256({inner} || encode("{name}")))), 32)'


def _pads(key: bytes) -> tuple[str, str]:
    """The key's two pads (RFC 2104) as SQL literals."""
    import hashlib

    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in (0x36, 0x5C))
    return f"unhex('{inner.hex()}')", f"unhex('{outer.hex()}')"


def key_of(paths: Paths) -> bytes:
    """The key from the environment, else the one in the data directory, which is made on its first use."""
    given = os.environ.get(KEY_VARIABLE, "")
    if given:
        if len(given.encode()) < LEAST_KEY_BYTES:
            raise CxError(f"{KEY_VARIABLE} is too short to keep anything secret", f"Give it at least {LEAST_KEY_BYTES} bytes.")
        return given.encode()
    file = paths.pseudonym_key
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            handle.write(secrets.token_hex(32).encode())
        beside.replace(file)
    return file.read_bytes()
