"""People are found by whatever is known of them, and their card says what the publication holds."""

from __future__ import annotations

import pytest

from ingest.core.paths import Paths
from tests.app.conftest import look, words

SEVENTH = "C000000000000007"


@pytest.mark.parametrize(
    "typed",
    [
        SEVENTH,
        SEVENTH.lower(),
        "cf00000000000007",
        "person7@planted.example",
        "PERSON7@planted.example",
        "+49 30 5550007",
        "030 5550007",
        "0049 (30) 555-0007",
        "hubspot:contacts:key7",
        "key7",
    ],
)
def test_one_person_is_found(planted: Paths, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    app = look(planted, monkeypatch, "customers")
    app.text_input(key="q").input(typed).run()
    told = words(app)
    assert not app.exception and SEVENTH in told, told
    assert "person7@planted.example" in told and "To be contacted (rank 8)" in told


def test_an_id_that_was_merged_leads_to_the_survivor(planted: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    app = look(planted, monkeypatch, "customers")
    app.text_input(key="q").input("cf00000000000007").run()
    assert "person7@planted.example" in words(app)
    assert f"CF00000000000007 was merged into {SEVENTH}" in app.info[0].value


def test_several_are_listed_and_the_chosen_one_is_shown(planted: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    app = look(planted, monkeypatch, "customers")
    app.text_input(key="q").input("zoe beispiel").run()
    listed = app.dataframe[0].value["full_name"]
    assert len(listed) == 15 and listed.str.startswith("Zoë").all()
    app.selectbox(key="chosen_customer").select_index(3).run()
    assert app.selectbox(key="chosen_customer").value in words(app)


@pytest.mark.parametrize(
    "typed", ["nobody@planted.example", "+49 30 9999999", "C999999999999999", "Nobody Anywhere", "'; drop table x; --"]
)
def test_who_is_not_known_is_said(planted: Paths, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    app = look(planted, monkeypatch, "customers")
    app.text_input(key="q").input(typed).run()
    assert not app.exception and not app.error and "Nobody is known" in app.warning[0].value


def test_the_card_tells_what_several_records_share(planted: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    app = look(planted, monkeypatch, "customers")
    app.text_input(key="q").input(SEVENTH).run()
    frames = {tuple(frame.value.columns): frame.value for frame in app.dataframe}
    shared = next(frame for columns, frame in frames.items() if "identifier_value" in columns)
    assert list(shared["identifier_value"]) == ["person7@planted.example"] and list(shared["records"]) == [2]
    assert "cx why C000000000000007" in words(app)


def test_the_list_of_the_day_leads_to_the_card(planted: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    app = look(planted, monkeypatch, "closed_loop")
    assert len(app.dataframe[0].value) == 19  # one of the twenty opted out
    app.checkbox(key="without_opted_out").uncheck().run()
    assert len(app.dataframe[0].value) == 20
