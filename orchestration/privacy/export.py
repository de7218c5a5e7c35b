"""Hands out what is known of one person: every row of theirs from raw tables to the published ones, as JSON and as CSV, with a manifest."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.core.errors import CxError
from ingest.core.lock import writer
from ingest.core.paths import Paths
from ingest.core.places import warehouse_of
from ingest.core.spec import Source
from orchestration.privacy.catalog import Catalog
from orchestration.privacy.find import find
from orchestration.privacy.places import Place, derived_places, names, raw_places, state_places

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PUBLISHED = "main"
# derived pairs of numbers that tell no person anything, and copies of the published tables
_LEFT_OUT = ("identity_state.compared_pairs", "publication_state.")


@dataclass(frozen=True, slots=True)
class Table:
    """One exported table: rows, and the SHA-256 of its two files."""

    table: str
    rows: int
    json_sha256: str
    csv_sha256: str


def export_person(paths: Paths, told: str, sources: Sequence[Source], to: Path) -> list[Table]:
    """Writes the folder; CxError when it holds anything already, or nobody (or more than one) is known by what was told."""
    if to.exists() and not to.is_dir():
        raise CxError(f"{to} is no folder", "Name a new folder.")
    if to.exists() and any(to.iterdir()):
        raise CxError(f"{to} is not empty", "Name a new folder: what is known of a person stands alone.")
    with writer(paths, "cx export-person"):
        import duckdb

        with duckdb.connect(warehouse_of(paths), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            person = find(connection, told, list(sources))
            to.mkdir(parents=True, exist_ok=True, mode=0o700)
            catalog = Catalog.of(connection)
            named = names(connection, catalog, person)
            places = [*raw_places(catalog, person, sources), *state_places(catalog, person)]
            tables = _write(connection, [*places, *derived_places(catalog, person, named)], to, "")
        if paths.published.exists():
            with duckdb.connect(str(paths.published), read_only=True) as connection:
                connection.execute("set TimeZone = 'UTC'")
                tables += _write(connection, derived_places(Catalog.of(connection), person, named), to, "published.")
    manifest = {
        "customer_id": person.customer_ids[0],
        "formerly": person.customer_ids[1:],
        "written_at": datetime.now(UTC).isoformat(),
        "records": person.nodes,
        "tables": [asdict(table) for table in tables],
    }
    (to / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return tables


def _write(connection: DuckDBPyConnection, places: Iterable[Place], to: Path, prefix: str) -> list[Table]:
    """Two files per table that holds rows of theirs; conditions on one table are put together."""
    found: dict[str, tuple[list[str], dict[str, dict[str, Any]]]] = {}
    for place in places:
        if not place.name.startswith(_LEFT_OUT):
            rows = _rows(connection, place)
            if rows:
                _, known = found.setdefault(place.name, (list(rows[0]), {}))
                known.update({json.dumps(row, default=str, sort_keys=True): row for row in rows})
    return [
        _write_table(to, f"{prefix}{_named(name)}", columns, list(known.values())) for name, (columns, known) in found.items()
    ]


def _named(name: str) -> str:
    return name.removeprefix(f"{_PUBLISHED}.")


def _rows(connection: DuckDBPyConnection, place: Place) -> list[dict[str, Any]]:
    answer = connection.execute(f"select * from {place.quoted} where {place.where}", place.given or None)
    columns = [column[0] for column in answer.description or []]
    return [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in answer.fetchall()]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _write_table(to: Path, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Table:
    as_json, as_csv = to / f"{table}.json", to / f"{table}.csv"
    as_json.write_text(json.dumps(rows, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    with as_csv.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.DictWriter(handle, columns)
        lines.writeheader()
        lines.writerows(rows)
    return Table(table, len(rows), _sha256(as_json), _sha256(as_csv))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
