"""How the warehouse's file is stored, from its first byte on."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.core.storage import VERSION, make_ready
from orchestration.privacy.rewrite import rewrite

TEXTS = "create table told as select 'somebody' || (n % 1000) || '@mail.example' as email from range(200000) as numbers (n)"


def _stored(file: Path) -> tuple[str, set[str]]:
    with duckdb.connect(str(file)) as connection:
        told = "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
        (version,) = connection.execute(told).fetchall()[0]
        used = "select distinct compression from pragma_storage_info('told') where segment_type = 'VARCHAR'"
        return str(version), {compression for (compression,) in connection.execute(used).fetchall()}


@pytest.mark.parametrize("cut_off", [None, 0, 100])
def test_texts_are_stored_the_short_way_also_after_an_erasure(tmp_path: Path, cut_off: int | None) -> None:
    file = tmp_path / "o'clock" / "cx.duckdb"
    if cut_off is not None:
        file.parent.mkdir()
        file.write_bytes(b"D" * cut_off)
    make_ready(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute(TEXTS)
    before = _stored(file)
    assert before == (f"{VERSION}+", {"DICT_FSST"})
    plain = file.rename(tmp_path / "cx.duckdb")
    rewrite(plain)
    assert _stored(plain) == before


def test_what_every_duckdb_reads_stays_so(tmp_path: Path) -> None:
    file = tmp_path / "cx.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TEXTS)
    before = _stored(file)
    make_ready(file)
    rewrite(file)
    assert _stored(file) == before
    assert before[0] != f"{VERSION}+"
