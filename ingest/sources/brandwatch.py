"""Brandwatch Consumer Research: what is said about us and about the brands we compare with.

Lands: projects, queries (one per brand), mentions.
Cursor: `added` (when a post entered the query), never `date`: backfills bring old posts late. A second listing re-reads
the last week by `updated`, since sentiment and categories are corrected afterwards. Rows merge on resource and query.
Deletes: posts removed at their platform vanish without trace, so all are listed once a week to see which are left.
Personal: author, full name, text of the post.
Left out: charts and aggregates (computed here), author demographics, workflow fields.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.core.pagers import next_cursor
from ingest.core.readers.shaped import Shaped
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
    flag,
    instant,
    integer,
    nested,
    number,
    text,
)

_cursor = partial(next_cursor, "nextCursor", "cursor")


def _mentions(clock: str, since: str) -> Listing:
    """Mentions of one query ordered by one of the vendor's three clocks, from `since` to the run's start."""
    return Listing(
        "/projects/{parent.project_id}/data/mentions",
        "results",
        _cursor,
        params={
            "queryId": "{parent.id}",
            "startDate": since,
            "endDate": "{until}",
            "pageSize": "5000",
            "orderBy": clock,
            "orderDirection": "asc",
        },
        in_order=clock == "added",
    )


BRANDWATCH = Source(
    name="brandwatch",
    title="Brandwatch Consumer Research",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting("base_url", "address of the API", "https://api.brandwatch.com"),
        Setting("token", "Brandwatch: POST /oauth/token with your user (valid about a year)", secret=True),
        Setting("start_date", "first day to read mentions from", "2020-01-01T00:00:00.000+0000"),
    ),
    errors=(ErrorRule(401, Verdict.DENIED),),
    budgets=(Budget(calls=30, per=timedelta(minutes=10)),),
    resources=(
        Resource(
            name="projects",
            key=("id",),
            columns=(integer("id"), text("name"), text("description"), text("timezone")),
            full=Listing("/projects/summary", "results"),
            ignored=("billableClientId", "billableClientName", "billableClientIsPitch"),
        ),
        Resource(
            name="queries",
            key=("id",),
            columns=(
                integer("id"),
                integer("project_id", "$parent.id"),
                text("name"),
                text("type"),
                instant("created_at", "creationDate"),
                instant("modified_at", "lastModificationDate"),
            ),
            full=Listing("/projects/{parent.id}/queries/summary", "results"),
            parent=Children("projects"),
            ignored=(
                "lastModifiedUsername",
                "lockedQuery",
                "lockedByUsername",
                "createdByWizard",
                "languages",
                "contentSources",
                "languageAgnostic",
            ),
        ),
        Resource(
            name="mentions",
            key=("query_id", "resource_id"),
            columns=(
                text("resource_id", "resourceId"),
                integer("query_id", "queryId"),
                text("query_name", "queryName"),
                text("author", personal=True),
                text("full_name", "fullname", personal=True),
                text("title", personal=True),
                text("snippet", personal=True),
                text("url", personal=True),
                text("domain"),
                text("page_type", "pageTypeName"),
                text("language"),
                text("country_code", "countryCode"),
                text("sentiment"),
                integer("reach_estimate", "reachEstimate"),
                number("impact"),
                integer("impressions"),
                integer("likes", "likes"),
                integer("shares", "shares"),
                integer("comments", "comments"),
                text("reply_to", "replyTo"),
                text("repost_of", "retweetOf"),
                text("thread_id", "threadId"),
                flag("starred"),
                nested("categories"),
                nested("tags"),
                instant("posted_at", "date"),
                instant("added_at", "added"),
                instant("updated_at", "updated"),
            ),
            full=_mentions("added", "{start_date}"),
            changes=_mentions("added", "{since}"),
            also=(_mentions("updated", "{week_ago}"),),
            keys=Shaped(_mentions("added", "{start_date}"), lambda mention: {"id": mention.get("resourceId")}),
            keys_every=timedelta(days=7),
            cursor=Cursor("added_at", lag=timedelta(hours=1)),
            parent=Children("queries", each_keeps_its_cursor=True),
        ),
    ),
)
