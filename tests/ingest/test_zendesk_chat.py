"""Zendesk Chat end to end: ties survive the cut of a page, changes come again, the export is followed to where it stands still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ingest.core.positions import ExportPositionPaginator
from ingest.core.spec import Listing, Source
from ingest.sources.zendesk_chat import ZENDESK_CHAT
from tests.ingest.chat_runs import Runs, only
from tests.sandbox.chat_company import NEXT_DAY, Served, serving_chats

RAW = "raw_zendesk_chat"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_chats(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture
def runs(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs.into(tmp_path, served, monkeypatch)


def in_pages_of(size: int) -> Source:
    """The chats alone, with smaller pages."""
    listing = ZENDESK_CHAT.resource("chats").full
    assert isinstance(listing, Listing)
    pages = partial(ExportPositionPaginator, size=size)
    return only(ZENDESK_CHAT, "chats", full=replace(listing, pages=pages, params={**listing.params, "limit": str(size)}))


def test_all_lands_once_and_the_next_day_brings_what_changed(runs: Runs) -> None:
    first = runs.run(ZENDESK_CHAT)
    assert runs.errors == [] and {name: run.landed for name, run in first.items()} == {"agents": 5, "departments": 1, "chats": 12}
    assert runs.rows(f"select count(*) from {RAW}.chats where _extra is not null") == [(0,)]
    runs.served.world.set_clock(NEXT_DAY)
    second = runs.run(ZENDESK_CHAT)
    assert second["chats"].mode == "changes" and second["chats"].extracted < 12
    changed = f"select id[-1:], rating, deleted from {RAW}.chats where id in ('2606.1.S0005', '2606.1.S0006') order by id"
    assert runs.rows(changed) == [("5", "good", False), ("6", None, True)]
    assert runs.rows(f"select count(*), count(distinct id) from {RAW}.chats") == [(12, 12)]


def test_chats_of_one_second_survive_the_cut_of_a_page(runs: Runs) -> None:
    runs.served.switches("zendesk_chat").set({"empty_page_continues": 1})
    books = runs.run(in_pages_of(2))
    assert runs.errors == [] and (books["chats"].landed, books["chats"].duplicates) == (12, 0)


def test_rows_told_twice_are_kept_once(runs: Runs) -> None:
    runs.served.switches("zendesk_chat").values["chat_overlap"] = True
    books = runs.run(in_pages_of(6))
    assert runs.errors == [] and books["chats"].landed == 12 and books["chats"].duplicates > 0


def test_a_second_with_more_chats_than_a_page_is_reported_not_lost_in_silence(runs: Runs) -> None:
    runs.served.switches("zendesk_chat").values["chat_overlap"] = True
    books = runs.run(in_pages_of(3))
    assert not books["chats"].is_complete
    assert "more than 3 records share that second" in str(runs.errors[0])
