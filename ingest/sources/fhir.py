"""FHIR R4: patients of a care service, their visits and appointments, and what they answer in questionnaires.

Lands: patients, encounters, appointments, questionnaire_responses (items nested), deletions.
Cursor: `_lastUpdated`, which the server sets with every version (corrections and merges too); searches are inclusive (`ge`)
and their index may trail the record, so ten minutes are read again. A server need not tell totals, and none are asked for.
The first load may come from a bulk export instead of a search (setting `load`).
Deletes: from the history of each type, or from the `deleted` files of an export (setting `deletes`); merged patients stay,
inactive, with a link to the record that replaced them.
Personal: names, telecom, address, birth date, identifiers, answers.
Left out: all clinical content (reasons, diagnoses, notes, narrative), contacts, photos, practitioners and places; R5 and STU3.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.core.errors import SettingMissing
from ingest.core.readers.chosen import Chosen
from ingest.core.readers.fhir_bundles import Deletions, Searchset, deletions_in
from ingest.core.readers.ndjson_export import NdjsonExport
from ingest.core.spec import OBSERVED_AT, Budget, Column, Cursor, OwnAuth, Resource, Setting, Source, flag, instant, nested, text

if TYPE_CHECKING:
    from requests.auth import AuthBase

_LAG = timedelta(minutes=10)
_TYPES = ("Patient", "Encounter", "Appointment", "QuestionnaireResponse")
_EVERYWHERE = (
    "resourceType implicitRules language text contained extension meta.profile meta.source meta.security meta.tag meta.extension"
)
_REFERENCE = ("display", "type", "identifier", "extension")  # what else a reference says: `display` is the patient's name


def _auth(settings: Mapping[str, str]) -> AuthBase:
    """SMART backend services where a private key is given, else a token as it is."""
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

    from ingest.core.smart_backend import SmartBackend

    if settings["private_key"]:
        return SmartBackend(
            access_token_url=settings["token_url"],
            client_id=settings["client_id"],
            client_secret=settings["private_key"],
            key_id=settings["key_id"],
            access_token_request_data={"scope": settings["scope"]},
        )
    if settings["token"]:
        return BearerTokenAuth(token=settings["token"])  # type: ignore[arg-type]
    raise SettingMissing(
        "fhir: neither a token nor a private key is set", "Set SOURCES__FHIR__PRIVATE_KEY or SOURCES__FHIR__TOKEN."
    )


def _records(name: str, kind: str, columns: tuple[Column, ...], ignored: str, references: tuple[str, ...] = ()) -> Resource:
    """One type of record: by search or by export at first, later by what was updated since. `ignored` is a list of words."""
    found = {"_count": "200", "_sort": "_lastUpdated"}
    return Resource(
        name=name,
        key=("id",),
        columns=(text("id"), text("version_id", "meta.versionId"), *columns, instant("last_updated_at", "meta.lastUpdated")),
        full=Chosen("load", {"search": Searchset(kind, found), "export": NdjsonExport("{export_path}", kind, {"_type": kind})}),
        changes=Searchset(kind, {**found, "_lastUpdated": "ge{since}"}),
        cursor=Cursor("last_updated_at", lag=_LAG),
        ignored=(*f"{_EVERYWHERE} {ignored}".split(), *(f"{name}.{part}" for name in references for part in _REFERENCE)),
    )


_DELETIONS = Chosen(
    "deletes",
    {
        "history": Deletions(_TYPES),
        "export": NdjsonExport("{export_path}", "Bundle", {"_type": ",".join(_TYPES)}, part="deleted", unpack=deletions_in),
        "none": None,
    },
)

FHIR = Source(
    name="fhir",
    title="FHIR R4",
    base_url="{base_url}",
    auth=OwnAuth(_auth),
    settings=(
        Setting("base_url", "address of the FHIR endpoint, such as https://care.example.org/fhir/r4"),
        Setting(
            "private_key",
            "SMART backend services: private key as PEM, its public half registered with the server",
            "",
            secret=True,
        ),
        Setting("key_id", "SMART backend services: `kid` of that key", ""),
        Setting("client_id", "SMART backend services: id the server gave the client", ""),
        Setting("token_url", "SMART backend services: token address, see .well-known/smart-configuration", ""),
        Setting("scope", "SMART backend services: what may be read", "system/*.read"),
        Setting("token", "a bearer token, where the server gives one out by hand", "", secret=True),
        Setting("load", "how the first load reads: search, or export where the server offers bulk data", "search"),
        Setting("export_path", "which export: /Patient/$export, /Group/<id>/$export or /$export", "/Patient/$export"),
        Setting("deletes", "where deletes are found: history, export, or none where the server keeps neither", "history"),
    ),
    headers={"Accept": "application/fhir+json"},
    budgets=(Budget(calls=600, per=timedelta(minutes=1)),),
    resources=(
        _records(
            "patients",
            "Patient",
            (
                nested("identifiers", "identifier", personal=True),
                flag("active"),
                nested("names", "name", personal=True),
                nested("telecom", personal=True),
                text("gender"),
                text("birth_date", "birthDate", personal=True),  # may be a year or a month only
                flag("is_deceased", "deceasedBoolean"),
                text("deceased_at", "deceasedDateTime"),
                nested("addresses", "address", personal=True),
                nested("links", "link"),
            ),
            "photo contact maritalStatus multipleBirthBoolean multipleBirthInteger communication _birthDate"
            " generalPractitioner managingOrganization",
        ),
        _records(
            "encounters",
            "Encounter",
            (
                text("status"),
                nested("class_coding", "class"),
                nested("types", "type"),
                nested("service_type", "serviceType"),
                nested("priority"),
                text("subject_reference", "subject.reference"),
                text("part_of_reference", "partOf.reference"),
                nested("appointment_references", "appointment"),
                text("period_start", "period.start"),  # a day, a month or a year is allowed where the instant is not known
                text("period_end", "period.end"),
                nested("hospitalization"),
            ),
            "identifier statusHistory classHistory episodeOfCare basedOn participant period.extension length reasonCode"
            " reasonReference diagnosis account location serviceProvider",
            references=("subject", "partOf"),
        ),
        _records(
            "appointments",
            "Appointment",
            (
                text("status"),
                nested("cancelation_reason", "cancelationReason"),
                nested("service_types", "serviceType"),
                nested("appointment_type", "appointmentType"),
                nested("participants", "participant", personal=True),
                instant("starts_at", "start"),
                instant("ends_at", "end"),
                text("created"),
            ),
            "identifier serviceCategory specialty reasonCode reasonReference priority description basedOn supportingInformation"
            " minutesDuration slot comment patientInstruction requestedPeriod",
        ),
        _records(
            "questionnaire_responses",
            "QuestionnaireResponse",
            (
                text("questionnaire"),
                text("status"),
                text("subject_reference", "subject.reference"),
                text("encounter_reference", "encounter.reference"),
                text("authored"),
                nested("items", "item", personal=True),
            ),
            "identifier basedOn partOf author source _questionnaire",
            references=("subject", "encounter"),
        ),
        Resource(
            name="deletions",
            key=("resource_type", "resource_id"),
            columns=(text("resource_type"), text("resource_id"), instant("deleted_at")),
            full=_DELETIONS,
            changes=_DELETIONS,
            cursor=Cursor(OBSERVED_AT, lag=_LAG),
        ),
    ),
)
