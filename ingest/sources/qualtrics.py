"""Qualtrics: surveys, their questions with recode values, and what people answered, read from response exports.

Lands: surveys, survey_definitions (questions and choices nested), responses (answers nested, by question id).
Cursor: `lastModified` decides whose definition is read again. Responses come from one export job per survey: the finished
job's continuation token is where the next job goes on. It shows what was recorded since, and nothing of edits: they keep
their recording date. So all responses are exported again once a week, and whenever a token is no longer taken.
Deletes: invisible; an export of ids alone runs every time and is compared with what landed.
Personal: recipient's name and e-mail, external reference, everything in `values` (free-text answers).
Left out: IP address and location, which are neither asked for nor kept; labels, display order, distributions, contacts, responses in progress.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest.core.pagers import next_link
from ingest.core.readers.export import Export
from ingest.core.readers.exported_file import JsonDocument, NdJson
from ingest.core.readers.shaped import Shaped
from ingest.core.spec import (
    Budget,
    Children,
    Cursor,
    Listing,
    OwnAuth,
    Resource,
    Setting,
    Source,
    flag,
    instant,
    integer,
    nested,
    text,
)

if TYPE_CHECKING:
    from requests import Response

    from ingest.core.hidden_status import HiddenStatus

_METADATA = ("startDate", "endDate", "recordedDate", "_recordId", "status", "progress", "duration", "finished")
_WHEREABOUTS = ("ipAddress", "locationLatitude", "locationLongitude")
_RECIPIENT = ("recipientEmail", "recipientFirstName", "recipientLastName", "externalDataReference")


def _status(response: Response) -> int:
    """The envelope's own status: errors may come with HTTP 200."""
    if "json" not in response.headers.get("Content-Type", ""):
        return response.status_code
    try:
        told = str(response.json()["meta"]["httpStatus"]).split(" ")[0]
    except (ValueError, KeyError, TypeError):
        return response.status_code
    return max(int(told), response.status_code) if told.isdigit() else response.status_code


def _auth(settings: Mapping[str, str]) -> HiddenStatus:
    from dlt.sources.helpers.rest_client.auth import APIKeyAuth

    from ingest.core.hidden_status import HiddenStatus

    return HiddenStatus(APIKeyAuth(name="X-API-TOKEN", api_key=settings["token"]), _status)


def _without_whereabouts(response: dict[str, Any]) -> dict[str, Any]:
    """For accounts that are sent more than they asked for."""
    values = response.get("values")
    if not isinstance(values, dict):
        return response
    return {**response, "values": {name: value for name, value in values.items() if name not in _WHEREABOUTS}}


_SURVEYS = Listing("/surveys", "result.elements", partial(next_link, "result.nextPage"))
_export = partial(
    Export,
    each=_SURVEYS,
    start="/surveys/{parent.id}/export-responses",
    poll="/surveys/{parent.id}/export-responses/{job}",
    file="/surveys/{parent.id}/export-responses/{file}/file",
    formats={"ndjson": NdJson(), "json": JsonDocument("responses")},
    format="export_format",
    origin="surveyId",
)
_ORDER: dict[str, Any] = {
    "format": "{export_format}",
    "surveyMetadataIds": [*_METADATA, *_RECIPIENT, "distributionChannel", "userLanguage"],
}
_RESPONSES = Shaped(
    _export(body=_ORDER | {"allowContinuation": True}, resume=_ORDER | {"continuationToken": "{token}"}), _without_whereabouts
)
_IDS = _export(body={"format": "{export_format}", "surveyMetadataIds": ["_recordId"], "questionIds": [], "embeddedDataIds": []})

QUALTRICS = Source(
    name="qualtrics",
    title="Qualtrics",
    base_url="{base_url}",
    auth=OwnAuth(_auth),
    settings=(
        Setting("base_url", "https://<datacenter>.qualtrics.com/API/v3 (Account settings > Qualtrics IDs > Datacenter ID)"),
        Setting("token", "Qualtrics: Account settings > Qualtrics IDs > API token", secret=True),
        Setting("export_format", "what exports come as: ndjson, or json for accounts without it", "ndjson"),
    ),
    budgets=(Budget(calls=95, per=timedelta(minutes=1)),),
    resources=(
        Resource(
            name="surveys",
            key=("id",),
            columns=(
                text("id"),
                text("name"),
                text("owner_id", "ownerId"),
                flag("is_active", "isActive"),
                instant("created_at", "creationDate"),
                instant("modified_at", "lastModified"),
            ),
            full=_SURVEYS,
            cursor=Cursor("modified_at"),
        ),
        Resource(
            name="survey_definitions",
            key=("id",),
            columns=(
                text("id", "SurveyID"),
                text("name", "SurveyName"),
                text("status", "SurveyStatus"),
                integer("question_count", "QuestionCount"),
                nested("questions", "Questions"),
                instant("modified_at", "LastModified"),
            ),
            full=Listing("/survey-definitions/{parent.id}", "result"),
            parent=Children("surveys", changed_only=True),
            ignored=(
                *("BrandBaseURL", "BrandID", "BundleShortName", "CompositionType", "CreatorID", "DeleteQuestions", "Blocks"),
                *("LastAccessed", "LastActivated", "OwnerID", "ProjectCategory", "ProjectType", "RegistrySha", "RegistryVersion"),
                *("ResponseSets", "SchemaVersion", "Scoring", "Status", "SurveyFlow", "SurveyOptions", "SurveyMetadata"),
            ),
        ),
        Resource(
            name="responses",
            key=("id",),
            columns=(
                text("id", "responseId"),
                text("survey_id", "surveyId"),
                integer("status", "values.status"),
                integer("finished", "values.finished"),
                integer("progress", "values.progress"),
                integer("duration_seconds", "values.duration"),
                text("distribution_channel", "values.distributionChannel"),
                text("language", "values.userLanguage"),
                text("recipient_email", "values.recipientEmail", personal=True),
                text("recipient_first_name", "values.recipientFirstName", personal=True),
                text("recipient_last_name", "values.recipientLastName", personal=True),
                text("external_reference", "values.externalDataReference", personal=True),
                nested("answer_values", "values", personal=True),
                instant("started_at", "values.startDate"),
                instant("ended_at", "values.endDate"),
                instant("recorded_at", "values.recordedDate"),
            ),
            full=_RESPONSES,
            changes=_RESPONSES,
            keys=Shaped(_IDS, lambda response: {"id": response.get("responseId")}),
            cursor=Cursor(token="continuationToken"),
            ignored=("labels", "displayedFields", "displayedValues"),
        ),
    ),
)
