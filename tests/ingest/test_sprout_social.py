"""The Sprout Social connector against the vendor's server: everything by three kinds of paging, then the last days again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.sandbox.servers import sprout_social
from ingest.sources.sprout_social import SPROUT_SOCIAL
from tests.ingest.chat_runs import Runs
from tests.ingest.extraction import Extraction
from tests.sandbox.chat_company import Served
from tests.sandbox.opinion_company import NEXT_DAY, serving_opinions

UNHURRIED = replace(SPROUT_SOCIAL, budgets=())  # small pages are many calls, and the allowance a minute is real
_PAGES = {"MESSAGES_PAGE": 3, "POSTS_PAGE": 2, "POSTS_CAP": 4, "DAYS_PAGE": 2}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_opinions(tmp_path_factory.mktemp("opinions")) as running:
        yield running


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in _PAGES.items():
        monkeypatch.setattr(sprout_social, name, size)
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")


@pytest.fixture
def extraction(tmp_path: Path, served: Served) -> Extraction:
    served.reset()
    return Extraction(SPROUT_SOCIAL, served.settings("sprout_social"), tmp_path)


def test_everything_lands_behind_cursors_caps_and_pages_and_the_next_day_brings_what_moved(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs.into(tmp_path, served, monkeypatch)
    first = runs.run(UNHURRIED)
    assert {name: (run.landed, run.is_complete) for name, run in first.items()} == {
        "clients": (1, True),
        "profiles": (2, True),
        "messages": (7, True),
        "messages_keys": (7, True),
        "post_metrics": (7, True),
        "profile_metrics": (6, True),
    }
    served.world.set_clock(NEXT_DAY)
    second = runs.run(UNHURRIED)
    assert {name: second[name].extracted for name in ("messages", "post_metrics", "profile_metrics")} == {
        "messages": 3,
        "post_metrics": 3,
        "profile_metrics": 1,
    }
    newest = "select guid, sentiment, from_screen_name, group_id from raw_sprout_social.messages order by created_at desc limit 1"
    assert runs.rows(newest) == [("9500", "NEGATIVE", "Some_500", 11)]
    assert runs.rows("select max(impressions) from raw_sprout_social.post_metrics") == [(999,)]
    day = "select impressions, followers, network from raw_sprout_social.profile_metrics order by reported_on desc limit 1"
    assert runs.rows(day) == [(1, 100, "twitter")]


def test_a_message_removed_at_its_network_is_missing_from_the_next_months_listing(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs.into(tmp_path, served, monkeypatch)
    assert runs.run(UNHURRIED)["messages_keys"].landed == 7
    served.world.set_clock(NEXT_DAY)
    assert "messages_keys" not in runs.run(UNHURRIED)
    served.world.set_clock(NEXT_DAY + timedelta(days=30))
    assert runs.run(UNHURRIED)["messages_keys"].landed == 7  # one went, a late one came
    newest = "select max(_observed_at) from raw_sprout_social.messages_keys"
    left = f"select guid from raw_sprout_social.messages_keys where _observed_at < ({newest})"
    assert runs.rows(left) == [("9001",)]


def test_an_empty_page_of_posts_is_no_end(extraction: Extraction, served: Served) -> None:
    served.switches("sprout_social").values["empty_page_continues"] = 3
    came = extraction.run()
    assert (len(came.rows["messages"]), len(came.rows["post_metrics"]), came.errors) == (7, 7, [])


def test_an_answer_that_is_not_ready_is_asked_for_again(extraction: Extraction, served: Served) -> None:
    served.switches("sprout_social").values["fail_next"] = {"status": 202, "count": 3, "body": {}}
    came = extraction.run()
    assert (len(came.rows["messages"]), came.errors) == (7, [])


def test_a_refusal_without_headers_is_waited_out_and_else_told(extraction: Extraction, served: Served) -> None:
    switches = served.switches("sprout_social")
    switches.values["fail_next"] = {"status": 429, "count": 2}
    assert len(extraction.run().rows["clients"]) == 1
    switches.values["fail_next"] = {"status": 429, "count": 99}
    assert "Too many requests" in str(extraction.run().errors[0])


def test_a_start_date_that_is_none_is_named(extraction: Extraction) -> None:
    assert "setting start_date is no date" in str(extraction.run(start_date="last year").errors[0])
