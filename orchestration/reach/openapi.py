"""What the look-up API says about itself: an OpenAPI 3.1 document, the card's fields as the publication has them."""

from __future__ import annotations

from typing import Any

from orchestration.reach.lookup_file import Opened

_JSON_TYPES = {"BOOLEAN": "boolean", "BIGINT": "integer", "INTEGER": "integer", "DOUBLE": "number"}
_LOOKUPS = {
    "email": "An e-mail address, in any spelling that reaches the same mailbox.",
    "phone": "A phone number, with or without calling code.",
    "id": "A customer id of this warehouse.",
    "source_id": "A vendor's id of the person, or a whole record as source:resource:key.",
}


def document(opened: Opened) -> dict[str, Any]:
    """The document for one publication."""
    card = {"$ref": "#/components/schemas/Customer"}
    by_id = {"name": "customer_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Customer look-up", "version": "1", "description": _ABOUT},
        "security": [{"token": []}],
        "paths": {
            "/customers": {
                "get": _operation(
                    "Customers with an identifier; exactly one parameter",
                    [
                        {"name": name, "in": "query", "description": told, "schema": {"type": "string"}}
                        for name, told in _LOOKUPS.items()
                    ],
                    {"type": "object", "properties": {"customers": {"type": "array", "items": card}}},
                    422,
                )
            },
            "/customers/{customer_id}": {"get": _operation("One customer", [by_id], card, 404, 422)},
            "/customers/{customer_id}/timeline": {
                "get": _operation("What happened, newest first", [by_id, *_PAGING], _timeline(opened), 404, 422)
            },
            "/health": {"get": {**_operation("Which publication answers", [], _HEALTH), "security": []}},
            "/openapi.json": {"get": {**_operation("This document", [], {"type": "object"}), "security": []}},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Customer": _card(opened), "Problem": _PROBLEM},
        },
    }


def _operation(summary: str, parameters: list[Any], schema: dict[str, Any], *problems: int) -> dict[str, Any]:
    said = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    answers = {str(status): {"description": _PROBLEMS[status], **said} for status in (401, *problems)}
    answer = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    return {"summary": summary, "parameters": parameters, "responses": {"200": answer, **answers}}


def _timeline(opened: Opened) -> dict[str, Any]:
    event = _schema(opened, "touchpoints")
    event["properties"]["words"] = {"type": ["string", "null"], "description": "What the customer said; full role only."}
    properties = {
        "customer_id": {"type": "string"},
        "events": {"type": "array", "items": event},
        "next_before": {"type": ["string", "null"], "description": "The `before` of the next page."},
        "merged_into": _MERGED,
    }
    return {"type": "object", "properties": properties}


def _schema(opened: Opened, table: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _property(kind) for name, kind in opened.columns[table]}}


def _card(opened: Opened) -> dict[str, Any]:
    schema = _schema(opened, "customer_360")
    return {**schema, "properties": {**schema["properties"], "merged_into": _MERGED}}


def _property(kind: str) -> dict[str, Any]:
    stated = {"TIMESTAMP WITH TIME ZONE": "date-time", "DATE": "date"}.get(kind)
    return {"type": [_JSON_TYPES.get(kind, "string"), "null"], **({"format": stated} if stated else {})}


_ABOUT = (
    "Read-only look-ups in what was published last. Fields ending in _reporting and current_mrr are minor units of the reporting "
    "currency; instants are UTC. With a pseudonymised token the answers come without names, addresses, phone numbers and free text."
)
_MERGED = {
    "type": "string",
    "description": "Only where the id asked for was merged into another customer: that customer's id, whose data this is.",
}
_PROBLEMS = {401: "No valid token", 404: "No such customer", 422: "A parameter is wrong; `parameter` says which"}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameter": {"type": "string"},
    },
}
_PAGING = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}},
    {"name": "before", "in": "query", "description": "An instant, or next_before.", "schema": {"type": "string"}},
]
_HEALTH = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("status", "publication_id", "data_as_of", "published_at")},
}
