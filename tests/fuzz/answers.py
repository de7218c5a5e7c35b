"""Answers over HTTP: what a vendor's server answered a connector, with one answer spoilt, given to the connector again.

Recorded once a session from the sandbox's servers and, where somebody recorded real payloads, from those. Everything between
the socket and the landed table is the product's own: client, decoding, paging styles, export jobs, query readers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import orjson
import requests

from ingest.core.extract import SourceRun
from ingest.core.spec import Source
from ingest.registry import SOURCES
from tests.faults.readings import READINGS, lifted
from tests.fuzz.feeding import Fate
from tests.fuzz.rubbish import as_json, damaged, spoilt

MANY = 60  # calls more than the undisturbed reading took: whoever needs more goes round in a circle


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, and what it was asked by."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as it is read, and all it was answered, in order."""

    source: Source
    settings: dict[str, str]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A reading (by its number) with another body in one of its answers."""

    reading: int
    at: int
    body: bytes


READINGS_TOLD: list[Reading] = []


def record(environment: dict[str, str], names: list[str] | None = None) -> None:
    """Reads every source that speaks HTTP from where the environment points to, and keeps what it was answered."""
    for name in names or [name for name, source in SOURCES.items() if source.base_url]:
        prefix = f"SOURCES__{name.upper()}__"
        told = {key.removeprefix(prefix).lower(): value for key, value in environment.items() if key.startswith(prefix)}
        for more in ({}, {"load": "export", "deletes": "none"}) if name == "fhir" else ({},):
            source = lifted(name)
            settings = {s.name: s.default or "" for s in source.settings} | told | READINGS[name].settings | more
            kept: list[Told] = []
            with _recording(kept):
                _read(source, settings, Path("/nonexistent"))
            READINGS_TOLD.append(Reading(source, settings, tuple(kept)))


@contextlib.contextmanager
def _recording(kept: list[Told]) -> Iterator[None]:
    send = requests.Session.send

    def recorded(session: Any, request: Any, **more: Any) -> requests.Response:
        answer = send(session, request, **more)
        headers = {
            k: v
            for k, v in answer.headers.items()
            if k.lower() not in ("content-encoding", "content-length", "transfer-encoding")
        }
        kept.append(Told(request.method, str(request.url), answer.status_code, headers, answer.content))
        return answer

    with patch.object(requests.Session, "send", recorded):
        yield


def answers(chance: Random) -> Spoilt:
    """Any answer of any reading, spoilt as JSON or as bytes."""
    number = chance.randrange(len(READINGS_TOLD))
    answered = READINGS_TOLD[number].told
    at = chance.randrange(len(answered))
    body = answered[at].body
    if chance.random() < 0.7:
        with contextlib.suppress(orjson.JSONDecodeError, TypeError, ValueError, RecursionError):
            told = as_json(chance, spoilt(chance, orjson.loads(body)))
            return Spoilt(number, at, told if chance.random() < 0.1 else told.replace(b"NaN", b"null"))
    return Spoilt(number, at, damaged(chance, body))


class _Endless(AssertionError):
    """The connector goes round in a circle."""


def check(given: Spoilt, folder: Path) -> Fate:
    """Reads with the spoilt answer: what it says is landed, set aside or told of, and the reading ends."""
    reading = READINGS_TOLD[given.reading]
    with _answering(reading, given), patch("time.sleep"):
        run = _read(reading.source, reading.settings, folder)
    fate = Fate(told=len(run.errors))
    for tally in run.tallies.values():
        fate += Fate(tally.extracted, tally.distinct_keys, tally.duplicates, tally.quarantined)
    return fate


@contextlib.contextmanager
def _answering(reading: Reading, given: Spoilt) -> Iterator[None]:
    """The recorded answers by method and path, in their order; the last one, unspoilt, again when there are no more."""
    waiting: dict[tuple[str, str], list[Told]] = {}
    last = {(told.method, told.url.partition("?")[0]): told for told in reading.told}
    for at, told in enumerate(reading.told):
        shown = replace(told, body=given.body) if at == given.at else told
        waiting.setdefault((told.method, told.url.partition("?")[0]), []).append(shown)
    calls = 0

    def send(session: Any, request: Any, **more: Any) -> requests.Response:
        nonlocal calls
        calls += 1
        if calls > len(reading.told) + MANY:
            raise _Endless(f"more than {calls - 1} calls")
        asked = (request.method, str(request.url).partition("?")[0])
        if asked not in last:
            raise requests.ConnectionError("nobody listens there")
        return _response(waiting[asked].pop(0) if waiting[asked] else last[asked], request)

    with patch.object(requests.Session, "send", send):
        yield


def _response(told: Told, request: Any) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer.url, answer.request = told.status, str(request.url), request
    answer._content = told.body
    answer.headers.update(told.headers)
    return answer


def _read(source: Source, settings: dict[str, str], folder: Path) -> SourceRun:
    """All resources with their listings of keys; AssertionError where books do not balance."""
    run = SourceRun(source, settings, "run", folder / "quarantine")
    for resource in source.resources:
        _balanced(run, resource)
    return run


def _balanced(run: Any, resource: Any) -> None:
    landed = sum(batch.num_rows for batch in run.batches(resource, {}))
    tally = run.tallies[resource.name]
    assert tally.extracted == tally.distinct_keys + tally.duplicates + tally.quarantined, "the books do not balance"
    assert tally.distinct_keys <= landed, "rows got lost behind the books"
    if resource.keys is not None:
        list(run.keys(resource, {}))
