"""The mirror against a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from ingest.core.errors import SettingMissing
from ingest.core.paths import Paths
from ingest.sandbox.servers.postgres import OWNER, Cluster
from orchestration.privacy.pseudonyms import describe, pseudonymise
from orchestration.reach.contracts import Column, Contract
from orchestration.reach.mirror import SETTING, MirrorError, mirror

from .planted import PEOPLE, plant, tables

CONTRACTS = {
    "customer_360": Contract(
        "customer_360",
        "One row per customer: it's who they are.",
        (
            Column("customer_id", "varchar", "The customer, named by us.", False),
            Column("email", "varchar", "Where to write.", True),
        ),
        ("customer_id",),
    ),
    "feedback": Contract("feedback", "One row per thing said.", (), ("feedback_id",)),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture
def database(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """A database of this test's own; the connection commits each statement."""
    with cluster.connect() as admin:
        admin.execute("drop database if exists bi with (force)")
        admin.execute("create database bi")
        password = admin.info.password
    monkeypatch.setenv(SETTING, f"postgresql://{OWNER}:{password}@/bi?host={cluster.folder}")
    with cluster.connect("bi") as connection:
        yield connection


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path)
    plant(made, PEOPLE)
    return made


def rows(database: psycopg.Connection[Any], asked: str) -> list[tuple[Any, ...]]:
    return database.execute(asked).fetchall()


def test_every_published_table_stands_there_with_types_key_and_comments(paths: Paths, database: psycopg.Connection[Any]) -> None:
    done = mirror(paths, CONTRACTS)
    assert set(done.rows) == {*tables(), "publication"} and done.rows["customer_360"] == 3
    with duckdb.connect(str(paths.published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in ("customer_360", "touchpoints", "feedback", "customer_identifiers"):
            told = connection.execute(f"select * from {table} order by all").fetchall()
            assert sorted(rows(database, f"select * from cx.{table}"), key=str) == sorted(told, key=str)
    kinds = dict(
        rows(database, "select column_name, data_type from information_schema.columns where table_name = 'customer_360'")
    )
    assert (kinds["current_mrr"], kinds["data_as_of"], kinds["is_churned"], kinds["order_count"]) == (
        "double precision", "timestamp with time zone", "boolean", "bigint",
    )  # fmt: skip
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.execute("insert into cx.customer_360 select * from cx.customer_360")
    assert rows(
        database, "select obj_description('cx.customer_360'::regclass), col_description('cx.customer_360'::regclass, 1)"
    ) == [("One row per customer: it's who they are.", "The customer, named by us.")]


def test_odd_text_arrives_as_it_is_and_nothing_is_taken_for_something(paths: Paths, database: psycopg.Connection[Any]) -> None:
    words = ["", None, 'said "no", twice', "two\nlines\\N", "nul\x00inside", "\\.", "Grüße 👋"]
    said = [
        {"feedback_id": str(n), "comment": text, "kind": "post", "responded_at": "2026-06-12 09:00:00+00"}
        for n, text in enumerate(words)
    ]
    plant(
        paths,
        {
            "feedback": [
                *said,
                {"feedback_id": "x", "kind": "post", "score": float("inf"), "responded_at": "2026-06-12 09:00:00+00"},
            ]
        },
    )
    mirror(paths, CONTRACTS)
    told = rows(database, "select comment, score from cx.feedback order by feedback_id")
    assert [text for text, _ in told[:-1]] == [text.replace("\x00", "") if text else text for text in words]
    assert told[-1] == (None, float("inf"))


def test_a_publication_is_mirrored_once_and_the_next_replaces_it(paths: Paths, database: psycopg.Connection[Any]) -> None:
    mirror(paths, CONTRACTS)
    database.execute("create view public.ours as select customer_id, email from cx.customer_360")
    assert mirror(paths, CONTRACTS).stood_already
    plant(paths, {**PEOPLE, "customer_360": PEOPLE["customer_360"][1:]}, run_id="second-run")
    done = mirror(paths, CONTRACTS)
    assert (done.stood_already, done.rows["customer_360"]) == (False, 2)
    assert rows(database, "select count(*) from public.ours") == [(2,)]  # a view of somebody's own survives
    assert rows(database, "select distinct run_id from cx.publication") == [("second-run",)]


def test_readers_see_the_old_publication_until_the_new_one_is_whole(paths: Paths, database: psycopg.Connection[Any]) -> None:
    mirror(paths, CONTRACTS)
    twice = [{**person, "customer_id": "C1"} for person in PEOPLE["customer_360"]]
    plant(paths, {**PEOPLE, "customer_360": twice}, run_id="second-run")
    database.execute("set lock_timeout = '5s'")
    with pytest.raises(MirrorError, match="duplicate key") as failed:
        mirror(paths, CONTRACTS)
    assert "canary" not in str(failed.value).lower()
    assert rows(database, "select customer_id from cx.customer_360 order by 1") == [("C1",), ("C2",), ("C3",)]
    assert rows(database, "select distinct run_id from cx.publication") == [("first-run",)]


def test_what_is_no_longer_published_goes_and_a_changed_table_is_made_anew(
    paths: Paths, database: psycopg.Connection[Any]
) -> None:
    mirror(paths, CONTRACTS)
    database.execute("create table cx.withdrawn (n int)")
    with duckdb.connect(str(paths.published)) as connection:
        connection.execute("alter table customer_360 add column mood varchar; update customer_360 set mood = 'calm'")
        connection.execute("update publication set run_id = 'second-run'")
    assert mirror(paths, CONTRACTS).dropped == ("withdrawn",)
    assert rows(database, "select distinct mood from cx.customer_360") == [("calm",)]


def test_a_reader_reads_and_does_not_write(paths: Paths, database: psycopg.Connection[Any]) -> None:
    mirror(paths, CONTRACTS)
    database.execute("set role cx_reader")
    assert rows(database, "select count(*) from cx.customer_360") == [(3,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("delete from cx.customer_360")


def test_the_pseudonymised_role_has_a_schema_and_readers_of_its_own(paths: Paths, database: psycopg.Connection[Any]) -> None:
    key = {"customer_id": "personal", "email": "personal", "data_as_of": "none"}
    with duckdb.connect(str(paths.published)) as connection:
        describe(connection, {"customer_360": key})
    pseudonymise(paths.published, paths.pseudonymised, b"k" * 32)
    mirror(paths, CONTRACTS, "pseudonymised")
    assert rows(database, "select count(*) from information_schema.schemata where schema_name = 'cx'") == [(0,)]
    told = rows(database, "select * from cx_pseudonymised.customer_360")
    assert len(told) == 3 and not any(
        str(person[name]) in str(told) for person in PEOPLE["customer_360"] for name in ("customer_id", "email")
    )
    mirror(paths, CONTRACTS)
    database.execute("set role cx_pseudonymised_reader")
    assert rows(database, "select count(*) from cx_pseudonymised.customer_360") == [(3,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("select * from cx.customer_360")


def test_without_an_address_or_a_server_one_line_says_so(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with pytest.raises(SettingMissing, match=SETTING):
        mirror(paths, CONTRACTS)
    monkeypatch.setenv(SETTING, "postgresql://someone:sesame@127.0.0.1:1/bi")
    with pytest.raises(MirrorError) as failed:
        mirror(paths, CONTRACTS)
    assert "sesame" not in str(failed.value)
