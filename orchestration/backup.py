"""A copy of what cannot be built again: what the vendors told, with the loader's state, and what was decided about people.

    <folder>/manifest.json            when, from which DuckDB, every table with its definition, rows and checksum
    <folder>/<schema>/<table>.parquet
    <folder>/files/...                what people and identity keep beside the warehouse

Staging, customer 360, marts and the published file are left out: `cx build` makes them from this. A backup appears whole or
not at all, and so does the warehouse that is restored from one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingest.core.errors import CxError
from ingest.core.lock import writer
from ingest.core.paths import Paths
from ingest.core.places import warehouse_of
from orchestration.fingerprint import fingerprint
from orchestration.privacy.catalog import literal
from orchestration.privacy.restored import leave_out_the_erased
from orchestration.privacy.rewrite import rewrite

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MANIFEST, _FILES = "manifest.json", "files"
_REBUILT = "transform_state"
_LOADERS_COPY = "_staging"


class BackupError(CxError):
    """A backup cannot be made, or is not fit to be restored."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One table of a backup. `checksum` changes when any row does, whatever order the rows are in."""

    schema: str
    name: str
    sql: str
    rows: int
    checksum: str

    @property
    def place(self) -> Path:
        return Path(self.schema) / f"{self.name}.parquet"


def backup(paths: Paths, folder: Path) -> list[Saved]:
    """Writes a backup to `folder`, which must not exist yet; waits for whoever writes the warehouse."""
    if folder.exists():
        raise BackupError(f"{folder} exists already", "Name a folder that does not.")
    warehouse = warehouse_of(paths)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        with writer(paths, "cx backup"), duckdb.connect(warehouse, read_only=True) as connection:
            tables = [_save(connection, draft, *found) for found in _kept(connection)]
            for file in _beside(paths):
                (draft / _FILES).mkdir(exist_ok=True)
                shutil.copy2(file, draft / _FILES / file.name)
        told = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "duckdb": duckdb.__version__}
        _write(draft / _MANIFEST, {**told, "tables": [asdict(table) for table in tables]})
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tables


def restore(paths: Paths, folder: Path) -> list[Saved]:
    """Puts a backup in the warehouse's place. BackupError leaves the warehouse that is there as it was.

    People who were erased since stay out. The loader's working folder goes: what it knows is younger than the rows that were put back, and is read from them.
    """
    tables = _read(folder / _MANIFEST)
    beside = paths.warehouse.with_name(".restored.duckdb")
    with writer(paths, "cx restore"):
        beside.unlink(missing_ok=True)
        try:
            with duckdb.connect(str(beside)) as connection:
                for table in tables:
                    _load(connection, folder, table)
                is_changed = leave_out_the_erased(connection, paths)
            if is_changed:
                rewrite(beside)  # what was deleted stands in the file's free blocks
            shutil.rmtree(paths.dlt, ignore_errors=True)
            for file in (folder / _FILES).glob("*"):
                shutil.copy2(file, paths.warehouse.parent / file.name)
            paths.warehouse.with_name(f"{paths.warehouse.name}.wal").unlink(missing_ok=True)
            beside.replace(paths.warehouse)
        finally:
            beside.unlink(missing_ok=True)
    return tables


def _kept(connection: DuckDBPyConnection) -> Iterator[tuple[str, str, str]]:
    """Schema, name and definition of every table that nothing can build again."""
    found = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() where database_name = current_database() order by all"
    ).fetchall()
    for schema, table, sql in found:
        is_raw = schema.startswith("raw_") and not schema.endswith(_LOADERS_COPY)
        if is_raw or (schema.endswith("_state") and schema != _REBUILT):
            yield schema, table, sql


def _beside(paths: Paths) -> Sequence[Path]:
    """What people decided and identity learnt, kept as files beside the warehouse."""
    ours = paths.warehouse.name
    return sorted(p for p in paths.warehouse.parent.glob("*") if p.is_file() and not p.name.startswith((".", ours)))


def _save(connection: DuckDBPyConnection, draft: Path, schema: str, table: str, sql: str) -> Saved:
    saved = Saved(schema, table, sql, *fingerprint(connection, f'"{schema}"."{table}"'))
    (draft / schema).mkdir(exist_ok=True)
    connection.execute(f'copy "{schema}"."{table}" to {literal(str(draft / saved.place))} (format parquet, compression zstd)')
    return saved


def _load(connection: DuckDBPyConnection, folder: Path, table: Saved) -> None:
    relation = f'"{table.schema}"."{table.name}"'
    connection.execute(f'create schema if not exists "{table.schema}"')
    connection.execute(table.sql)
    try:
        connection.execute(f"insert into {relation} by name select * from read_parquet({literal(str(folder / table.place))})")
    except duckdb.Error as error:
        raise BackupError(f"{folder / table.place} cannot be read", "The warehouse stays; restore another backup.") from error
    if fingerprint(connection, relation) != (table.rows, table.checksum):
        raise BackupError(
            f"{folder / table.place} does not hold the {table.rows:,} rows that were saved",
            "The warehouse stays; restore another backup.",
        )


def _read(manifest: Path) -> list[Saved]:
    try:
        told: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        return [Saved(**table) for table in told["tables"]]
    except FileNotFoundError as error:
        raise BackupError(f"{manifest.parent} is no backup: it has no {_MANIFEST}", "Name a folder `cx backup` made.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{manifest} cannot be read", "The warehouse stays; restore another backup.") from error


def _write(file: Path, told: dict[str, Any]) -> None:
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
