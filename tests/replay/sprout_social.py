"""Sprout Social's documented samples, one page of each query. They leave out the guid, which our queries ask for."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from tests.replay import server

ROWS = {"clients": 1, "profiles": 1, "messages": 1, "post_metrics": 1, "profile_metrics": 2}
"""What lands of them."""
_SAMPLES = {
    "messages": "messages_with_next_cursor",
    "analytics/posts": "analytics_posts_page1_of_3",
    "analytics/profiles": "analytics_profiles_page2_of_3",
}


def answer(path: str, request: Request) -> Any:
    if path.endswith("metadata/client"):
        return {"data": [{"customer_id": 7, "name": "Recorded"}]}
    if path.endswith("metadata/customer"):
        return {"data": [{"customer_profile_id": 1234, "network_type": "instagram", "groups": [1]}]}
    sample = server.recorded(f"sprout_social/vendor_docs/{_SAMPLES[path.split('/', 1)[1]]}.json")
    rows = sample["data"] if path.endswith("profiles") else [{"guid": str(n), **row} for n, row in enumerate(sample["data"])]
    return {"data": rows, **({"paging": {"current_page": 1, "total_pages": 1}} if "analytics" in path else {})}
