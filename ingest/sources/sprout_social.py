"""Sprout Social: what people write to us on the networks we are on, and how our own posts and profiles do there.

Lands: clients, profiles, messages (received and sent), post_metrics (lifetime values per own post), profile_metrics (per day).
Cursor: none of the vendor's. Everything is filtered by when it was created or by the day it tells of, and keeps moving
afterwards: sentiment is corrected, replies are counted, posts gather views. So each run reads the last two weeks of messages,
thirty days of posts and seven of profile days again, per profile, so that a profile connected later starts at its beginning.
Deletes: messages removed at their network vanish without trace, so all are listed once a month to see which are left.
Personal: author's name and handle, text and address of a message.
Left out: cases, publishing, listening topics, tag names, names of the colleagues who answered, paid figures.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest.core.pagers import behind_last_id, counted_pages, next_cursor
from ingest.core.readers.shaped import Shaped
from ingest.core.readers.spans import Spans
from ingest.core.spec import (
    Budget,
    Children,
    Column,
    Cursor,
    Listing,
    OwnAuth,
    Resource,
    Setting,
    Source,
    day,
    instant,
    integer,
    nested,
    text,
)

if TYPE_CHECKING:
    from requests import Response

    from ingest.core.hidden_status import HiddenStatus

_SECONDS, _DAYS = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"
_OF_PROFILE = "customer_profile_id.eq({parent.id})"
_PROFILES = Children("profiles", each_keeps_its_cursor=True)
_by_cursor = partial(next_cursor, "paging.next_cursor", body_path="page_cursor")


def _auth(settings: Mapping[str, str]) -> HiddenStatus:
    """202 says that the figures are not ready and the call is to be repeated."""
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

    from ingest.core.hidden_status import HiddenStatus

    return HiddenStatus(BearerTokenAuth(token=settings["token"]), _status)


def _status(response: Response) -> int:
    return 503 if response.status_code == 202 else response.status_code


def _in_first_group(profile: dict[str, Any]) -> dict[str, Any]:
    """Messages are asked for by profile and group; a profile's groups all show the same ones."""
    groups = profile.get("groups")
    return {**profile, "group_id": groups[0] if isinstance(groups, list) and groups else None}


def _undotted(record: dict[str, Any]) -> dict[str, Any]:
    """Names of metrics and dimensions hold dots, which stand for levels everywhere else."""
    parts = {part: record[part] for part in ("metrics", "dimensions") if isinstance(record.get(part), dict)}
    return {**record, **{part: {name.replace(".", "_"): value for name, value in told.items()} for part, told in parts.items()}}


def _longest(profile: Mapping[str, Any]) -> timedelta:
    """A year of profile days at once; thirty days of a Google business profile. Both ends count."""
    return timedelta(days=29 if "google" in str(profile["network"]) else 364)


def _metrics(prefix: str, names: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[Column, ...]]:
    """What to ask for, and the columns it lands in."""
    asked = tuple(f"{prefix}{name}" for name in names.values())
    return asked, tuple(integer(column, f"metrics.{name.replace('.', '_')}") for column, name in zip(names, asked, strict=True))


_POST_METRICS, _POST_COLUMNS = _metrics(
    "lifetime.",
    {
        "impressions": "impressions",
        "engagements": "engagements",
        "reactions": "reactions",
        "comments": "comments_count",
        "shares": "shares_count",
        "link_clicks": "post_link_clicks",
        "video_views": "video_views",
    },
)
_DAY_METRICS, _DAY_COLUMNS = _metrics(
    "",
    {
        "impressions": "impressions",
        "engagements": "engagements",
        "reactions": "reactions",
        "followers": "lifetime_snapshot.followers_count",
        "net_follower_growth": "net_follower_growth",
        "posts_sent": "posts_sent_count",
    },
)
_MESSAGE_FIELDS = (
    *("guid", "created_time", "network", "post_category", "post_type", "text", "perma_link", "profile_guid", "from"),
    *("language_code", "sentiment", "activity_metadata", "internal.tags.id", "internal.sent_by.id"),
)


def _messages(fields: tuple[str, ...]) -> Spans:
    """Messages of one profile by the time they were written, with these fields."""
    listing = Listing(
        "/{parent.customer_id}/messages",
        "data",
        _by_cursor,
        method="POST",
        json={
            "filters": ["group_id.eq({parent.group_id})", _OF_PROFILE, "created_time.in({from}..{to})"],
            "fields": fields,
            "sort": ["created_time:asc"],
            "timezone": "UTC",
            "limit": 100,
        },
    )
    return Spans(listing, _SECONDS)


_POSTS = Shaped(
    Spans(
        Listing(
            "/{parent.customer_id}/analytics/posts",
            "data",
            behind_last_id,
            method="POST",
            json={
                "filters": [_OF_PROFILE, "created_time.in({from}..{to})"],
                "fields": ("guid", "created_time", "network", "post_type", "text", "perma_link", "internal.tags.id"),
                "metrics": _POST_METRICS,
                "sort": ["guid:asc"],
                "timezone": "UTC",
            },
        ),
        _SECONDS,
    ),
    _undotted,
)
_PROFILE_DAYS = Shaped(
    Spans(
        Listing(
            "/{parent.customer_id}/analytics/profiles",
            "data",
            counted_pages,
            method="POST",
            json={"filters": [_OF_PROFILE, "reporting_period.in({from}...{to})"], "metrics": _DAY_METRICS},
        ),
        _DAYS,
        _longest,
    ),
    _undotted,
)

SPROUT_SOCIAL = Source(
    name="sprout_social",
    title="Sprout Social",
    base_url="{base_url}",
    auth=OwnAuth(_auth),
    settings=(
        Setting("base_url", "address of the API", "https://api.sproutsocial.com/v1"),
        Setting("token", "Sprout Social: Settings > Global features > API > API token management", secret=True),
        Setting("start_date", "first day to read from", "2020-01-01"),
    ),
    budgets=(Budget(calls=58, per=timedelta(minutes=1)),),
    resources=(
        Resource(
            name="clients",
            key=("id",),
            columns=(integer("id", "customer_id"), text("name")),
            full=Listing("/metadata/client", "data"),
        ),
        Resource(
            name="profiles",
            key=("id",),
            columns=(
                integer("id", "customer_profile_id"),
                integer("customer_id", "$parent.id"),
                integer("group_id"),
                text("network", "network_type"),
                text("name"),
                text("native_name"),
                text("native_id"),
                text("link"),
                nested("groups"),
            ),
            full=Shaped(Listing("/{parent.id}/metadata/customer", "data"), _in_first_group),
            parent=Children("clients"),
        ),
        Resource(
            name="messages",
            key=("guid",),
            columns=(
                text("guid"),
                integer("profile_id", "$parent.id"),
                integer("group_id", "$parent.group_id"),
                text("network"),
                text("post_category"),
                text("post_type"),
                text("text", personal=True),
                text("perma_link", personal=True),
                text("profile_guid"),
                text("from_guid", "from.guid", personal=True),
                text("from_name", "from.name", personal=True),
                text("from_screen_name", "from.screen_name", personal=True),
                text("language", "language_code"),
                text("sentiment"),
                integer("sent_by_id", "internal.sent_by.id"),
                nested("tags", "internal.tags"),
                nested("activity", "activity_metadata"),
                instant("created_at", "created_time"),
            ),
            full=_messages(_MESSAGE_FIELDS),
            changes=_messages(_MESSAGE_FIELDS),
            keys=Shaped(_messages(("guid",)), lambda message: {"id": message.get("guid")}),
            keys_every=timedelta(days=30),
            cursor=Cursor("created_at", lag=timedelta(days=14)),
            parent=_PROFILES,
            ignored=("from", "internal"),
        ),
        Resource(
            name="post_metrics",
            key=("guid",),
            columns=(
                text("guid"),
                integer("profile_id", "$parent.id"),
                text("network"),
                text("post_type"),
                text("text"),
                text("perma_link"),
                nested("tags", "internal.tags"),
                *_POST_COLUMNS,
                instant("created_at", "created_time"),
            ),
            full=_POSTS,
            changes=_POSTS,
            cursor=Cursor("created_at", lag=timedelta(days=30)),
            parent=_PROFILES,
            ignored=("internal",),
        ),
        Resource(
            name="profile_metrics",
            key=("profile_id", "reported_on"),
            columns=(
                integer("profile_id", "dimensions.customer_profile_id"),
                text("network", "$parent.network"),
                day("reported_on", "dimensions.reporting_period_by(day)"),
                *_DAY_COLUMNS,
                instant("reported_at", "dimensions.reporting_period_by(day)"),  # the day's midnight, for the cursor
            ),
            full=_PROFILE_DAYS,
            changes=_PROFILE_DAYS,
            cursor=Cursor("reported_at", lag=timedelta(days=7)),
            parent=_PROFILES,
        ),
    ),
)
