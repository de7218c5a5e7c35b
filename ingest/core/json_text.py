"""JSON text of anything a vendor can nest: what is deeper than orjson writes is kept as text inside of text."""

from __future__ import annotations

import json
from typing import Any

import orjson

_DEEPEST = 200  # orjson reads 1,024 levels and writes 254

Cut = list[tuple[Any, Any, Any]]  # container, key or position, what stood there


def json_text(value: Any) -> bytes:
    """The value as JSON with sorted keys, whatever it holds. Lists and objects nested deeper than 200 levels become strings, in place."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError:
        pass
    for container, key, inner in _cut(value):
        container[key] = json_text(inner).decode()
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    except TypeError:  # numbers of more than 64 bits, keys that are no text, halves of characters
        return json.dumps(value, default=str, skipkeys=True, ensure_ascii=False).encode("utf-8", "replace")


def _cut(value: Any) -> Cut:
    """The containers that stand too deep."""
    found: Cut = []
    waiting = [(value, 1)]
    while waiting:
        container, depth = waiting.pop()
        pairs = container.items() if isinstance(container, dict) else enumerate(container) if isinstance(container, list) else ()
        for key, inner in list(pairs):
            if not isinstance(inner, dict | list):
                continue
            if depth >= _DEEPEST:
                found.append((container, key, inner))
            else:
                waiting.append((inner, depth + 1))
    return found
