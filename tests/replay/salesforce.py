"""Salesforce's recorded answers: a token, the description of an object, and two pages of records whose ids were kept.

The objects the connector asks for were not recorded: each gets the recorded one's fields and records.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ingest.sources.salesforce import SALESFORCE
from tests.replay import server

ROWS = {resource.name: 2 for resource in SALESFORCE.resources}
"""What lands of them."""
SETTINGS = {"client_id": "recorded", "client_secret": "recorded", "token_url": "{address}/salesforce/services/oauth2/token"}


def answer(path: str, request: Request) -> Any:
    """The second page stands where the first one says."""
    if path.endswith("oauth2/token"):
        return _recorded("auth_success")
    if path.endswith("/describe"):
        return _recorded("sobject_describe_success")
    if path.endswith("/queryAll"):
        return {**_recorded("query_paginated_first_page"), "records": [_recorded("sobject_find_success")]}
    return {**_recorded("query_paginated_last_page"), "records": _recorded("org_query")["records"]}


def _recorded(name: str) -> Any:
    return server.recorded(f"salesforce/restforce/{name}_response.json")
