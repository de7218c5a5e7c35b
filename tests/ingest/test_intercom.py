"""Intercom end to end: the second day reads what changed, silent deletes are found, what goes away while reading is no failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from requests import Request, Response

from ingest.core.positions import NextPagePaginator
from ingest.core.readers.scroll import Scroll
from ingest.sources.intercom import INTERCOM
from tests.ingest.chat_runs import Runs, only
from tests.sandbox.chat_company import NEXT_DAY, Served, serving_chats

RAW = "raw_intercom"
TALKS = replace(INTERCOM, resources=(INTERCOM.resource("conversations"), INTERCOM.resource("conversation_parts")))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_chats(tmp_path_factory.mktemp("intercom")) as running:
        yield running


@pytest.fixture
def runs(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs.into(tmp_path, served, monkeypatch)


def test_all_lands_once_and_the_next_day_brings_what_changed(runs: Runs) -> None:
    first = runs.run(INTERCOM)
    assert runs.errors == [] and all(run.is_complete and run.quarantined == 0 for run in first.values())
    landed = {name: run.landed for name, run in first.items()}
    assert landed == {
        "admins": 1, "teams": 1, "companies": 120, "contacts": 160, "contacts_keys": 160, "conversations": 12,
        "conversations_keys": 12, "conversation_parts": 24,
    }  # fmt: skip
    assert runs.rows(f"select count(*) from {RAW}.contacts where _extra is not null") == [(0,)]

    runs.served.world.set_clock(NEXT_DAY)
    runs.served.switches("intercom").values["part_cap"] = 1
    second = runs.run(INTERCOM)
    # The conversation that was rated, and the newest, which the lag reads again; parts read before the cap stay.
    assert (second["conversations"].extracted, second["conversation_parts"].extracted) == (2, 2)
    assert runs.rows(f"select count(*) from {RAW}.conversation_parts where conversation_id = '5004'") == [(3,)]
    assert second["contacts"].extracted < 60  # days are compared, so two of them come again
    assert runs.rows(f"select unsubscribed_from_emails from {RAW}.contacts where id = 'c0009'") == [(True,)]
    assert runs.rows(f"select rating, rated_at = updated_at from {RAW}.conversations where id = '5004'") == [(4, True)]
    missing = "select list(id) from {0}.{1} as r where id not in (select id from {0}.{1}_keys where _run_id = (select max_by(run_id, observed_at) from {0}.ingest_runs))"
    assert runs.rows(missing.format(RAW, "contacts")) == [(["c0007"],)]
    assert runs.rows(missing.format(RAW, "conversations")) == [(["5003"],)]


def test_a_conversation_deleted_between_search_and_fetch_is_no_failure(runs: Runs) -> None:
    def delete_meanwhile(resource: str, rows: int, calls: int) -> None:
        if resource == "conversations":
            runs.served.world.set_clock(NEXT_DAY)

    books = runs.run(TALKS, delete_meanwhile)
    assert runs.errors == [] and books["conversation_parts"].is_complete
    assert runs.rows(f"select count(*) from {RAW}.conversation_parts where conversation_id = '5003'") == [(0,)]


@pytest.mark.parametrize(("trouble", "times"), [("scroll_busy", 2), ("scroll_lost", 1)])
def test_a_scroll_that_is_taken_or_lost_is_begun_again(runs: Runs, trouble: str, times: int) -> None:
    scroll = INTERCOM.resource("companies").full
    assert isinstance(scroll, Scroll)
    quick = only(INTERCOM, "companies", full=replace(scroll, idle=timedelta(milliseconds=10)))
    runs.served.switches("intercom").values[trouble] = times
    books = runs.run(quick)
    assert runs.errors == [] and books["companies"].landed == 120
    assert (books["companies"].duplicates > 0) == (trouble == "scroll_lost")


def test_a_next_page_may_be_a_url_whose_query_alone_is_followed() -> None:
    paginator, request = NextPagePaginator(), Request("GET", "https://api.eu.intercom.io/contacts", params={"per_page": "150"})
    answer = Response()
    answer._content = b'{"pages": {"next": "https://api.intercom.io/contacts?per_page=150&starting_after=abc"}}'
    paginator.update_state(answer)
    paginator.update_request(request)
    assert paginator.has_next_page
    assert (request.url, request.params) == ("https://api.eu.intercom.io/contacts", {"per_page": "150", "starting_after": "abc"})


def test_a_value_that_does_not_fit_costs_its_row_alone(runs: Runs) -> None:
    runs.served.switches("intercom").set(
        {"bad_value": {"resource": "contacts", "field": "updated_at", "value": "yesterday"}, "empty_page_continues": 1}
    )
    books = runs.run(replace(INTERCOM, resources=(INTERCOM.resource("contacts"),)))
    assert (books["contacts"].landed, books["contacts"].quarantined) == (159, 1)
    assert runs.rows(f"select resource, field, value_class from {RAW}.quarantine") == [("contacts", "updated_at", "text")]
