"""How the care service's records look as FHIR R4 JSON: one entry per type, as SQL over the planted columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.sandbox.servers.world import Table, struct

ADDRESS = "https://care.aurora-home.example/fhir/r4"  # what the server calls itself in fullUrl, wherever it is asked


@dataclass(frozen=True, slots=True)
class RecordType:
    """A resource type: its versions and the SQL of its JSON. FHIR knows no nulls, so empty elements are left out."""

    name: str
    table: Table
    body: str

    @property
    def entry(self) -> str:
        """SQL of a search set's entry."""
        return struct({"fullUrl": f"'{ADDRESS}/{self.name}/' || id", "resource": self.body, "search": "{'mode': 'match'}"})

    @property
    def history_entry(self) -> str:
        """SQL of a history's entry: what was done to the record, with the record unless it was deleted."""
        method = "CASE WHEN _is_gone THEN 'DELETE' WHEN version_id = '1' THEN 'POST' ELSE 'PUT' END"
        fields = {
            "fullUrl": f"'{ADDRESS}/{self.name}/' || id",
            "resource": f"CASE WHEN NOT _is_gone THEN {self.body} END",
            "request": struct({"method": method, "url": f"'{self.name}/' || id"}),
            "response": struct(
                {"status": "CASE WHEN _is_gone THEN '204' ELSE '200' END", "lastModified": "iso_ms(last_updated_at)"}
            ),
        }
        return _without_nulls(fields)


def _without_nulls(fields: Mapping[str, str]) -> str:
    return f"json_merge_patch('{{}}'::JSON, to_json({struct(fields)}))"


def _record(name: str, table: str, fields: Mapping[str, str]) -> RecordType:
    meta = struct({"versionId": "version_id", "lastUpdated": "iso_ms(last_updated_at)"})
    return RecordType(
        name, Table(f"fhir__{table}"), _without_nulls({"resourceType": f"'{name}'", "id": "id", "meta": meta, **fields})
    )


def _reference(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN {{'reference': {column}}} END"


RECORDS = {
    record.name: record
    for record in (
        _record(
            "Patient",
            "patients",
            {
                "identifier": "identifiers::JSON",
                "active": "active",
                "name": "names::JSON",
                "telecom": "CASE WHEN telecom <> '[]' THEN telecom::JSON END",
                "gender": "gender",
                "birthDate": "birth_date",
                "deceasedBoolean": "is_deceased",
                "deceasedDateTime": "deceased_at",
                "address": "addresses::JSON",
                "link": "links::JSON",
            },
        ),
        _record(
            "Encounter",
            "encounters",
            {
                "status": "status",
                "class": "class_coding::JSON",
                "type": "types::JSON",
                "serviceType": "service_type::JSON",
                "priority": "priority::JSON",
                "subject": _reference("subject_reference"),
                "partOf": _reference("part_of_reference"),
                "appointment": "appointment_references::JSON",
                "period": "{'start': period_start, 'end': period_end}",
                "hospitalization": "hospitalization::JSON",
            },
        ),
        _record(
            "Appointment",
            "appointments",
            {
                "status": "status",
                "cancelationReason": "cancelation_reason::JSON",
                "serviceType": "service_types::JSON",
                "appointmentType": "appointment_type::JSON",
                "start": "iso_ms(starts_at)",
                "end": "iso_ms(ends_at)",
                "created": "created",
                "participant": "participants::JSON",
            },
        ),
        _record(
            "QuestionnaireResponse",
            "questionnaire_responses",
            {
                "questionnaire": "questionnaire",
                "status": "status",
                "subject": _reference("subject_reference"),
                "encounter": _reference("encounter_reference"),
                "authored": "authored",
                "item": "items::JSON",
            },
        ),
    )
}
