"""Where every row went: the demo's own are all explained, planted ones show their cause, and one that vanishes is told by name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.core.again import Again
from ingest.core.load import ingest
from ingest.core.suppression import Suppression
from ingest.registry import SOURCES
from ingest.sandbox.process import Sandbox
from orchestration.status import read_missing
from tests.demo.conftest import Demo

COUNTS = "extracted, quarantined, suppressed, duplicates, landed, merged, added, missing, read_again, stored, staged, attributed, published"
MADE_UP = "insert into raw_hubspot.deal_contacts by name select 'x' as from_id, * exclude from_id from raw_hubspot.deal_contacts limit 1"
ENDS = "models/customer_360/int_customer_360__row_ends.sql"
PUBLISHED = "models/published/published__row_reconciliation"


class Copy:
    """A copy of the demo whose reconciliation is asked anew, by the SQL dbt left beside the demo."""

    def __init__(self, demo: Demo, root: Path) -> None:
        shutil.copytree(demo.root, root)
        self.demo = Demo(root, demo.customers)
        self.compiled = demo.root / ".dbt" / "target" / "compiled" / "cx"

    def ask(self, *statements: str) -> list[dict[str, Any]]:
        """The answer of the last statement; `published` is the next file, whose reconciliation is made anew before."""
        with duckdb.connect(str(self.demo.paths.warehouse)) as connection:
            connection.execute(f"attach '{self.demo.paths.staging_file}' as published")
            for statement in statements[:-1]:
                connection.execute(statement)
            connection.execute(self.made("published.main.row_reconciliation", f"{PUBLISHED}.sql"))
            found = connection.execute(statements[-1])
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def gate(self, *statements: str) -> list[dict[str, Any]]:
        """The failing rows of the gate."""
        return self.ask(*statements, self._sql(f"{PUBLISHED}.yml/every_row_is_explained.sql"))

    def made(self, table: str, file: str) -> str:
        """The statement that makes a table anew from a model's compiled SQL."""
        return f"create or replace table {table} as ({self._sql(file)})"

    def newest(self, source: str, resource: str) -> dict[str, Any]:
        [row] = self.ask(
            f"select {COUNTS} from published.row_reconciliation where is_newest and (source, resource) = ('{source}', '{resource}')"
        )
        return row

    def _sql(self, file: str) -> str:
        return (self.compiled / file).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(demo, tmp_path_factory.mktemp("reconciled") / "data")


@pytest.fixture(scope="module")
def read_again(copy: Copy) -> Iterator[Sequence[str]]:
    """Two sources are read anew, with a value that does not fit, a row told twice, and somebody who was erased."""
    [(email,)] = copy.demo.warehouse("select email from raw_surveymonkey.responses where email is not null order by id limit 1")
    listed = Suppression.read(copy.demo.paths)
    listed.add("email", str(email).lower())
    listed.keep()
    with Sandbox.start(copy.demo.paths.sandbox, customers=copy.demo.customers) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in {**os.environ, **sandbox.environment()}.items():
            patch.setenv(name, value)
        sandbox.switch(
            "surveymonkey", bad_value={"resource": "responses", "field": "total_time", "value": "soon"}, duplicate_rows=4
        )
        report = ingest(["surveymonkey", "stripe"], paths=copy.demo.paths, again=Again())
        sandbox.switch("surveymonkey", clear=True)
    assert report.failures == {}
    yield ["surveymonkey", "stripe"]


def test_every_row_of_the_demo_is_explained(demo: Demo) -> None:
    told = demo.published(
        "select count(*), count(added), sum(unexplained), sum(duplicates), sum(unattributed), sum(left_out), sum(in_figures) "
        "from row_reconciliation"
    )
    rows, counted, unexplained, *causes = told[0]
    assert rows == counted and rows == demo.warehouse("select count(*) from staging.stg_ingest__runs")[0][0]
    assert unexplained == 0
    assert all(int(str(cause)) > 0 for cause in causes)
    assert read_missing(demo.paths) == []


def test_the_rows_of_every_raw_table_are_followed_to_readers_or_say_why_not(demo: Demo) -> None:
    found = demo.published(
        """
        select
            source, resource, becomes is not null, coalesce(because, ''),
            staged = left_out + without_identifiers + unattributed + attributed and attributed = in_figures + published
        from row_reconciliation where is_newest
        """
    )
    landed = {(source.name, resource.name) for source in SOURCES.values() for resource in source.resources}
    listed = {(s.name, f"{r.name}_keys") for s in SOURCES.values() for r in s.resources if r.keys is not None}
    assert {(source, resource) for source, resource, *_ in found} == landed | listed
    assert [row for row in found if not (row[4] if row[2] else row[3])] == []
    assert len([row for row in found if row[2]]) > 50


def test_a_row_that_vanishes_is_told_by_source_table_and_number(copy: Copy) -> None:
    assert copy.gate() == []
    found = copy.gate("delete from raw_stripe.charges where id in (select id from raw_stripe.charges order by id limit 2)")
    assert [(row["source"], row["resource"], row["unexplained"], row["unexplained_at"]) for row in found] == [
        ("stripe", "charges", 2, "raw table")
    ]
    assert [(gap.source, gap.resource, gap.rows, gap.where) for gap in read_missing(copy.demo.paths)] == [
        ("stripe", "charges", 2, "raw table")
    ]


def test_a_row_that_nobody_loaded_is_told_too_until_somebody_accepts_it(copy: Copy) -> None:
    found = copy.gate(MADE_UP)
    assert ("hubspot", "deal_contacts", 1) in {(row["source"], row["resource"], row["unexplained"]) for row in found}
    done = copy.demo.cx("accept-missing", "hubspot", "deal_contacts", "--because", "entered by hand")
    assert done.returncode == 0, done.stderr
    assert "hubspot" not in {row["source"] for row in copy.gate()}
    [told] = copy.ask(
        "select accepted, missing from published.row_reconciliation where is_newest and (source, resource) = ('hubspot', 'deal_contacts')"
    )
    assert told == {"accepted": -1, "missing": 0}


def test_planted_rows_show_their_cause(copy: Copy, read_again: Sequence[str]) -> None:
    answers = copy.newest("surveymonkey", "responses")
    assert (answers["quarantined"], answers["suppressed"] > 0, answers["duplicates"] > 0) == (1, True, True)
    assert answers["extracted"] == sum(answers[name] for name in ("quarantined", "suppressed", "duplicates", "landed"))
    assert (answers["merged"], answers["added"], answers["missing"]) == (answers["landed"], 0, 0)
    assert answers["stored"] == answers["staged"] > answers["attributed"] == answers["published"]


def test_what_vanished_and_is_listed_again_is_explained(copy: Copy, read_again: Sequence[str]) -> None:
    [gap] = copy.ask("select missing, read_again, unexplained from published.row_reconciliation where missing <> 0")
    assert gap == {"missing": 2, "read_again": 2, "unexplained": 0}
    assert copy.gate() == []


# what a layer loses, and the raw tables that miss it with the border
LOST = {
    "delete from cx.customer_360.fct_orders where order_id = "
    "(select min(order_id) from cx.customer_360.fct_orders where source = 'netsuite')": {
        ("netsuite", "transactions", "attribution"),
        ("netsuite", "transaction_lines", "attribution"),
    },
    "delete from cx.staging.stg_web_events__sessions where session_id = "
    "(select min(session_id) from cx.staging.stg_web_events__sessions where tool = 'ga4')": {
        ("web_events", "ga4_events", "attribution")
    },
    "update cx.customer_360.fct_cases set customer_id = null where case_id = "
    "(select min(case_id) from cx.customer_360.fct_cases where source = 'zendesk_support' and customer_id is not null)": {
        ("zendesk_support", "tickets", "attribution")
    },
    "delete from published.main.feedback where feedback_id = "
    "(select min(feedback_id) from published.main.feedback where source = 'fhir' and customer_id is not null)": {
        ("fhir", "questionnaire_responses", "publication")
    },
}


def test_what_a_model_loses_is_told_by_raw_table_and_border(copy: Copy, read_again: Sequence[str]) -> None:
    """An order with its invoices and their lines, a visit, whose a case is, and an answer that only readers do not find."""
    found = copy.gate(*LOST, copy.made("customer_360.int_customer_360__row_ends", ENDS))
    assert {(row["source"], row["resource"], row["unexplained_at"]) for row in found} == set().union(*LOST.values())
    assert all(row["unexplained"] > 0 for row in found)
