"""Qualtrics' recorded export: the job as it was started, and the one response whose shape was kept, in a zip file of lines.

The list of surveys and the finished state were not recorded; they hold what the recorded parts need.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.replay import server

ROWS = {"surveys": 1, "survey_definitions": 1, "responses": 1}
"""What lands of them."""
_SURVEY = {
    "id": "SV_recorded",
    "name": "Recorded",
    "lastModified": "2019-05-02T14:00:00Z",
    "creationDate": "2019-05-01T00:00:00Z",
}


def answer(path: str, request: Request) -> Any:
    """The file comes as a response of its own, everything else as JSON."""
    started = server.recorded("qualtrics/observed/export_job_flow.json")["start_200"]
    if path.endswith("/file"):
        return Response(_file(), headers={"Content-Type": "application/zip"})
    if path.endswith("/export-responses"):
        return started
    if "/export-responses/" in path:
        return {**started, "result": {"fileId": "1dc4c492-fbb6-4713-a7ba-bae9b988a965-def", "status": "complete"}}
    if path.startswith("survey-definitions"):
        return {**started, "result": {"SurveyID": _SURVEY["id"], "QuestionCount": "0", "Questions": {}}}
    return {**started, "result": {"elements": [_SURVEY], "nextPage": None}}


def _file() -> bytes:
    responses = server.recorded("qualtrics/observed/json_export_shape.json")["responses"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Recorded.ndjson", "\n".join([*map(json.dumps, responses), "", "{}"]))
    return buffer.getvalue()
