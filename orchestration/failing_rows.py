"""Which rows a failing dbt test found: their keys, never their personal data."""

from __future__ import annotations

import re
from typing import Any

from ingest.core.paths import Paths

_KEY_COLUMN = re.compile(
    r"(^|_)(id|key|code|month|period_start|resource|source|variant)$|^(node_[lr]|n_records|broken_rule|unexplained|unexplained_at|stored|staged)$"
)
_MOST = 5


def failing_keys(result: Any, paths: Paths) -> list[dict[str, str]]:
    """Up to five failing rows of a dbt test, reduced to columns that are keys; empty for nodes that are not tests."""
    compiled = getattr(result.node, "compiled_code", None)
    if str(result.node.resource_type) != "test" or not compiled:
        return []
    import duckdb

    try:
        with duckdb.connect(str(paths.warehouse)) as connection:
            connection.execute(f"attach '{paths.staging_file}' as published")
            rows = connection.execute(f"select * from ({compiled}) limit {_MOST}")
            names = [column[0] for column in rows.description or []]
            return [_keys(names, row, result.node) for row in rows.fetchall()]
    except duckdb.Error as error:  # the report of a failure must not hide the failure
        return [{"unreadable": type(error).__name__}]


def _keys(names: list[str], row: tuple[Any, ...], node: Any) -> dict[str, str]:
    tested = str(getattr(node, "column_name", "") or "")
    return {
        name: str(value)
        for name, value in zip(names, row, strict=True)
        if _KEY_COLUMN.search(tested if name in ("unique_field", "from_field", "value_field") else name)
    }
