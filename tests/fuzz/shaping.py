"""Vendor records of every resource of every source: sound ones with things wrong in them, through the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import orjson

from ingest.core.batches import PARENT
from ingest.core.spec import Kind, NoAuth, Resource
from ingest.registry import SOURCES
from tests.fuzz.feeding import Fate, Fed, fate_of, run_of
from tests.fuzz.rubbish import spoilt

Records = dict[tuple[str, str], list[Any]]
"""Sound records by source and resource."""

_SOUND: dict[Kind, Any] = {
    Kind.TEXT: "one", Kind.INTEGER: 7, Kind.NUMBER: 1.25, Kind.DECIMAL: "19.99", Kind.FLAG: True, Kind.INSTANT: "2026-06-30T10:00:00Z",
    Kind.EPOCH: 1782813600, Kind.DAY: "2026-06-30", Kind.JSON: {"a": [1, {"b": None}]},
}  # fmt: skip


def declared(resource: Resource) -> dict[str, Any]:
    """A record with a value of its kind in every declared field."""
    record: dict[str, Any] = {}
    for column in resource.columns:
        if column.path.startswith(PARENT):
            continue
        *folders, name = column.path.split(".")
        inner = record
        for folder in folders:
            found = inner.setdefault(folder, {})
            inner = found if isinstance(found, dict) else inner.__setitem__(folder, {}) or inner[folder]
        inner.setdefault(name, _SOUND[column.kind])
    return record


_RESOURCES = tuple((source.name, resource.name) for source in SOURCES.values() for resource in source.resources)
Given = tuple[str, str, list[list[Any]]]


def pages(chance: Random, sound: Records | None = None) -> Given:
    """A source, one of its resources, and one or two pages of a few records, most of them with something wrong."""
    source, resource = chance.choice(_RESOURCES)
    known = (sound or {}).get((source, resource)) or [declared(SOURCES[source].resource(resource))]
    given = [[_record(chance, known) for _ in range(chance.randint(1, 4))] for _ in range(chance.randint(1, 2))]
    return source, resource, given


def _record(chance: Random, known: list[Any]) -> Any:
    record = chance.choice(known)
    return json.loads(json.dumps(record)) if chance.random() < 0.2 else spoilt(chance, record)


def check(given: Given, folder: Path) -> Fate:
    """What an answer of JSON could bring, each record alone in its fate; nothing is told as an error, since nothing broke off."""
    source, resource, told = given
    run = run_of(replace(SOURCES[source], auth=NoAuth(), budgets=()), folder, Fed)
    run.pages = [_as_sent(page) for page in told]
    fate = fate_of(run, run.source.resource(resource), sum(map(len, run.pages)))
    assert not run.errors, run.errors
    return fate


def _as_sent(page: list[Any]) -> list[Any]:
    """As it comes out of an answer's body: what JSON cannot say is not there."""
    return [record for record in map(_through_json, page) if record is not _NOTHING]


_NOTHING = object()


def _through_json(record: Any) -> Any:
    try:
        return orjson.loads(json.dumps(record).replace("NaN", "null").replace("-Infinity", "-1e999").replace("Infinity", "1e999"))
    except orjson.JSONDecodeError:
        return _NOTHING
