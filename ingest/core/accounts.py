"""The books of a run: what was counted per resource (`ingest_runs`) and which records did not fit (`quarantine`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from ingest.core.json_text import json_text
from ingest.core.shape import Misfit
from ingest.core.spec import Resource

INSTANT = pa.timestamp("us", "UTC")

LEDGER_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("resource", pa.string()),
        ("mode", pa.string()),
        ("observed_at", INSTANT),
        ("extracted", pa.int64()),
        ("duplicates", pa.int64()),
        ("quarantined", pa.int64()),
        ("suppressed", pa.int64()),
        ("distinct_keys", pa.int64()),
        ("calls", pa.int64()),
        ("is_complete", pa.bool_()),
        ("cursor_from", pa.string()),
        ("cursor_to", pa.string()),
    ]
)
QUARANTINE_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("run_id", pa.string()),
        ("resource", pa.string()),
        ("record_key", pa.string()),
        ("field", pa.string()),
        ("value_class", pa.string()),
        ("reason", pa.string()),
        ("record", pa.string()),
        ("observed_at", INSTANT),
    ]
)


@dataclass(slots=True)
class Tally:
    """What happened to one resource in this run."""

    resource: str
    mode: str = "full"
    extracted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    suppressed: int = 0
    distinct_keys: int = 0
    calls: int = 0
    is_complete: bool = False
    cursor_from: str | None = None
    cursor_to: str | None = None
    has_late_duplicates: bool = False  # a key came again in a later batch: the merge has to choose


def ledger_table(tallies: Iterable[Tally], run_id: str, observed_at: datetime) -> pa.Table:
    """One row per resource of a run; extracted = distinct_keys + duplicates + quarantined + suppressed."""
    rows = [{**asdict(tally), "run_id": run_id, "observed_at": observed_at} for tally in tallies]
    return pa.Table.from_pylist(rows, LEDGER_SCHEMA)


def quarantine_row(
    source: str, resource: Resource, record: Any, misfit: Misfit, run_id: str, observed_at: datetime
) -> dict[str, Any]:
    """A record set aside; its id is the hash of where and what it is, so that the same record is kept once."""
    raw = json_text(record)
    identity = hashlib.sha256(b"|".join((source.encode(), resource.name.encode(), raw))).hexdigest()[:32]
    return {
        "id": identity,
        "run_id": run_id,
        "resource": resource.name,
        "record_key": key_text(resource, record),
        "field": misfit.field,
        "value_class": misfit.value_class,
        "reason": misfit.reason,
        "record": raw.decode(),
        "observed_at": observed_at,
    }


def key_text(resource: Resource, record: Any) -> str | None:
    """The record's key for a person to look it up by, where it can be read."""
    if not isinstance(record, dict):
        return None
    paths = {c.name: c.path for c in resource.columns}
    parts: list[str] = []
    for name in resource.key:
        value: Any = record
        for step in paths[name].split("."):
            value = value.get(step) if isinstance(value, dict) else None
        parts.append("" if value is None else str(value))
    return "/".join(parts) or None
