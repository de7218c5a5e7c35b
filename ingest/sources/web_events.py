"""Web events: what visitors do on our sites, as Snowplow's enriched events and Google Analytics 4's BigQuery export write it.

Lands: snowplow_events (enriched TSV of 131 fields without a header, or JSON lines by the same names) from folder `snowplow`;
ga4_events (JSON lines of the tables events_YYYYMMDD and events_intraday_YYYYMMDD) from folder `ga4`.
Cursor: the files read so far with size and time of change, so that a daily table which Google restates (for 72 hours) is read
again. Late events come in later files; sessions are counted by when an event happened, never by when it arrived.
Key: Snowplow's event id with the collector's time, since a tracker that sends twice repeats the id (staging keeps the first).
GA4 has no id: visitor, time, name and the event's place in its batch tell events apart.
Deletes: none told. A restated table replaces its older self and a daily table the intraday one: each row carries its file and
the file's time, and staging compares them.
Personal: visitor and user ids, addresses of pages (they may hold anything), searches among them.
Left out: IP address, location below the country, screen sizes, click ids, user properties, Snowplow's other ninety-odd fields.
Length: its columns, declared one by one.
"""

from __future__ import annotations

from ingest.core.readers.files import FOLDER, STORE, Files
from ingest.core.readers.formats import Csv, JsonLines
from ingest.core.readers.snowplow import ENRICHED_FIELDS
from ingest.core.spec import CLOCK_URL, Column, Cursor, NoAuth, Resource, Source, flag, instant, integer, nested, number, text

_ORIGIN: tuple[Column, ...] = (text("file_name", "_file"), instant("file_modified_at", "_file_modified_at"))
_ENRICHED: tuple[Column, ...] = (
    text("event_id"),
    text("event_fingerprint"),
    text("app_id"),
    text("platform"),
    text("event"),
    text("event_name"),
    instant("collector_tstamp"),
    instant("dvce_created_tstamp"),
    instant("dvce_sent_tstamp"),
    instant("derived_tstamp"),
    text("user_id", personal=True),
    text("domain_userid", personal=True),
    integer("domain_sessionidx"),
    text("page_url", personal=True),
    text("page_referrer", personal=True),
    text("refr_medium"),
    text("mkt_medium"),
    text("mkt_source"),
    text("mkt_campaign"),
    text("se_category"),
    text("se_action"),
    text("se_label"),
    text("tr_orderid"),
    number("tr_total"),
    text("unstruct_event"),
    text("contexts", personal=True),
    text("useragent"),
    text("dvce_type"),
    flag("dvce_ismobile"),
    text("geo_country"),
    *_ORIGIN,
)
_SNOWPLOW = Files("snowplow/*", (Csv(delimiter="\t", quote=None, names=ENRICHED_FIELDS, ends_with_newline=True), JsonLines()))
_GA4 = Files(
    "ga4/events_*",
    (
        JsonLines(
            pairs={"event_params": "params"},
            # a visitor who refuses cookies has no id, and exports from before 2024 number no batches
            defaults={"user_pseudo_id": "", "batch_page_id": 0, "batch_ordering_id": 0, "batch_event_index": 0},
        ),
    ),
)

WEB_EVENTS = Source(
    name="web_events",
    title="Web events",
    base_url="",
    auth=NoAuth(),
    settings=(FOLDER, *STORE, CLOCK_URL),
    resources=(
        Resource(
            name="snowplow_events",
            key=("event_id", "collector_tstamp"),
            columns=_ENRICHED,
            full=_SNOWPLOW,
            changes=_SNOWPLOW,
            cursor=Cursor(token="files read"),
            ignored=tuple(name for name in ENRICHED_FIELDS if name not in {column.path for column in _ENRICHED}),
        ),
        Resource(
            name="ga4_events",
            key=("user_pseudo_id", "event_timestamp", "event_name", "batch_page_id", "batch_ordering_id", "batch_event_index"),
            columns=(
                text("user_pseudo_id", personal=True),
                integer("event_timestamp"),
                text("event_name"),
                integer("batch_page_id"),
                integer("batch_ordering_id"),
                integer("batch_event_index"),
                text("event_date"),
                text("user_id", personal=True),
                text("email_sha256", "params.email_sha256", personal=True),
                integer("ga_session_id", "params.ga_session_id"),
                text("page_location", "params.page_location", personal=True),
                text("page_referrer", "params.page_referrer", personal=True),
                nested("event_params", personal=True),
                text("source", "collected_traffic_source.manual_source"),
                text("medium", "collected_traffic_source.manual_medium"),
                text("campaign", "collected_traffic_source.manual_campaign_name"),
                text("device_category", "device.category"),
                text("browser", "device.web_info.browser"),
                text("country", "geo.country"),
                text("transaction_id", "ecommerce.transaction_id"),
                number("purchase_revenue", "ecommerce.purchase_revenue"),
                text("platform"),
                text("stream_id"),
                *_ORIGIN,
            ),
            full=_GA4,
            changes=_GA4,
            cursor=Cursor(token="files read"),
            ignored=(
                "params",
                "device",
                "geo",
                "ecommerce",
                "items",
                "user_properties",
                "privacy_info",
                "user_ltv",
                "app_info",
                "publisher",
                "event_dimensions",
                "event_previous_timestamp",
                "event_value_in_usd",
                "event_bundle_sequence_id",
                "is_active_user",
                "event_server_timestamp_offset",
                "user_first_touch_timestamp",
                "traffic_source",
                "session_traffic_source_last_click",
                "collected_traffic_source.gclid",
            ),
        ),
    ),
)
