"""A small data directory for commands to work on: something published, three records resolved, two files' rows landed or set aside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb

from ingest.core.paths import Paths
from tests.fuzz.files import put
from tests.identity.warehouse import Warehouse
from tests.reach.planted import PEOPLE, plant

RECORDS = ("hubspot:contacts:71", "hubspot:contacts:72", "file_drops:call_ratings:1")
CUSTOMERS = ("CB9F9AC14F82288F", "C0E1E401FBD760B8")
EMAIL, QUESTION = "canary1@example.com", "P1"
_RATING = '{"rating_id": "%s", "call": {"started_at": "2026-06-30T10:00:00Z"}, "rating": {"score": %s}}\n'
_FIGURES = [
    {"kpi_id": "nps", "variant": "standard", "grain": "month", "period_start": f"2026-0{month}-01", "segment_type": cut,
     "segment": segment, "value": 30.0, "n": 40, "n_immature": 0, "is_complete": True}
    for month in (5, 6) for cut, segment in (("all", "all"), ("channel", "email"))
]  # fmt: skip


def settings(place: Path) -> dict[str, str]:
    """The environment of a command: one source is configured, and no vendor, target or server is."""
    foreign = ("SOURCES__", "CX_", "DESTINATION__", "DLT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    tokens = {"CX_API_TOKEN": "x" * 32, "CX_QUACK_TOKEN": "x" * 32}
    return kept | tokens | {"CX_DATA_DIR": str(place / "data"), "SOURCES__FILE_DROPS__FOLDER": str(place / "drops")}


def restored(place: Path) -> None:
    """The directory as it was at first, made where there is none yet; nothing is copied where nothing was changed."""
    first = place.with_name("premises")
    if not first.exists():
        _plant(first)
    for name in ("data", "drops"):
        if _listing(first / name) != _listing(place / name):
            shutil.rmtree(place / name, ignore_errors=True)
            shutil.copytree(first / name, place / name)


def _listing(folder: Path) -> dict[str, Any]:
    """Every file with its size and time of change; who held the lock last is nothing that matters."""
    found = ((file, file.stat()) for file in sorted(folder.rglob("*")) if file.name != ".writer.lock")
    return {str(file.relative_to(folder)): (told.st_size, told.st_mtime_ns) if file.is_file() else None for file, told in found}


def _plant(first: Path) -> None:
    from ingest.core.load import ingest

    paths = Paths(first / "data")
    plant(paths, {**PEOPLE, "kpi_period": _FIGURES})
    shutil.copy2(paths.published, paths.pseudonymised)
    put(first / "drops", "call_ratings/a.jsonl", (_RATING % (1, 4) + _RATING % (2, '"many"')).encode())
    with patch.dict(os.environ, settings(first), clear=True):
        assert ingest(["file_drops"], paths=paths).failures == {}
    with duckdb.connect(str(paths.warehouse)) as connection:
        Warehouse(connection).run(RECORDS, [(RECORDS[0], RECORDS[1])])
        _tell_of_people(connection)


def _tell_of_people(connection: duckdb.DuckDBPyConnection) -> None:
    """What dbt would have made of who they are, and a question about two of them."""
    connection.execute(
        "create table identity.int_identity__identifiers as select * from "
        f"(values ('{RECORDS[0]}', 'email', '{EMAIL}'), ('{RECORDS[1]}', 'phone', '493012345672')) "
        "told (node_id, identifier_type, identifier_value);"
        "create table identity.int_identity__persons (node_id varchar, email varchar, phone varchar, mobile_phone varchar, "
        "social_handle varchar, national_id varchar);"
        f"insert into identity.int_identity__persons (node_id, email) values ('{RECORDS[0]}', '{EMAIL}');"
        f"insert into identity_state.review_queue (pair_id, node_l, node_r) values ('{QUESTION}', '{RECORDS[0]}', '{RECORDS[2]}')"
    )
