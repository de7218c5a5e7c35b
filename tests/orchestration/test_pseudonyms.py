"""The published file's twin: the same rows, pseudonyms that join, no free text, and never one file without the other for long."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest

from ingest.core.errors import CxError
from ingest.core.paths import Paths
from orchestration.privacy.pseudonyms import key_of
from orchestration.publish import publish
from orchestration.reader import PSEUDONYMISED, query

TABLES = ["customer_360", "feedback", "kpi_catalog", "kpi_period"]
CLASSES = {
    "customer_360": {"customer_id": "personal", "email": "personal", "profile": "none", "reason": "sensitive"},
    "feedback": {"customer_id": "personal", "comment": "free_text"},
}
AS_OF = "timestamptz '2026-07-01 06:00:00+00' as data_as_of"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key of the test's own")
    made = Paths(tmp_path)
    _stage(made, "a@example.com")
    return made


def _stage(paths: Paths, email: str) -> None:
    paths.staging_file.parent.mkdir(parents=True, exist_ok=True)
    paths.staging_file.unlink(missing_ok=True)
    with duckdb.connect(str(paths.staging_file)) as connection:
        connection.execute(
            f"""create table customer_360 as select 'C1' as customer_id, '{email}' as email, 'advocate' as profile, 'told so' as reason,
            'forgotten by everyone' as new_text, 3 as orders, {AS_OF} union all select 'C2', null, 'unknown', null, 'x', 0, {AS_OF.split(" as ")[0]}"""
        )
        connection.execute(f"create table feedback as select 'C1' as customer_id, 'I am Ada' as comment, 9.0 as score, {AS_OF}")
        for table in ("kpi_catalog", "kpi_period"):
            connection.execute(f"create table {table} as select 1 as i, {AS_OF}")


def _pseudonym(value: str) -> str:
    return hmac.new(b"a key of the test's own", value.encode(), hashlib.sha256).hexdigest()[:32]


def test_personal_columns_are_keyed_hashes_that_join_and_free_text_is_gone(paths: Paths) -> None:
    publish(paths, "run", TABLES, classes=CLASSES)
    _, rows = query(
        paths, "select customer_id, email, profile, reason, new_text, orders from customer_360 order by orders", PSEUDONYMISED
    )
    assert rows == [
        (_pseudonym("C2"), None, "unknown", None, None, 0),
        (_pseudonym("C1"), _pseudonym("a@example.com"), "advocate", "told so", None, 3),
    ]
    _, joined = query(paths, "select comment, score, profile from feedback join customer_360 using (customer_id)", PSEUDONYMISED)
    assert joined == [(None, 9.0, "advocate")]
    assert query(paths, "select email from customer_360 where orders = 3")[1] == [("a@example.com",)]
    assert b"example.com" not in paths.pseudonymised.read_bytes()


def test_the_key_is_made_once_for_its_owner_alone_and_another_gives_other_pseudonyms(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "short")
    with pytest.raises(CxError, match="too short"):
        key_of(paths)
    monkeypatch.delenv("CX_PSEUDONYM_KEY")
    assert key_of(paths) == key_of(paths) and paths.pseudonym_key.stat().st_mode & 0o077 == 0
    publish(paths, "run", TABLES, classes=CLASSES)
    assert query(paths, "select count(*) from customer_360 where customer_id = '" + _pseudonym("C1") + "'", PSEUDONYMISED)[1] == [
        (0,)
    ]


def test_a_crash_between_the_two_renames_leaves_two_whole_files_and_the_next_run_sets_them_right(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(paths, "first", TABLES, classes=CLASSES)
    _stage(paths, "b@example.com")
    real = Path.replace

    def dies_before_the_full_file(self: Path, target: Path) -> Path:
        if target == paths.published:
            raise InterruptedError("killed")
        return real(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", dies_before_the_full_file)
        with pytest.raises(InterruptedError):
            publish(paths, "second", TABLES, classes=CLASSES)
    asked = "select distinct run_id from publication"
    assert (query(paths, asked)[1], query(paths, asked, PSEUDONYMISED)[1]) == ([("first",)], [("second",)])
    publish(paths, "third", TABLES, classes=CLASSES)
    assert query(paths, asked)[1] == query(paths, asked, PSEUDONYMISED)[1] == [("third",)]
