"""A table of a PostgreSQL database: the facts of one listing. How it is read stands in `sql_batches`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from ingest.core.calls import Call


@dataclass(frozen=True, slots=True)
class SqlTable:
    """All columns of `table` but the ignored ones; those nobody declared come as text, declared ones it lacks stay empty.

    where: a condition in SQL. changed: the column that a continuing run compares, inclusively; rows without a value there
    come every time. only_key: just the key, for reconciliation. address: the setting that holds the connection string.
    """

    table: str
    where: str = ""
    changed: str = ""
    only_key: bool = False
    schema: str | None = None
    address: str = "connection"

    def pages(self, call: Call) -> Iterator[pa.Table]:
        from ingest.core.readers.sql_batches import batches  # loads SQLAlchemy, which takes a while

        yield from batches(self, call)
