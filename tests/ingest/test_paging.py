"""A capped search walks everything: past the cap, over ties that fill a window, over empty pages that go on."""

from __future__ import annotations

from typing import Any

import orjson
from requests import Request, Response

from ingest.core.paging import CappedSearchPaginator

CAP = 30
LIMIT = 10


def _search(records: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """What the vendor answers: filters, sorts (ids as text), 10 rows a page, an error beyond the cap."""
    filters = body["filterGroups"][0]["filters"]
    rows = [r for r in records if all(_fits(r, f) for f in filters)]
    by = body["sorts"][0]["propertyName"]
    rows.sort(key=lambda r: (str(r["properties"][by]), int(r["id"])) if by == "at" else (str(r["id"]),))
    start = int(body.get("after", 0))
    assert start + LIMIT <= CAP, "beyond the cap the vendor answers 400"
    answer: dict[str, Any] = {"results": rows[start : start + LIMIT]}
    if start + LIMIT < len(rows):
        answer["paging"] = {"next": {"after": str(start + LIMIT)}}
    return answer


def _fits(record: dict[str, Any], condition: dict[str, str]) -> bool:
    value = str(record["id"] if condition["propertyName"] == "hs_object_id" else record["properties"]["at"])
    wanted = condition["value"]
    return {"GTE": value >= wanted, "GT": value > wanted, "EQ": value == wanted}[condition["operator"]]


def _walk(records: list[dict[str, Any]]) -> list[str]:
    paginator = CappedSearchPaginator("at", cap=CAP)
    request = Request(
        "POST",
        "http://x",
        json={
            "filterGroups": [{"filters": [{"propertyName": "at", "operator": "GTE", "value": "000"}]}],
            "sorts": [{"propertyName": "at", "direction": "ASCENDING"}],
            "limit": LIMIT,
        },
    )
    paginator.init_request(request)
    seen: list[str] = []
    for _ in range(200):
        answer = _search(records, dict(request.json or {}))
        response = Response()
        response._content = orjson.dumps(answer)
        seen += [r["id"] for r in answer["results"]]
        paginator.update_state(response, answer["results"])
        if not paginator.has_next_page:
            return seen
        paginator.update_request(request)
    raise AssertionError("the search never ended")


def _records(*stamps: str) -> list[dict[str, Any]]:
    return [
        {"id": str(7000 + at), "properties": {"at": stamp, "hs_object_id": str(7000 + at)}} for at, stamp in enumerate(stamps)
    ]


def test_a_search_longer_than_the_cap_misses_nothing() -> None:
    records = _records(*(f"{at:03}" for at in range(1, 150)))
    assert set(_walk(records)) == {r["id"] for r in records}


def test_ties_across_the_cap_survive() -> None:
    records = _records(*(f"{1 + at // 7:03}" for at in range(140)))
    assert set(_walk(records)) == {r["id"] for r in records}


def test_one_instant_that_fills_many_windows_is_drained_by_id() -> None:
    records = _records(*["001"] * 5, *["002"] * 95, *["003"] * 8)
    assert set(_walk(records)) == {r["id"] for r in records}


def test_ids_of_different_length_are_compared_as_text_like_the_vendor_does() -> None:
    records = [
        {"id": str(i), "properties": {"at": "002", "hs_object_id": str(i)}}
        for i in [*range(5, 60), *range(719869649050, 719869649100)]
    ]
    assert set(_walk(records)) == {r["id"] for r in records}
