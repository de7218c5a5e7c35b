"""The outlet store's ERP: a PostgreSQL database in Odoo's schema, started by the first who connects, kept at the clock.

Rows that are gone are deleted without a trace, as `unlink` does.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingest.core.readers.sql import SqlTable
from ingest.core.spec import Kind, Resource
from ingest.sandbox.faults import Switches
from ingest.sandbox.servers.door import Door
from ingest.sandbox.servers.feed import Feed
from ingest.sandbox.servers.postgres import Cluster
from ingest.sandbox.servers.world import World
from ingest.sources.erp_postgres import ERP_POSTGRES

if TYPE_CHECKING:
    import psycopg

DATABASE = "outlet"
READER, PASSWORD = "warehouse", "sandbox-erp-postgres-password"  # fixed sandbox values
CUT_AFTER_BYTES = 4_000  # where switch `reset` breaks a connection: logged in, in the middle of the first answers
_SCHEMA = Path(__file__).with_suffix(".sql")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class ErpPostgres(Feed):
    """Reads the company through a connection of its own: the first visitor comes on another thread than the clock's moves."""

    name = "erp_postgres"

    def __init__(self, folder: Path, world: World, switches: Switches) -> None:
        super().__init__(folder, world, switches)
        [(self._company,)] = world.rows("SELECT path FROM duckdb_databases() WHERE database_name = 'company'")
        self._lock = threading.Lock()
        self._told = _BEGINNING
        self.cluster: Cluster | None = None
        self._door = Door(self._open, lambda: CUT_AFTER_BYTES if self.switches.take("reset") else None)

    def settings(self, url: str) -> dict[str, str]:
        return {"connection": f"postgresql://{READER}:{PASSWORD}@127.0.0.1:{self._door.port}/{DATABASE}", "clock_url": url}

    def move(self) -> None:
        """Nothing to do before somebody has connected: the start brings everything up to the clock of then."""
        with self._lock:
            if self.cluster:
                self._catch_up(self.cluster)

    def stop(self) -> None:
        self._door.close()
        with self._lock:
            if self.cluster:
                self.cluster.stop()

    def _open(self) -> Path:
        with self._lock:
            self.switches.calls += 1
            if self.cluster is None:
                cluster = Cluster()
                with cluster.connect() as connection:
                    connection.execute(f"create role {READER} login password '{PASSWORD}'")
                    connection.execute(f"create database {DATABASE}")
                with cluster.connect(DATABASE) as connection:
                    connection.execute(_SCHEMA.read_text(encoding="utf-8"))
                    connection.execute(f"grant select on all tables in schema public to {READER}")
                self._catch_up(cluster)
                self.cluster = cluster
            return self.cluster.socket

    def _catch_up(self, cluster: Cluster) -> None:
        """Applies what was told since the last time, in one transaction; from nothing when the clock went back."""
        clock = self.world.clock
        since = self._told if self._told <= clock else _BEGINNING
        with duckdb.connect(self._company, read_only=True) as company, cluster.connect(DATABASE) as erp, erp.transaction():
            company.execute("SET TimeZone = 'UTC'")
            for resource in ERP_POSTGRES.resources:
                if since == _BEGINNING:
                    erp.execute(f"truncate {_table(resource)}")
                _apply(company, erp, resource, since, clock)
        self._told = clock


def _table(resource: Resource) -> str:
    assert isinstance(resource.full, SqlTable)
    return resource.full.table


def _apply(
    company: duckdb.DuckDBPyConnection, erp: psycopg.Connection[Any], resource: Resource, since: datetime, clock: datetime
) -> None:
    """Replaces the rows of one table that have a version between two instants by the newest of these."""
    table, columns = _table(resource), ", ".join(column.path for column in resource.columns)
    shown = ", ".join(f"{c.name} AT TIME ZONE 'UTC'" if c.kind is Kind.INSTANT else c.name for c in resource.columns)
    newest = company.execute(
        f"""SELECT {shown}, _is_gone FROM vendor.erp_postgres__{resource.name} WHERE _visible_at > $1 AND _visible_at <= $2
        QUALIFY row_number() OVER (PARTITION BY id ORDER BY _visible_at DESC) = 1""",
        [since, clock],
    )
    erp.execute(f"create temp table newest as select {columns}, true as is_gone from {table} with no data")
    with erp.cursor() as cursor, cursor.copy("copy newest from stdin") as copy:
        while rows := newest.fetchmany(10_000):
            for row in rows:
                copy.write_row(row)
    erp.execute(f"delete from {table} using newest where {table}.id = newest.id")
    erp.execute(f"insert into {table} ({columns}) select {columns} from newest where not is_gone")
    erp.execute("drop table newest")


SERVER = ErpPostgres
