"""Hard identity data at any size, with the truth beside it: what the benchmark and the tests of identity resolve.

The company of `company.py` can be resolved without a doubt, so that every KPI has one right value. Here people slip, move,
marry, share and borrow (`planting/noise.sql`), and some records cannot be told apart by anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ingest.sandbox.planting import lexicon

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLANTING = Path(__file__).parent / "planting"
_RECORDS_PER_PERSON = 2.9


def plant(connection: DuckDBPyConnection, records: int, seed: int = 7) -> int:
    """Writes schema `noise` with about `records` records: persons, person_ids, owner(node_id, person_no); returns how many.

    Deterministic for (records, seed), whatever the number of threads.
    """
    connection.execute("set timezone = 'UTC'")
    for name, value in lexicon.sql_words().items():
        connection.execute(f"set variable {name} = {value}")
    connection.execute(f"set variable people = {round(records / _RECORDS_PER_PERSON)}; set variable seed = {seed}::bigint")
    for part in ("macros", "noise"):
        connection.execute((_PLANTING / f"{part}.sql").read_text(encoding="utf-8"))
    return int(connection.execute("select count(*) from noise.persons").fetchall()[0][0])
