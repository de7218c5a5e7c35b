"""Zendesk Chat: live chats, missed chats and offline messages, with transcript, visitor and rating.

Lands: agents, departments, chats (both types, `chat` and `offline_msg`, which fill different columns).
Cursor: `update_timestamp`, which orders the incremental export; its start is inclusive, chats of one second are kept apart
by id. Ten minutes are read again. A chat comes again with every later change: rating, tags, the ticket made of it.
Deletes: the flag `deleted`; the export keeps showing the chat.
Personal: the visitor's name, e-mail, phone and notes, messages, transcript, comment, address and place of the session.
Left out: bans, triggers, shortcuts, goals, the agents' timeline; the page path and search terms of the visitor.
A chat that became a ticket (`zendesk_ticket_id`) counts as a case in Zendesk Support, and its rating there too; missed
chats, offline messages and chats of a sales department are no cases. Ratings are good or bad.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ingest.core.pagers import export_position, since_id
from ingest.core.spec import (
    Bearer,
    Budget,
    Cursor,
    Listing,
    Resource,
    Setting,
    Source,
    flag,
    instant,
    integer,
    nested,
    number,
    text,
)

_PAGE = 1000


def _export(start: str) -> Listing:
    """Chats from `start` on; without `fields` the vendor gives ids alone."""
    return Listing(
        "/incremental/chats",
        "chats",
        partial(export_position, _PAGE),
        params={"start_time": start, "fields": "chats(*)", "limit": str(_PAGE)},
        in_order=True,
    )


ZENDESK_CHAT = Source(
    name="zendesk_chat",
    title="Zendesk Chat",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(
        Setting("base_url", "https://<subdomain>.zendesk.com/api/v2/chat, or https://www.zopim.com/api/v2 for a classic account"),
        Setting("token", "Zendesk Chat: Account > API > OAuth client, scope read chat", secret=True),
        Setting("start_time", "first instant to export, unix seconds", "946684800"),
    ),
    budgets=(Budget(calls=190, per=timedelta(minutes=1)),),
    resources=(
        Resource(
            name="agents",
            key=("id",),
            columns=(
                text("id"),
                text("display_name", personal=True),
                text("first_name", personal=True),
                text("last_name", personal=True),
                text("email", personal=True),
                flag("enabled"),
                integer("role_id"),
                nested("departments"),
                instant("created_at", "create_date"),
                instant("last_login_at", "last_login"),
            ),
            full=Listing("/agents", "", since_id, params={"limit": "100"}),
            ignored=("roles", "login_count", "skills", "scope"),
        ),
        Resource(
            name="departments",
            key=("id",),
            columns=(text("id"), text("name"), text("description"), flag("enabled"), nested("members")),
            full=Listing("/departments", ""),
            ignored=("settings",),
        ),
        Resource(
            name="chats",
            key=("id",),
            columns=(
                text("id"),
                text("type"),
                text("started_by"),
                flag("missed"),
                flag("unread"),
                flag("triggered"),
                flag("deleted"),
                text("department_id"),
                text("department_name"),
                nested("agent_ids"),
                text("visitor_id", "visitor.id"),
                text("visitor_name", "visitor.name", personal=True),
                text("visitor_email", "visitor.email", personal=True),
                text("visitor_phone", "visitor.phone", personal=True),
                text("visitor_notes", "visitor.notes", personal=True),
                text("country_code", "session.country_code"),
                text("city", "session.city", personal=True),
                text("message", personal=True),
                nested("history", personal=True),
                integer("visitor_messages", "count.visitor"),
                integer("agent_messages", "count.agent"),
                number("first_response_seconds", "response_time.first"),
                number("mean_response_seconds", "response_time.avg"),
                number("duration_seconds", "duration"),
                text("rating"),
                text("comment", personal=True),
                nested("tags"),
                integer("zendesk_ticket_id"),
                instant("started_at", "timestamp"),
                instant("ended_at", "end_timestamp"),
                instant("updated_at", "update_timestamp"),
            ),
            full=_export("{start_time}"),
            changes=_export("{since_unix}"),
            cursor=Cursor("updated_at", lag=timedelta(minutes=10)),
            ignored=(
                "visitor",
                "session",
                "count",
                "response_time",
                "agent_names",
                "webpath",
                "conversions",
                "referrer_search_engine",
                "referrer_search_terms",
                "triggered_response",
            ),
        ),
    ),
)
