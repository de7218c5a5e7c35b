"""HL7's own R4 examples behind a search: patients over two pages of the recorded envelope, encounters, a remark without records.

Rows to expect: 8 in stg_fhir__patients, 10 in stg_fhir__encounter_records, nothing in quarantine; the second run finds the same.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from tests.replay.server import FOLDER, recorded

_EXAMPLES = "fhir/hl7_r4_examples"

SETTINGS = {"token": "recorded"}


def answer(path: str, request: Request) -> Any:
    """A search's page by the type in its path; `page` asks for the second."""
    kind = path.rsplit("/", 1)[-1]
    if path.endswith("_history"):
        return {"resourceType": "Bundle", "type": "history", "link": []}
    if kind != "Patient" and kind != "Encounter":
        return recorded(f"{_EXAMPLES}/Bundle-bundle-search-warning.json")
    records = [recorded(f"{_EXAMPLES}/{file.name}") for file in sorted((FOLDER / _EXAMPLES).glob(f"{kind}-*.json"))]
    is_second = "page" in request.query_params
    bundle = recorded(f"fhir/hl7_paging_pair/bundle-example{'-page2' if is_second else ''}.json")
    included = [entry for entry in bundle["entry"] if entry["search"]["mode"] == "include"]
    half = len(records) // 2
    shown = records[half:] if is_second else records[:half]
    for link in bundle["link"]:
        if link["relation"] == "next":
            link["url"] = f"{request.url.scheme}://{request.headers['host']}{request.url.path}?searchId=ff15&page=2"
    return {**bundle, "entry": [*({"resource": record, "search": {"mode": "match"}} for record in shown), *included]}
