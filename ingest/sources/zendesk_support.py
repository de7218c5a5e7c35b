"""Zendesk Support: who asked for help, how long it took, how they rated it.

Lands: users, tickets (with their metric set), satisfaction_ratings.
Cursor: the incremental export's stream position (`after_cursor`), which orders by the vendor's own generated timestamp:
`updated_at` misses system updates. Ratings: `start_time` on `updated_at`, with an hour read again.
Deletes: tickets stay in the export with status `deleted` and scrubbed text; users with `active` false.
Personal: names, e-mail, phone, subject, description, comments.
Left out: audits and comments (one call per ticket), custom field definitions, SLA policies.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.core.pagers import meta_cursor, stream
from ingest.core.spec import (
    Basic,
    Budget,
    Column,
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
    text,
)


def _export(name: str, columns: tuple[Column, ...], include: dict[str, str], ignored: tuple[str, ...]) -> Resource:
    """A cursor-based incremental export; the saved stream position replaces the start time from the second run on."""
    listing = Listing(
        f"/api/v2/incremental/{name}/cursor.json",
        name,
        stream,
        params={"start_time": "{start_time}", "cursor": "{position}", "per_page": "1000", **include},
        in_order=True,
    )
    return Resource(
        name=name,
        key=("id",),
        columns=(integer("id"), *columns, instant("created_at"), instant("updated_at")),
        full=listing,
        changes=listing,
        cursor=Cursor(token="after_cursor"),
        ignored=("url", *ignored),
    )


ZENDESK_SUPPORT = Source(
    name="zendesk_support",
    title="Zendesk Support",
    base_url="{base_url}",
    auth=Basic(user="{email}/token", password="token"),
    settings=(
        Setting("base_url", "https://<subdomain>.zendesk.com"),
        Setting("email", "the agent the API token belongs to"),
        Setting("token", "Zendesk: Admin Center > Apps and integrations > API tokens", secret=True),
        Setting("start_time", "first instant to export, unix seconds", "946684800"),
    ),
    errors=(ErrorRule(409, Verdict.RETRY), ErrorRule(401, Verdict.DENIED)),
    budgets=(
        Budget(calls=90, per=timedelta(minutes=1)),
        Budget(calls=10, per=timedelta(minutes=1), path="/incremental/"),  # the export's own limit, on any plan
    ),
    resources=(
        _export(
            "users",
            (
                text("name", personal=True),
                text("email", personal=True),
                text("phone", personal=True),
                text("role"),
                text("external_id"),
                integer("organization_id"),
                text("iana_time_zone"),
                flag("active"),
                flag("suspended"),
            ),
            {},
            ("photo", "user_fields", "shared", "shared_agent", "signature", "details", "notes"),
        ),
        _export(
            "tickets",
            (
                text("external_id"),
                text("channel", "via.channel"),
                text("type"),
                text("subject", personal=True),
                text("description", personal=True),
                text("priority"),
                text("status"),
                integer("requester_id"),
                integer("submitter_id"),
                integer("assignee_id"),
                integer("organization_id"),
                integer("group_id"),
                nested("tags"),
                nested("custom_fields"),
                text("satisfaction_score", "satisfaction_rating.score"),
                integer("generated_timestamp"),
                integer("metric_reopens", "metric_set.reopens"),
                integer("metric_replies", "metric_set.replies"),
                instant("metric_assigned_at", "metric_set.assigned_at"),
                instant("metric_solved_at", "metric_set.solved_at"),
                integer("metric_first_reply_minutes", "metric_set.reply_time_in_minutes.calendar"),
                integer("metric_first_resolution_minutes", "metric_set.first_resolution_time_in_minutes.calendar"),
                integer("metric_full_resolution_minutes", "metric_set.full_resolution_time_in_minutes.calendar"),
            ),
            {"include": "metric_sets"},
            (
                "fields",
                "raw_subject",
                "metric_set",
                "via",
                "collaborator_ids",
                "follower_ids",
                "email_cc_ids",
                "satisfaction_rating",
            ),
        ),
        Resource(
            name="satisfaction_ratings",
            key=("id",),
            columns=(
                integer("id"),
                integer("ticket_id"),
                integer("requester_id"),
                integer("assignee_id"),
                integer("group_id"),
                text("score"),
                text("comment", personal=True),
                text("reason"),
                instant("created_at"),
                instant("updated_at"),
            ),
            full=Listing(
                "/api/v2/satisfaction_ratings.json",
                "satisfaction_ratings",
                meta_cursor,
                params={"page[size]": "100", "start_time": "{start_time}"},
            ),
            changes=Listing(
                "/api/v2/satisfaction_ratings.json",
                "satisfaction_ratings",
                meta_cursor,
                params={"page[size]": "100", "start_time": "{since_unix}"},
            ),
            cursor=Cursor("updated_at", lag=timedelta(hours=1)),
            ignored=("url", "reason_id", "reason_code"),
        ),
    ),
)
