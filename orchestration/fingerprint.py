"""What a table holds, in two figures that do not depend on the order of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def fingerprint(connection: DuckDBPyConnection, relation: str) -> tuple[int, str]:
    """Rows of the quoted relation, and a checksum that changes when any row does."""
    found = connection.execute(
        f"select count(*), md5(coalesce(sum(hash(t)::hugeint), 0)::varchar) from {relation} as t"
    ).fetchone()
    assert found is not None
    return int(found[0]), str(found[1])
