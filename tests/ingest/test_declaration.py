"""A declaration that cannot work is told whole, before anything is asked of a vendor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.core.declaration import DeclarationError, sound
from ingest.core.spec import Basic, Bearer, Children, Cursor, Listing, Resource, Setting, Source, instant, integer, text

PEOPLE = Resource(
    name="people",
    key=("id",),
    columns=(integer("id"), text("email", personal=True), instant("updated_at")),
    full=Listing("/people", "items"),
    changes=Listing("/people", "items", params={"since": "{since}"}),
    cursor=Cursor("updated_at"),
)
NOTES = Resource(
    name="notes",
    key=("id",),
    columns=(integer("id"), integer("person_id", "$parent.id")),
    full=Listing("/people/{parent.id}/notes", "items"),
    parent=Children("people"),
)
ACME = Source(
    name="acme",
    title="Acme",
    base_url="{base_url}",
    auth=Bearer(),
    settings=(Setting("base_url", "the address"), Setting("token", "the token", secret=True)),
    resources=(PEOPLE, NOTES),
)


def _with(**changes: object) -> Source:
    return replace(ACME, resources=(replace(PEOPLE, **changes), NOTES))


def test_a_declaration_that_works_passes_as_it_is() -> None:
    assert sound(ACME) is ACME


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_with(key=("uuid",)), "people: its key 'uuid' is no column"),
        (_with(key=()), "people: it has no key"),
        (_with(cursor=Cursor("changed_at")), "people: its cursor 'changed_at' is no column"),
        (_with(cursor=None), "people: it lists changes but has no cursor"),
        (_with(columns=(*PEOPLE.columns, text("email"))), "people: two columns are called 'email'"),
        (_with(full=Listing("/people/{sinse}", "items")), "people: nothing fills {sinse} in /people/{sinse}"),
        (_with(full=Listing("/people", "items", json={"auth": ["{token}"]})), "the secret 'token' would stand in"),
        (replace(ACME, resources=(PEOPLE, replace(NOTES, parent=Children("persons")))), "'persons' is no resource"),
        (replace(ACME, resources=(NOTES, PEOPLE)), "notes: its parent 'people' stands after it"),
        (replace(ACME, resources=(PEOPLE, PEOPLE)), "two resources are called 'people'"),
        (
            replace(ACME, resources=(PEOPLE, replace(NOTES, full=Listing("/people/{parent.email}/notes", "items")))),
            "notes: nothing fills {parent.email}",
        ),
        (replace(ACME, auth=Bearer("key")), "need a setting 'key', settings are base_url, token"),
        (replace(ACME, auth=Basic("{email}/token", "token")), "need a setting 'email'"),
        (replace(ACME, base_url="https://{site}.example.com"), "need a setting 'site'"),
    ],
)
def test_a_name_that_nothing_answers_to_is_told(broken: Source, told: str) -> None:
    with pytest.raises(DeclarationError, match="the declaration of acme cannot work") as error:
        sound(broken)
    assert told in str(error.value)
    assert "ingest/sources/acme.py" in error.value.remedy


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(DeclarationError) as error:
        sound(replace(_with(key=("uuid",), cursor=Cursor("changed_at")), auth=Bearer("key")))
    assert str(error.value).count(";") == 2
