"""What libraries make of numbers and names, in dbt's Python models."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import duckdb
import phonenumbers
import pyarrow as pa
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
    asked: set[tuple[str, str]] = {
        ("", "DE"),
        ("+", "DE"),
        ("00", "DE"),
        ("+80012345678", "DE"),
        ("0٣٠١٢٣٤٥٦", "DE"),
        ("030901820", "XX"),
    }
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        if example is None:
            continue
        national = str(example.national_number)
        for told in (national, national[:-1], national + "7", "0" + national, national[0] * len(national)):
            for written in (f"+{example.country_code}{told}", f"00{example.country_code}{told}", f"0{told}", told):
                asked |= {(written, country) for country in (region, "DE", "IT")}
    persons = pa.table(
        {
            "phone_key": pa.array([written for written, _ in sorted(asked)]),
            "mobile_phone_key": pa.nulls(len(asked), pa.string()),
            "dialled_from": pa.array([country for _, country in sorted(asked)]),
        }
    )
    by_library: list[tuple[str, str]] = []

    def read_by_library(written: str, country: str) -> str | None:
        by_library.append((written, country))
        return digits(written, country)

    with duckdb.connect() as session, pytest.MonkeyPatch.context() as patch:
        patch.setitem(numbers["read"].__globals__, "digits", read_by_library)
        found = numbers["read"](session, persons).to_pylist()
    assert {(row["phone_key"], row["dialled_from"]): row["phone_digits"] for row in found} == {one: digits(*one) for one in asked}
    assert len(found) == len(asked)
    assert len(asked) - len(by_library) > 1_000


@pytest.mark.parametrize("written", ["Müller & Roth GmbH & Co. KG", "mueller und roth gmbh", "Müller und Roth AG"])
def test_a_company_is_called_the_same_with_any_legal_form(written: str) -> None:
    assert clean(written) == "mueller und roth"
