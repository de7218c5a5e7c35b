"""Intercom: who wrote in the messenger, what was said, who answered, how the conversation was rated.

Lands: admins, teams, companies, contacts, conversations (with rating and statistics), conversation_parts.
Cursor: `updated_at` of the searches. Conversations compare by the second, with an hour read again since the index is
filled minutes late; contacts compare by whole days and leave out the day named, so two days are read again. Parts are
read for conversations that changed. Companies have no filter: one scroll reads all, and only one may be open.
Deletes: invisible. The search leaves out merged, archived and deleted contacts and deleted conversations: a light listing
of ids on each run shows what is gone. A merge names its target nowhere; the records meet by e-mail, phone or external id.
Personal: names, e-mail, phone, city, subject, title, body, remarks.
Left out: tags, segments, notes and events of contacts, companies of a contact beyond the ten it names, attachments; of a
conversation, parts beyond the newest 500 that were never read before; companies without users, which no scroll shows.
Ratings (1 to 5, about one conversation) count as CSAT answers, top box 4, survey `conversation_rating`.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ingest.core.pagers import next_page
from ingest.core.readers.detail import Detail
from ingest.core.readers.scroll import Scroll
from ingest.core.spec import (
    Bearer,
    Budget,
    Children,
    Column,
    Cursor,
    ErrorRule,
    Listing,
    Resource,
    Setting,
    Source,
    Verdict,
    epoch,
    flag,
    integer,
    nested,
    text,
)


def _search(name: str, records: str, since: str) -> Listing:
    """Records changed after `since`, oldest change first, so that what moves while paging moves to the end."""
    body: dict[str, Any] = {
        "query": {"operator": "AND", "value": [{"field": "updated_at", "operator": ">", "value": since}]},
        "sort": {"field": "updated_at", "order": "ascending"},
        "pagination": {"per_page": 150},
    }
    return Listing(f"/{name}/search", records, next_page, method="POST", json=body, in_order=True)


def _searched(name: str, records: str, lag: timedelta, columns: tuple[Column, ...], ignored: tuple[str, ...]) -> Resource:
    """A resource found by search, whose deletes only the listing of ids shows."""
    return Resource(
        name=name,
        key=("id",),
        columns=(text("id"), *columns, epoch("created_at"), epoch("updated_at")),
        full=_search(name, records, "0"),
        changes=_search(name, records, "{since_unix}"),
        keys=Listing(f"/{name}", records, next_page, params={"per_page": "150"}),
        cursor=Cursor("updated_at", lag=lag),
        ignored=("type", "tags", *ignored),
    )


_CONTACT = (
    text("external_id"),
    text("role"),
    text("name", personal=True),
    text("email", personal=True),
    text("phone", personal=True),
    text("city", "location.city", personal=True),
    text("country", "location.country"),
    text("country_code", "location.country_code"),
    integer("owner_id"),
    flag("unsubscribed_from_emails"),
    flag("has_hard_bounced"),
    flag("marked_email_as_spam"),
    text("utm_source"),
    text("utm_medium"),
    text("utm_campaign"),
    nested("companies", "companies.data"),
    integer("company_count", "companies.total_count"),
    nested("custom_attributes"),
    epoch("signed_up_at"),
    epoch("last_seen_at"),
    epoch("last_replied_at"),
)
_DEVICES = tuple(
    f"{system}_{fact}"
    for system in ("android", "ios")
    for fact in ("app_name", "app_version", "device", "os_version", "sdk_version", "last_seen_at")
)
_CONVERSATION = (
    text("state"),
    flag("open"),
    text("priority"),
    text("title", personal=True),
    text("source_type", "source.type"),
    text("delivered_as", "source.delivered_as"),
    text("subject", "source.subject", personal=True),
    text("body", "source.body", personal=True),
    text("author_type", "source.author.type"),
    text("author_id", "source.author.id"),
    nested("contacts"),
    integer("admin_assignee_id"),
    integer("team_assignee_id"),
    integer("rating", "conversation_rating.rating"),
    text("rating_remark", "conversation_rating.remark", personal=True),
    epoch("rated_at", "conversation_rating.created_at"),
    epoch("rating_updated_at", "conversation_rating.updated_at"),
    epoch("first_admin_reply_at", "statistics.first_admin_reply_at"),
    epoch("first_close_at", "statistics.first_close_at"),
    epoch("last_close_at", "statistics.last_close_at"),
    text("last_closed_by_id", "statistics.last_closed_by_id"),
    integer("reopens", "statistics.count_reopens"),
    integer("part_count", "statistics.count_conversation_parts"),
    flag("ai_agent_participated"),
    text("ai_resolution_state", "ai_agent.resolution_state"),
    nested("custom_attributes"),
    epoch("waiting_since"),
    epoch("snoozed_until"),
)
_PART = (
    text("id"),
    text("conversation_id", "$parent.id"),
    text("part_type"),
    text("body", personal=True),
    text("author_type", "author.type"),
    text("author_id", "author.id"),
    text("state"),
    flag("redacted"),
    nested("assigned_to", personal=True),
    nested("event_details"),
    epoch("notified_at"),
    epoch("created_at"),
    epoch("updated_at"),
)
_COMPANY = (
    text("id"),
    text("company_id"),
    text("name"),
    text("website"),
    text("industry"),
    integer("size"),
    integer("monthly_spend"),
    integer("user_count"),
    text("plan", "plan.name"),
    nested("custom_attributes"),
    epoch("created_at"),
    epoch("updated_at"),
)

INTERCOM = Source(
    name="intercom",
    title="Intercom",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting(
            "base_url", "address of the API; https://api.eu.intercom.io or https://api.au.intercom.io", "https://api.intercom.io"
        ),
        Setting("token", "Intercom: Settings > Developers > your app > Authentication", secret=True),
    ),
    headers={"Intercom-Version": "2.14", "Accept": "application/json"},
    # A 404 as a bare page of the proxy is no answer of the vendor's.
    errors=(ErrorRule(404, Verdict.RETRY, "nginx"),),
    budgets=(Budget(calls=1600, per=timedelta(seconds=10)),),
    resources=(
        Resource(
            name="admins",
            key=("id",),
            columns=(
                text("id"),
                text("name", personal=True),
                text("email", personal=True),
                text("job_title"),
                flag("away_mode_enabled"),
                flag("has_inbox_seat"),
                nested("team_ids"),
            ),
            full=Listing("/admins", "admins"),
            ignored=("type", "away_mode_reassign", "away_status_reason_id", "avatar"),
        ),
        Resource(
            name="teams",
            key=("id",),
            columns=(text("id"), text("name"), nested("admin_ids")),
            full=Listing("/teams", "teams"),
            ignored=("type", "admin_priority_level", "assignment_limit", "distribution_method"),
        ),
        Resource(
            name="companies",
            key=("id",),
            columns=_COMPANY,
            full=Scroll("/companies/scroll", "data", "scroll_param", busy=("scroll_exists",), lost=("not_found", "answered 500")),
            ignored=("type", "app_id", "tags", "segments", "plan", "session_count", "last_request_at", "remote_created_at"),
        ),
        _searched(
            "contacts",
            "data",
            timedelta(days=2),
            _CONTACT,
            (
                *("workspace_id", "avatar", "social_profiles", "notes", "location", "companies"),
                *("opted_out_subscription_types", "opted_in_subscription_types", "enabled_push_messaging"),
                *("os", "browser", "browser_version", "browser_language", "language_override"),
                *_DEVICES,
            ),
        ),
        _searched(
            "conversations",
            "conversations",
            timedelta(hours=1),
            _CONVERSATION,
            (
                "source",
                "contacts",
                "conversation_rating",
                "statistics",
                "teammates",
                "linked_objects",
                "sla_applied",
                "topics",
                "read",
            ),
        ),
        Resource(
            name="conversation_parts",
            key=("conversation_id", "id"),
            columns=_PART,
            full=Detail(
                "/conversations/{parent.id}", "conversation_parts.conversation_parts", params={"display_as": "plaintext"}
            ),
            parent=Children("conversations", changed_only=True),
            ignored=("type", "author", "attachments", "tags", "external_id", "email_message_metadata", "app_package_code"),
        ),
    ),
)
