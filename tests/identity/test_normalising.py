"""What libraries make of numbers and names, in dbt's Python models."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "identity"
digits: Callable[[str, str], str | None] = runpy.run_path(str(MODELS / "int_identity__phone_numbers.py"))["digits"]
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


@pytest.mark.parametrize("written", ["Müller & Roth GmbH & Co. KG", "mueller und roth gmbh", "Müller und Roth AG"])
def test_a_company_is_called_the_same_with_any_legal_form(written: str) -> None:
    assert clean(written) == "mueller und roth"
