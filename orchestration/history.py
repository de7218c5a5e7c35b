"""Dagster's SQLite history with its connections kept open.

Dagster opens, inspects and closes a database several times per event; with a check per dbt test a daily run writes more
than a thousand events, and the history alone would cost more than the build. Same files, same schema, same WAL.
A power cut may take the last events of the history with it, never a row of the warehouse.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

_KEPT = 8  # the index and the runs that are written or looked at now
_BUSY_SECONDS = 60


class KeptOpenEventLog(SqliteEventLogStorage):
    """The event log with one connection per database, kept for the databases used last."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked once per check event; a table that exists does not go away."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def wipe(self) -> None:
        self._close()
        super().wipe()

    def dispose(self) -> None:
        self._close()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = self._open(shard)
            while len(self._engines) > _KEPT:
                self._engines.popitem(last=False)[1].dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def _open(self, shard: str) -> Engine:
        arguments = {"timeout": _BUSY_SECONDS, "check_same_thread": False}  # `_db_lock` lets one thread in at a time
        engine = create_engine(self.conn_string_for_shard(shard), poolclass=StaticPool, connect_args=arguments)
        event.listen(engine, "connect", _sync_less)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def _close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


class KeptOpenStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage around that event log; named in `dagster.yaml`."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        plain = self._event_log_storage
        self._event_log_storage = KeptOpenEventLog(plain._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> KeptOpenStorage:
        return cls.from_local(inst_data=inst_data, **config_value)


def _sync_less(connection: Any, _record: object) -> None:
    """In WAL mode `normal` syncs at checkpoints only; the file stays consistent whatever process dies."""
    connection.execute("pragma synchronous = normal")
