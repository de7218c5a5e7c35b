"""Intercom's records as they stand in its answers: the SQL of each field, and a conversation joined with its parts."""

from __future__ import annotations

import numpy as np

from ingest.sandbox.servers.world import Table, View, World, struct

_NOTHING = "'[]'::JSON"


def _sublist(url: str) -> str:
    """An empty list inside a contact, with the address of the whole."""
    return f"{{'type': 'list', 'data': {_NOTHING}, 'url': '/contacts/' || id || '/{url}', 'total_count': 0, 'has_more': false}}"


def _times(*names: str) -> dict[str, str]:
    return {name: f"unix({name})" for name in names}


ADMIN = {
    "type": "'admin'",
    **{name: name for name in ("id", "name", "email", "job_title", "away_mode_enabled", "has_inbox_seat")},
    "away_mode_reassign": "false",
    "team_ids": "team_ids::JSON",
}
TEAM = {"type": "'team'", "id": "id", "name": "name", "admin_ids": "admin_ids::JSON"}
COMPANY = {
    "type": "'company'",
    "app_id": "'aurora-home'",
    **{name: name for name in ("id", "company_id", "name", "website", "industry", "size", "monthly_spend", "user_count")},
    "session_count": "0",
    "remote_created_at": "unix(created_at)",
    **_times("created_at", "updated_at"),
    "plan": "{'type': 'plan', 'id': '1', 'name': plan}",
    "tags": f"{{'type': 'tag.list', 'tags': {_NOTHING}}}",
    "segments": f"{{'type': 'segment.list', 'segments': {_NOTHING}}}",
    "custom_attributes": "custom_attributes::JSON",
}
CONTACT = {
    "type": "'contact'",
    "workspace_id": "'aurora-home'",
    **{name: name for name in ("id", "external_id", "role", "email", "phone", "name", "owner_id")},
    **{name: name for name in ("unsubscribed_from_emails", "has_hard_bounced", "marked_email_as_spam")},
    **{name: name for name in ("utm_source", "utm_medium", "utm_campaign")},
    "avatar": "NULL",
    "social_profiles": f"{{'type': 'list', 'data': {_NOTHING}}}",
    **_times("created_at", "updated_at", "signed_up_at", "last_seen_at", "last_replied_at"),
    "location": "{'type': 'location', 'country': country, 'region': NULL, 'city': city, 'country_code': country_code}",
    "companies": "{'type': 'list', 'data': companies::JSON, 'url': '/contacts/' || id || '/companies', 'total_count': company_count, 'has_more': false}",
    "tags": _sublist("tags"),
    "notes": _sublist("notes"),
    "custom_attributes": "custom_attributes::JSON",
}
_STATISTICS = {
    "type": "'conversation_statistics'",
    **_times("first_admin_reply_at", "first_close_at", "last_close_at"),
    "last_closed_by_id": "last_closed_by_id",
    "time_to_admin_reply": "unix(first_admin_reply_at) - unix(created_at)",
    "time_to_first_close": "unix(first_close_at) - unix(created_at)",
    "count_reopens": "reopens",
    "count_assignments": "(admin_assignee_id IS NOT NULL)::INT",
    "count_conversation_parts": "part_count",
}
_RATING = {
    "rating": "rating",
    "remark": "coalesce(rating_remark, '')",
    "created_at": "unix(rated_at)",
    "updated_at": "unix(rating_updated_at)",
    "contact": "{'type': 'contact', 'id': contacts->>'$.contacts[0].id'}",
    "teammate": "CASE WHEN admin_assignee_id IS NOT NULL THEN {'type': 'admin', 'id': admin_assignee_id} END",
}


def _plain(body: str) -> str:
    return f"regexp_replace({body}, '<[^>]+>', '', 'g')"


def conversation(*, plain: bool = False) -> dict[str, str]:
    """The fields of a conversation; `plain` shows bodies without markup."""
    source = {
        "type": "source_type",
        "id": "id",
        "delivered_as": "delivered_as",
        "subject": "subject",
        "body": _plain("body") if plain else "body",
        "author": "{'type': author_type, 'id': author_id, 'name': NULL, 'email': NULL}",
        "attachments": _NOTHING,
        "url": "NULL",
        "redacted": "false",
    }
    return {
        "type": "'conversation'",
        **{name: name for name in ("id", "title", "state", "open", "priority", "admin_assignee_id", "team_assignee_id")},
        "read": "true",
        **_times("created_at", "updated_at", "waiting_since", "snoozed_until"),
        "source": struct(source),
        "contacts": "contacts::JSON",
        "tags": f"{{'type': 'tag.list', 'tags': {_NOTHING}}}",
        "statistics": struct(_STATISTICS),
        "conversation_rating": f"CASE WHEN rating IS NOT NULL THEN {struct(_RATING)} END",
        "ai_agent_participated": "ai_agent_participated",
        "ai_agent": "CASE WHEN ai_agent_participated THEN {'resolution_state': ai_resolution_state} END",
        "custom_attributes": "custom_attributes::JSON",
        "ticket": "NULL",
        "topics": "'{}'::JSON",
        "linked_objects": f"{{'type': 'list', 'data': {_NOTHING}, 'total_count': 0, 'has_more': false}}",
    }


def _part(*, plain: bool) -> dict[str, str]:
    return {
        "type": "'conversation_part'",
        **{name: name for name in ("id", "part_type", "state", "redacted")},
        "body": _plain("body") if plain else "body",
        **_times("created_at", "updated_at", "notified_at"),
        "assigned_to": "assigned_to::JSON",
        "author": "{'type': author_type, 'id': author_id, 'name': NULL, 'email': NULL}",
        "attachments": _NOTHING,
        "external_id": "NULL",
        "event_details": "event_details::JSON",
    }


class Conversations:
    """Single conversations with their parts."""

    def __init__(self, world: World, *, plain: bool) -> None:
        self._talks = world.view(world.current(Table("intercom__conversations")), struct(conversation(plain=plain)), order="id")
        self._parts = world.view(
            world.current(Table("intercom__conversation_parts", ("conversation_id", "id"))),
            struct(_part(plain=plain)),
            order="conversation_id, created_at, id",
            columns=("conversation_id",),
        )

    def one(self, record: str, cap: int) -> bytes | None:
        """A conversation with the newest `cap` of its parts; None when there is none of that id."""
        at = int(np.searchsorted(self._talks.array("id"), record))
        if at >= len(self._talks) or self._talks.array("id")[at] != record:
            return None
        first, stop = _span(self._parts, record)
        head = self._talks.json(at, at + 1)[:-1]
        parts = self._parts.json(max(first, stop - cap), stop)
        tail = b'],"total_count":' + str(stop - first).encode() + b"}}"
        return head + b',"conversation_parts":{"type":"conversation_part.list","conversation_parts":[' + parts + tail


def _span(parts: View, record: str) -> tuple[int, int]:
    owners = parts.array("conversation_id")
    return int(np.searchsorted(owners, record, "left")), int(np.searchsorted(owners, record, "right"))
