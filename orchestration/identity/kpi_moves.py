"""Which published figures moved because customers did: the KPI rows as they stood before a resolution, beside the new ones.

A resolution that changes whom existing records belong to keeps the rows of marts.kpi_period; when dbt has built its second
half, the view identity_state.kpi_moves shows every row that is another now. Rows that moved because a vendor told something
new show too, with another `as_of`: after `cx merge` run `cx build`, which reads no vendor.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from orchestration.identity.state import has_table

_KEY = ("kpi_id", "variant", "grain", "period_start", "segment_type", "segment")
_VALUES = ("numerator", "denominator", "value", "n")


def _differs(column: str) -> str:
    """More than a sum that was added up in another order."""
    near = f"abs(before.{column} - after.{column}) <= 1e-9 * greatest(abs(before.{column}), 1)"
    return f"(before.{column} is distinct from after.{column} and not coalesce({near}, false))"


_KEEP = f"""
create or replace table identity_state.kpi_before as
select {", ".join((*_KEY, *_VALUES))}, as_of from marts.kpi_period
"""
_MOVES = f"""
create or replace view identity_state.kpi_moves as
select
    {", ".join(f"coalesce(before.{column}, after.{column}) as {column}" for column in _KEY)},
    {", ".join(f"before.{column} as {column}_before, after.{column} as {column}_after" for column in _VALUES)},
    before.as_of is distinct from after.as_of as has_newer_data
from identity_state.kpi_before as before
full outer join marts.kpi_period as after
    on {" and ".join(f"before.{column} is not distinct from after.{column}" for column in _KEY)}
where {" or ".join(_differs(column) for column in _VALUES)}
"""


def remember(connection: DuckDBPyConnection) -> bool:
    """Keeps the KPI rows as they stand; False when nothing has been built yet."""
    if not has_table(connection, "marts", "kpi_period"):
        return False
    connection.execute(_KEEP)
    connection.execute(_MOVES)
    return True


def moves(connection: DuckDBPyConnection) -> tuple[list[str], list[tuple[object, ...]]]:
    """Column names, and every KPI row that is another than before the last change of customers."""
    if not has_table(connection, "identity_state", "kpi_moves"):
        return [], []
    found = connection.execute(
        "select * from identity_state.kpi_moves order by kpi_id, variant, period_start, segment_type, segment"
    )
    return [column[0] for column in found.description or []], found.fetchall()
