"""Every page on a publication, on an empty one, and on none at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from ingest.core.paths import Paths
from orchestration.gates import clear_holds, record_holds
from tests.app.conftest import NAMES, look, words
from tests.app.planted import publish_planted

# what each page has to say of the planted people
TOLD = {
    "scorecard": ("Net Promoter Score 17.5", "EUR 14,809", "target 35.0", "**1** behind", "late answers"),
    "journeys": ("From stage to stage", "Where it hurts", "Where nobody asks"),
    "voice": ("Share of voice", "180 match"),
    "closed_loop": ("Contact today", "20 are due in all", "5 of 20"),
    "customers": ("Type what is known of the person",),
    "profiles": ("Who moved",),
    "value": ("Monthly recurring revenue", "Who stays"),
    "data_health": ("planted-", "**landed**: passed", "**3** of 3 sources"),
}


@pytest.mark.parametrize("page", NAMES)
def test_a_page_shows_the_publication(planted: Paths, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    app = look(planted, monkeypatch, page)
    told = words(app) + "".join(frame.value.to_string() for frame in app.dataframe)
    assert not app.error and "Data as of 01 July 2026, 08:00" in told
    for expected in TOLD[page]:
        assert expected in told, expected


@pytest.mark.parametrize("page", NAMES)
def test_a_page_says_when_there_is_nothing_to_show(first_morning: Paths, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    app = look(first_morning, monkeypatch, page)
    assert not app.error and len(words(app)) > 100
    assert page == "customers" or any(word in words(app) for word in ("yet", "no ", "No", "Nobody"))


@pytest.mark.parametrize("page", NAMES)
def test_a_page_says_that_nothing_has_been_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    app = look(Paths(tmp_path), monkeypatch, page)
    assert not app.error and "nothing has been published yet" in app.info[0].value and "make demo" in app.info[0].value


def test_a_file_that_is_none_and_one_of_another_shape_are_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path)
    paths.published.parent.mkdir(parents=True)
    paths.published.write_text("this is no database", encoding="utf-8")
    assert "cannot be read" in look(paths, monkeypatch).error[0].value
    paths.published.unlink()
    with duckdb.connect(str(paths.published)) as connection:
        connection.execute("create table customer_360 as select 1 as customer_id")
    told = look(paths, monkeypatch).error[0].value
    assert "publication does not exist" in told and "cx run" in told


def test_the_next_publication_is_followed_and_the_one_before_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path)
    publish_planted(paths, "the-first")
    app = look(paths, monkeypatch, "data_health")
    assert "the-firs" in words(app)
    publish_planted(paths, "next-one")
    app.run()
    assert "next-one" in words(app) and "the-firs" not in words(app)


def test_a_page_that_was_begun_on_one_publication_is_made_again_on_the_next(
    planted: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is swapped between two questions of one page: no figure of the second file stands beside the first's."""
    from app import data

    file = tmp_path / "cx.duckdb"
    shutil.copy(planted.published, file)
    begun = data.Edition(file, data.stamp(file))
    other = tmp_path / "other.duckdb"
    shutil.copy(planted.published, other)
    other.replace(file)
    connection = data._Connection()
    with pytest.raises(data.Replaced):
        connection.ask(begun, "select 1", ())
    assert len(connection.ask(data.Edition(file, data.stamp(file)), "select 1 as one", ())) == 1


def test_a_stale_publication_says_its_age_and_nothing_alarming(planted: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    told = words(look(planted, monkeypatch, "data_health"))
    assert "days old" in told and "Planted data keeps a calendar of its own" in told


def test_a_closed_gate_is_told_on_every_page_until_something_is_published(
    planted: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path)
    shutil.copytree(planted.root, paths.root, dirs_exist_ok=True)
    record_holds(paths, "the-second-run", [("landed", "raw_stripe.customers: volume", "half as many rows as on other days")])
    for page in ("scorecard", "data_health"):
        app = look(paths, monkeypatch, page)
        assert "gate landed has been closed since" in app.warning[0].value and not app.error
    assert "half as many rows" in app.dataframe[0].value.to_string()
    clear_holds(paths)  # as publishing does
    assert not look(paths, monkeypatch).warning


def test_the_pseudonymised_role_reads_its_own_file_and_says_when_there_is_none(
    planted: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path)
    shutil.copytree(planted.root, paths.root, dirs_exist_ok=True)
    paths.pseudonymised.unlink()
    monkeypatch.setenv("CX_APP_ROLE", "pseudonymised")
    assert "cx_pseudonymised.duckdb does not exist" in look(paths, monkeypatch).info[0].value
    shutil.copy(paths.published, paths.published.with_name("cx_pseudonymised.duckdb"))
    with duckdb.connect(str(paths.published.with_name("cx_pseudonymised.duckdb"))) as connection:
        connection.execute("update customer_360 set full_name = null, email = null, phone = null")
    app = look(paths, monkeypatch, "closed_loop")
    assert "Pseudonymised" in words(app) and app.dataframe[0].value["full_name"].isna().all()
    monkeypatch.setenv("CX_APP_ROLE", "everything")
    assert "Known are: full, pseudonymised" in look(paths, monkeypatch).error[0].value
