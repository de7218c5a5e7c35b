"""What the connector takes Salesforce's recorded refusals for."""

from __future__ import annotations

import pytest
import requests

from ingest.core.http import VendorClient
from ingest.core.spec import Verdict
from ingest.sources.salesforce import SALESFORCE
from tests.replay.server import FOLDER

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded payloads here")


@pytest.mark.parametrize(
    ("file", "status", "verdict"),
    [
        ("observed/403_request_limit_exceeded.json", 403, Verdict.QUOTA),
        ("restforce/expired_session_response.json", 401, Verdict.DENIED),
        ("restforce/query_error_response.json", 400, Verdict.FAIL),
    ],
)
def test_a_recorded_refusal_has_its_meaning(file: str, status: int, verdict: Verdict) -> None:
    names = (setting.name for setting in SALESFORCE.settings)
    client = VendorClient(SALESFORCE, dict.fromkeys(names, "http://127.0.0.1:9"), lambda body: "")
    response = requests.Response()
    response.status_code, response._content = status, (FOLDER / "salesforce" / file).read_bytes()
    assert client.verdict(response) is verdict
