"""What an erasure takes out of rows that stay, since others are named in them too."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import duckdb

from ingest.registry import SOURCES
from orchestration.privacy.catalog import Catalog
from orchestration.privacy.find import Person
from orchestration.privacy.purge import _unlink


def _participant(key: str, name: str) -> dict[str, Any]:
    return {"actor": {"reference": f"Patient/{key}", "display": name}, "status": "accepted"}


def test_an_appointment_of_two_loses_the_reference_and_the_name_of_one() -> None:
    appointments = [[_participant("a1", "Anna"), _participant("b2", "Bert")], [_participant("a12", "Ada")], None]
    with duckdb.connect() as connection:
        connection.execute("create schema raw_fhir; create table raw_fhir.appointments (id varchar, participants varchar)")
        rows = [(str(at), told and json.dumps(told)) for at, told in enumerate(appointments)]
        connection.executemany("insert into raw_fhir.appointments values (?, ?)", rows)
        person = cast(Person, SimpleNamespace(keys=lambda: {("fhir", "patients"): {"a1"}}))
        done = _unlink(connection, Catalog.of(connection), SOURCES["fhir"], person)
        left = connection.execute("select participants from raw_fhir.appointments order by id").fetchall()
    assert [(one.place, one.before, one.removed, one.cleared) for one in done] == [("raw_fhir.appointments", 3, 0, 1)]
    assert [json.loads(told) if told else None for (told,) in left] == [[_participant("b2", "Bert")], *appointments[1:]]
