"""What every call to one Salesforce org has in common: the versioned address, and leaving calls of the day to others."""

from __future__ import annotations

import re
from typing import Any

import requests

from ingest.core.calls import Call
from ingest.core.errors import IngestError, QuotaUsedUp

_USAGE = re.compile(r"(?:^|[;,\s])api-usage=(\d+)/(\d+)")


class SalesforceApi:
    """Sends the calls of one listing. Paths are relative to `/services/data/v<api_version>`.

    Every answer tells what all integrations together have used of the rolling day (`Sforce-Limit-Info: api-usage=18/15000`);
    once that is more than the share in setting `api_share`, no further call is sent.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.root = f"/services/data/v{call.settings['api_version']}"
        self._share = number(call, "api_share")
        self._used = self._allowed = 0

    def ask(self, method: str, path: str, *, is_json: bool = True, **request: Any) -> requests.Response:
        """One answered call; QuotaUsedUp when the org's share is gone, IngestError in the vendor's words otherwise."""
        if self._used > self._share * self._allowed:
            raise QuotaUsedUp(
                f"{self.call.source.name}: {self._used} of the org's {self._allowed} calls of the last 24 hours are used",
                "A later run resumes where this one stopped; setting api_share says how many may be.",
            )
        address = path if path.startswith("/services/") else self.root + path
        answer = self.call.client.fetch(method, address, is_json=is_json, **request)
        told = _USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
        if told:
            self._used, self._allowed = int(told[1]), int(told[2])
        return answer

    def failure(self, what: str) -> IngestError:
        """An error about this listing that the vendor did not word."""
        return IngestError(f"{self.call.source.name}: {what}", "Run again: the cursor has not moved, nothing is lost.")


def number(call: Call, setting: str) -> float:
    """A setting that holds a number; IngestError names it when it does not."""
    try:
        return float(call.settings[setting])
    except ValueError:
        raise IngestError(
            f"{call.source.name}: setting {setting} is no number", "Correct it, or leave it out for the default."
        ) from None
