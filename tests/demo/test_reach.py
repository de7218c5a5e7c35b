"""What the demo published can be looked up, and is the list it says it is."""

from __future__ import annotations

import pytest

from orchestration.reach import lookup, spelling
from orchestration.reach.activation.lists import read_list
from orchestration.reach.lookup_file import LookupFile
from orchestration.reader import published
from tests.demo.conftest import Demo


def test_everybody_is_found_by_the_address_number_and_records_they_are_known_by(demo: Demo) -> None:
    opened = LookupFile(demo.paths, pytest.fail).current()
    told = demo.published("select customer_id, email, phone from customer_360 order by customer_id")
    assert len(told) > 100
    shared = {value for (value,) in demo.warehouse(
        "select identifier_value from identity.int_identity__shared_values where blocked_because is not null"
    )}  # fmt: skip
    lost = []
    for customer, address, number in told[:200]:
        if address and (clean := spelling.email(str(address))) not in shared:
            found = lookup.with_email(opened, str(clean), lookup.FULL)
            lost += [("email", customer)] if customer not in [one["customer_id"] for one in found] else []
        if number and (digits := spelling.phone(str(number), "DE")) not in shared:
            found = lookup.with_phone(opened, str(digits), lookup.FULL)
            lost += [("phone", customer)] if customer not in [one["customer_id"] for one in found] else []
    assert lost == []
    records = demo.published(
        "select identifier_value, customer_id from customer_identifiers where identifier_type = 'record' limit 200"
    )
    assert records and all(
        [one["customer_id"] for one in lookup.with_source_id(opened, str(record), lookup.FULL)] == [customer]
        for record, customer in records
    )


def test_normalising_what_is_normal_changes_nothing(demo: Demo) -> None:
    known = demo.published(
        "select identifier_type, identifier_value from customer_identifiers where identifier_type in ('email', 'phone')"
    )
    assert known
    assert [
        kind
        for kind, value in known
        if (spelling.email(str(value)) if kind == "email" else spelling.phone(f"+{value}", "DE")) != value
    ] == []


def test_the_list_to_contact_today_has_vendors_records_to_put_tasks_on(demo: Demo) -> None:
    with published(demo.paths) as connection:
        listed = read_list(connection, "contact_today")
    assert listed.entries and len({entry.key for entry in listed.entries}) == len(listed.entries)
    assert any("hubspot_contact_id" in entry.vendor_ids for entry in listed.entries)
