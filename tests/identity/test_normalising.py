"""What libraries make of numbers and names, in dbt's Python models."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "identity"
numbers = runpy.run_path(str(MODELS / "int_identity__phone_numbers.py"))
digits: Callable[[str, str], str | None] = numbers["digits"]
clean: Callable[[str], str | None] = runpy.run_path(str(MODELS / "int_identity__organisation_names.py"))["clean"]


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("+493090182012", "DE", "493090182012"),
        ("03090182012", "DE", "493090182012"),
        ("00442079460018", "DE", "442079460018"),
        ("+4402079460018", "GB", "442079460018"),
        ("2125550123", "US", "12125550123"),
        ("03090182012ext7", "DE", "493090182012"),
        ("12", "DE", None),
        ("unknown", "DE", None),
        ("0000000000", "DE", None),
    ],
)
def test_however_a_number_is_written_one_number_comes_out(written: str, country: str, meant: str | None) -> None:
    assert digits(written, country) == meant


def test_what_is_read_without_the_library_is_what_the_library_reads() -> None:
    """Numbers of every country, whole, a digit short, a digit long, dialled from home and from abroad."""
    read, plain = 0, numbers["_plain"]
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        if example is None:
            continue
        national = str(example.national_number)
        for told in (national, national[:-1], national + "7", "0" + national):
            for written in (f"+{example.country_code}{told}", f"00{example.country_code}{told}", f"0{told}", told):
                for country in (region, "DE"):
                    found = plain(written, country)
                    read += found is not None
                    assert found is None or found == numbers["_parsed"](written, country), (region, country, len(written))
    assert read > 1_000


@pytest.mark.parametrize("written", ["Müller & Roth GmbH & Co. KG", "mueller und roth gmbh", "Müller und Roth AG"])
def test_a_company_is_called_the_same_with_any_legal_form(written: str) -> None:
    assert clean(written) == "mueller und roth"
