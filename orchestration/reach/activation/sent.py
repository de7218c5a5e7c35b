"""What has been sent where: `data/activation/sent.duckdb`, one row per target and key. DuckDB lets one run at a time write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.core.errors import LockHeld
from ingest.core.paths import Paths

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TABLE = """
    create table if not exists sent (
        target varchar not null, key varchar not null, list_name varchar not null, customer_id varchar not null,
        reason_code varchar not null, remote_id varchar, sent_at timestamptz not null, primary key (target, key)
    )
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One task that a target has taken, and its id there."""

    key: str
    list_name: str
    customer_id: str
    reason_code: str
    remote_id: str | None


class SentTable:
    def __init__(self, connection: DuckDBPyConnection, target: str) -> None:
        self._connection, self._target = connection, target

    def keys(self) -> set[str]:
        return {
            str(row[0]) for row in self._connection.execute("select key from sent where target = ?", [self._target]).fetchall()
        }

    def add(self, taken: Iterable[Sent]) -> None:
        """Kept at once: a run that is killed later does not send these again."""
        now = datetime.now(UTC)
        rows = [(self._target, t.key, t.list_name, t.customer_id, t.reason_code, t.remote_id, now) for t in taken]
        if rows:
            self._connection.executemany("insert or ignore into sent values (?, ?, ?, ?, ?, ?, ?)", rows)


@contextmanager
def open_sent(paths: Paths, target: str) -> Iterator[SentTable]:
    import duckdb

    file = paths.root / "activation" / "sent.duckdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(file))
    except duckdb.IOException as error:
        raise LockHeld(f"{file} is in use: another `cx activate` runs", "Wait for it to end.") from error
    with connection:
        connection.execute(_TABLE)
        yield SentTable(connection, target)
