"""What `cx` says: one line for an error, and what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from ingest.core.lock import writer
from ingest.core.paths import Paths
from orchestration.cli import main
from orchestration.gates import record_holds
from orchestration.parts import CHECKOUT


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("CX_DATA_DIR", str(tmp_path))
    return Paths(tmp_path)


@pytest.fixture
def published(paths: Paths) -> Paths:
    paths.published.parent.mkdir(parents=True)
    with duckdb.connect(str(paths.published)) as connection:
        connection.execute("create table customer_360 as select 'C1' as customer_id, 0.1 + 0.2 as score, null as city")
    return paths


def test_a_query_prints_a_table(published: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select * from customer_360"]) == 0
    assert "C1" in (told := capsys.readouterr().out) and "0.3" in told


def test_csv_is_for_machines(published: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select * from customer_360", "--csv"]) == 0
    assert capsys.readouterr().out == "customer_id,score,city\nC1,0.3,\n"


def test_an_unknown_table_is_answered_with_the_tables_there_are(published: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select * from customer360"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == ("error: Table with name customer360 does not exist. Did you mean customer_360? Tables: customer_360.\n")


@pytest.mark.parametrize(
    "sql",
    [
        "create table mine as select 1",
        "copy customer_360 to '{folder}/stolen.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '{folder}/other.duckdb'",
        "set enable_external_access = true",
    ],
)
def test_a_query_can_neither_write_nor_reach_beyond_the_file(
    published: Paths, sql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(published.root.rglob("*"))
    assert main(["query", sql.format(folder=published.root)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(published.root.rglob("*")) == before


def test_before_the_first_publication_a_query_says_how_to_make_one(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select 1"]) == 1
    assert capsys.readouterr().err.startswith("error: nothing has been published yet")


def test_an_unknown_source_is_answered_with_the_sources_there_are(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "carrier_pigeon"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: there is no source carrier_pigeon. Sources: hubspot,") and told.count("\n") == 1


def test_sources_name_every_variable_and_where_its_value_is_found(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "stripe"]) == 0
    assert "SOURCES__STRIPE__TOKEN" in capsys.readouterr().out


def test_status_tells_which_gate_holds_what_since_when(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    record_holds(paths, "run-1", [("landed", "raw_hubspot.contacts: volume", "half of yesterday's rows")])
    assert main(["status", "--json"]) == 0
    [hold] = json.loads(capsys.readouterr().out)["holds"]
    assert (hold["gate"], hold["subject"]) == ("landed", "raw_hubspot.contacts: volume")
    assert hold["since"] <= time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def test_status_tells_everything_else_where_the_publication_is_damaged(
    published: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    published.published.write_bytes(b"")
    assert main(["status"]) == 0
    told = capsys.readouterr().out.replace("\n", " ")
    assert "is damaged" in told and "nothing is published yet" not in told
    assert main(["query", "select 1"]) == 1
    assert "cx publish" in capsys.readouterr().err


def test_status_says_who_writes_instead_of_waiting(paths: Paths) -> None:
    paths.warehouse.parent.mkdir(parents=True)
    duckdb.connect(str(paths.warehouse)).close()
    with writer(paths, "cx run"):
        told = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "status"],
            cwd=CHECKOUT,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=True,
        )
    assert "cx run" in told.stdout.replace("\n", " ")


def test_the_demo_does_not_land_on_top_of_other_data(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    paths.warehouse.parent.mkdir(parents=True)
    duckdb.connect(str(paths.warehouse)).close()
    assert main(["demo", "--customers", "10"]) == 1
    assert "holds data that is not the demo's. Set CX_DATA_DIR" in capsys.readouterr().err


def test_help_and_queries_load_neither_dagster_nor_dbt_nor_dlt(published: Paths) -> None:
    code = (
        "import sys; from orchestration.cli import main; main(['query', 'select 1']); "
        "sys.exit(str({'dagster', 'dbt', 'dlt', 'great_expectations'} & set(sys.modules) or ''))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert told.stderr.strip() == ""
