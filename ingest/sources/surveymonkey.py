"""SurveyMonkey v3: surveys, their questions, and what people answered.

Lands: surveys, survey_details (pages, questions and choices nested), responses (answers nested).
Cursor: `date_modified`; edits and completions of a partial answer raise it. Surveys are listed whole (one call per
thousand), details only for surveys that changed, responses per survey from its own cursor, oldest change first.
Deletes: invisible; found by a listing of response ids, weekly, since a day has 500 calls.
Personal: custom variables (e-mail, customer number), custom value, free-text answers.
Left out: IP addresses, edit and analysis links, collectors, contacts.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.core.pagers import next_link
from ingest.core.spec import (
    Bearer,
    Budget,
    Children,
    Cursor,
    ErrorRule,
    Listing,
    Resource,
    Setting,
    Source,
    Verdict,
    instant,
    integer,
    nested,
    text,
)

_next = partial(next_link, "links.next")

SURVEYMONKEY = Source(
    name="surveymonkey",
    title="SurveyMonkey",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting("base_url", "the account's access_url with /v3 (EU and CA accounts differ)", "https://api.surveymonkey.com/v3"),
        Setting("token", "SurveyMonkey: developer portal > My apps > access token", secret=True),
    ),
    errors=(ErrorRule(429, Verdict.QUOTA, "per day"), ErrorRule(403, Verdict.DENIED, "1018"), ErrorRule(401, Verdict.DENIED)),
    budgets=(Budget(calls=110, per=timedelta(minutes=1)), Budget(calls=480, per=timedelta(days=1), patience=timedelta())),
    resources=(
        Resource(
            name="surveys",
            key=("id",),
            columns=(
                text("id"),
                text("title"),
                text("nickname"),
                text("language"),
                integer("question_count"),
                integer("response_count"),
                instant("created_at", "date_created"),
                instant("modified_at", "date_modified"),
            ),
            full=Listing(
                "/surveys",
                "data",
                _next,
                params={"per_page": "1000", "include": "date_created,date_modified,response_count,language,question_count"},
            ),
            cursor=Cursor("modified_at"),
            ignored=("href",),
        ),
        Resource(
            name="survey_details",
            key=("id",),
            columns=(text("id"), text("title"), nested("pages"), instant("modified_at", "date_modified")),
            full=Listing("/surveys/{parent.id}/details", ""),
            parent=Children("surveys", changed_only=True),
            ignored=(
                "nickname",
                "category",
                "language",
                "question_count",
                "page_count",
                "date_created",
                "href",
                "buttons_text",
                "custom_variables",
                "footer",
                "folder_id",
                "preview",
                "edit_url",
                "collect_url",
                "analyze_url",
                "summary_url",
                "response_count",
                "is_owner",
                "theme_id",
            ),
        ),
        Resource(
            name="responses",
            key=("id",),
            columns=(
                text("id"),
                text("survey_id"),
                text("collector_id"),
                text("recipient_id"),
                text("response_status"),
                text("collection_mode"),
                integer("total_time"),
                text("email", "custom_variables.email", personal=True),
                text("customer_number", "custom_variables.customer_number"),
                text("ticket_id", "custom_variables.ticket_id"),
                text("custom_value", personal=True),
                nested("pages", personal=True),
                instant("created_at", "date_created"),
                instant("modified_at", "date_modified"),
            ),
            full=Listing(
                "/surveys/{parent.id}/responses/bulk",
                "data",
                _next,
                params={"per_page": "100", "sort_by": "date_modified", "sort_order": "ASC"},
                in_order=True,
            ),
            changes=Listing(
                "/surveys/{parent.id}/responses/bulk",
                "data",
                _next,
                params={"per_page": "100", "sort_by": "date_modified", "sort_order": "ASC", "start_modified_at": "{since}"},
                in_order=True,
            ),
            keys=Listing("/surveys/{parent.id}/responses", "data", _next, params={"per_page": "100"}),
            keys_every=timedelta(days=7),
            cursor=Cursor("modified_at"),
            parent=Children("surveys", each_keeps_its_cursor=True),
            ignored=("href", "edit_url", "analyze_url", "ip_address", "logic_path", "metadata", "page_path"),
        ),
    ),
)
