"""Orchestration: the one place that knows Dagster and dbt, and the `cx` command. `ingest` never imports from here.

No library the warehouse runs on reports home: their switches are set before any of them is imported.
"""

from __future__ import annotations

import os

_QUIET = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}
for _name, _value in _QUIET.items():
    os.environ.setdefault(_name, _value)
