"""What the publication that stands says, kept in the warehouse for the next run to compare with: schema `publication_state`.

The published file itself is the only memory: it is read again whenever it has changed, so a run that was killed before or after
the swap compares with what readers really have. Narrow copies; a table or column an older publication lacks stays empty. Of a
published file that is damaged nothing is taken over: the copy of the publication before it stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.core.paths import Paths
from orchestration.fingerprint import fingerprint

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = "publication_state"

_KPI = {
    "kpi_id": "varchar",
    "variant": "varchar",
    "grain": "varchar",
    "period_start": "date",
    "segment_type": "varchar",
    "segment": "varchar",
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "kpi_period": {
        **_KPI, "numerator": "double", "denominator": "double", "value": "double", "n": "bigint", "n_immature": "bigint",
        "is_complete": "boolean", "as_of": "timestamptz",
    },
    "kpi_restatements": {
        "restated_at": "timestamptz", "published_as_of": "timestamptz", **_KPI, "published_value": "double", "value": "double",
        "change": "double", "published_n": "bigint", "n": "bigint", "cause": "varchar", "causes": "varchar",
    },
    "customers": {
        "customer_id": "varchar", "acquisition_source": "varchar", "is_test": "boolean", "lead_created_at": "timestamptz",
    },
    "feedback": {"feedback_id": "varchar", "customer_id": "varchar", "metric": "varchar", "score": "double", "responded_at": "timestamptz"},
    "orders": {"order_id": "varchar", "customer_id": "varchar", "status": "varchar", "net_amount_minor": "bigint", "refunded_minor": "bigint", "ordered_on": "date"},
    "cases": {
        "case_id": "varchar", "customer_id": "varchar", "status": "varchar", "reopens": "bigint", "replies": "bigint",
        "customer_replies": "bigint", "first_reply_minutes": "bigint", "issue_key": "varchar", "opened_at": "timestamptz", "solved_at": "timestamptz",
        "is_deleted": "boolean",
    },
    "mrr_movements": {"customer_id": "varchar", "month": "date", "opening_mrr": "double", "closing_mrr": "double"},
}  # fmt: skip
_CALLED = {"customers": "customer_360"}
"""Tables the publication calls otherwise."""

# how many facts erasures took out of which months since that publication: why its figures will move
ERASED_FACTS = "erased_facts"
_ERASED_FACTS = "facts varchar, month date, records bigint"


def remember(paths: Paths) -> None:
    """Brings `publication_state` up to the published file that stands; at once when it already is. The caller holds the writer lock."""
    import duckdb

    found, stamp = paths.published.exists(), _stamp(paths)
    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.execute(f"create table if not exists {SCHEMA}.publication (stamp varchar, tables varchar)")
        mark = [stamp, ", ".join(f"{name}({', '.join(columns)})" for name, columns in TABLES.items()) + f", {ERASED_FACTS}"]
        if connection.execute(f"select stamp, tables from {SCHEMA}.publication").fetchall() == [tuple(mark)]:
            return
        try:
            _take_over(connection, paths, mark, is_there=found)
        except duckdb.IOException:
            if not found or not _is_damaged(paths):
                raise
            if not connection.execute(f"from {SCHEMA}.publication").fetchall():
                _take_over(connection, paths, ["nothing that can be read", mark[1]], is_there=False)


def _take_over(connection: DuckDBPyConnection, paths: Paths, mark: Sequence[str], *, is_there: bool) -> None:
    """All that is kept of the publication, in one transaction."""
    if is_there:
        connection.execute(f"attach '{paths.published}' as last_publication (read_only)")
    connection.begin()
    try:
        for name, columns in TABLES.items():
            _keep(connection, name, columns, is_there=is_there)
        connection.execute(f"create or replace table {SCHEMA}.{ERASED_FACTS} ({_ERASED_FACTS})")
        connection.execute(f"delete from {SCHEMA}.publication")
        connection.execute(f"insert into {SCHEMA}.publication values (?, ?)", list(mark))
        connection.commit()
    except Exception:
        connection.rollback()
        raise


def _is_damaged(paths: Paths) -> bool:
    """Whether the published file alone cannot be read through: the trouble is not the warehouse's then."""
    import duckdb

    try:
        with duckdb.connect(str(paths.published), read_only=True) as connection:
            for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                fingerprint(connection, f'"{table}"')
    except duckdb.IOException:
        return True
    return False


def _stamp(paths: Paths) -> str:
    """Tells one published file from another."""
    found = paths.published.stat() if paths.published.exists() else None
    return f"{found.st_mtime_ns}/{found.st_size}" if found else "nothing published"


def stays(paths: Paths) -> None:
    """The published file was written anew without somebody who was erased, and so were the copies here: it is the same publication."""
    import duckdb

    with duckdb.connect(str(paths.warehouse)) as connection:
        connection.execute(f"update {SCHEMA}.publication set stamp = ?", [_stamp(paths)])


def _keep(connection: DuckDBPyConnection, name: str, columns: Mapping[str, str], *, is_there: bool) -> None:
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"create or replace table {SCHEMA}.{name} ({declared})")
    told = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'last_publication' and table_name = ?",
        [_CALLED.get(name, name)],
    ).fetchall()
    if is_there and set(columns) <= {str(row[0]) for row in told}:
        listed = ", ".join(columns)
        connection.execute(
            f"insert into {SCHEMA}.{name} ({listed}) select {listed} from last_publication.{_CALLED.get(name, name)}"
        )
