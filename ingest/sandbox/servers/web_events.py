"""The bucket of web events: Snowplow's enriched runs (tab-separated, some as JSON lines) and GA4's exported tables."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

from ingest.core.readers.snowplow import ENRICHED_FIELDS
from ingest.core.spec import Kind
from ingest.sandbox.servers.drops import files_of, keep_in_step
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.world import Table, struct
from ingest.sources.web_events import WEB_EVENTS

SNOWPLOW = Table("web_events__snowplow_events", ("event_id", "collector_tstamp", "file_name"))
GA4 = Table("web_events__ga4_events", (*WEB_EVENTS.resource("ga4_events").key, "file_name"))

_TIME = "strftime(utc({0}), '%Y-%m-%d %H:%M:%S.%g')"
_KINDS = {column.name: column.kind for column in WEB_EVENTS.resource("snowplow_events").columns}
_GA4 = struct({
    "event_date": "event_date", "event_timestamp": "event_timestamp::varchar", "event_name": "event_name", "event_params": "event_params::json",
    "user_id": "user_id", "user_pseudo_id": "nullif(user_pseudo_id, '')",
    "device": struct({"category": "device_category", "language": "'de-de'", "web_info": struct({"browser": "browser"})}),
    "geo": struct({"continent": "'Europe'", "country": "country"}),
    "collected_traffic_source": struct({"manual_source": "source", "manual_medium": "medium", "manual_campaign_name": "campaign"}),
    "stream_id": "stream_id", "platform": "platform", "items": "[]::json", "batch_page_id": "batch_page_id::varchar",
    "batch_ordering_id": "batch_ordering_id::varchar", "batch_event_index": "batch_event_index::varchar",
})  # fmt: skip


def _field(name: str) -> str:
    """SQL for one of the 131 fields; those nobody planted are empty."""
    if name not in _KINDS:
        return "''"
    if _KINDS[name] is Kind.INSTANT:
        return f"coalesce({_TIME.format(name)}, '')"
    if _KINDS[name] is Kind.FLAG:
        return f"({name}::int)::varchar"
    return f"coalesce({name}::varchar, '')"


_ENRICHED = "concat_ws(chr(9), " + ", ".join(map(_field, ENRICHED_FIELDS)) + ")"
_ENRICHED_JSON = struct(
    {
        name: _TIME.format(name).replace(" %H", "T%H").replace("%g", "%gZ") if kind is Kind.INSTANT else name
        for name, kind in _KINDS.items()
        if name in ENRICHED_FIELDS
    }
)


class WebEvents(Feed):
    """Writes the runs and tables that were exported by the clock."""

    name = "web_events"

    def settings(self, url: str) -> dict[str, str]:
        return {"folder": str(self.folder), "clock_url": url}

    def move(self) -> None:
        wanted: dict[str, datetime] = files_of(self.world, SNOWPLOW) | files_of(self.world, GA4)
        keep_in_step(self.folder, wanted, self._write)

    def _write(self, name: str, path: Path) -> None:
        if name.startswith("ga4/"):
            table, line, order = GA4, f"to_json({_GA4})", "event_timestamp, user_pseudo_id, batch_ordering_id"
        else:
            line = _ENRICHED if ".tsv" in name else f"to_json({_ENRICHED_JSON})"
            table, order = SNOWPLOW, "collector_tstamp, event_id"
        rows = self.world.rows(f"SELECT {line} FROM {self.world.current(table)} WHERE file_name = $1 ORDER BY {order}", [name])
        content = "".join(f"{line}\n" for (line,) in rows).encode()
        path.write_bytes(gzip.compress(content, 1, mtime=0) if name.endswith(".gz") else content)


SERVER = WebEvents
