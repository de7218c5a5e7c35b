"""What the pages are made of: words for figures, files that are given away, and how the app is started."""

from __future__ import annotations

import ast
import io
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from app import tables, words
from app.data import Basis
from orchestration.cli import main
from orchestration.parts import CHECKOUT
from tests.app.planted import contracts

AT = datetime(2026, 7, 1, 6, tzinfo=UTC)
EUR = Basis("run", AT, AT, "EUR", 100.0, "Europe/Berlin")
YEN = Basis("run", AT, AT, "JPY", 1.0, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (81.333, "percent", "81.3 %"), (33.77, "points", "33.8 points"), (14809.0, "reporting currency", "EUR 14,809"),
        (94.5, "reporting currency", "EUR 94.50"), (243.4, "minutes", "4 h 3 min"), (35, "minutes", "35 min"), (5000, "minutes", "3 d 11 h"),
        (52582, "people", "52,582 people"), (None, "percent", "–"), (float("nan"), "points", "–"),
    ],
)  # fmt: skip
def test_a_figure_is_said_in_its_unit(value: float | None, unit: str, told: str) -> None:
    assert words.figure(value, unit, EUR) == told


def test_money_has_the_digits_of_its_currency() -> None:
    assert words.money(9450, EUR) == "EUR 94.50" and words.money(9450, YEN) == "JPY 9,450" and words.money(None, EUR) == "–"


@pytest.mark.parametrize(
    ("passed", "told"), [(timedelta(minutes=5), "less than an hour old"), (timedelta(hours=1), "1 hour old"), (timedelta(days=144), "144 days old"), (-timedelta(hours=1), "ahead")]
)  # fmt: skip
def test_an_age_is_said_plainly(passed: timedelta, told: str) -> None:
    assert words.age(AT - passed, AT).startswith(told)


def test_text_from_outside_is_no_markup() -> None:
    assert words.plain("![x](http://a.example) *b*") == r"\!\[x\]\(http\://a.example\) \*b\*"


def test_files_given_away_hold_the_rows_and_no_formulas() -> None:
    at = pd.Timestamp("2026-07-01 06:00", tz="UTC")
    frame = pd.DataFrame(
        {"name": ["=cmd()", "Ada", None], "phone": ["+49 30 5550007", "@home", "-"], "n": [-1, 2, 3], "at": [at] * 3}
    )
    told = tables.csv(frame).decode("utf-8-sig").splitlines()
    assert told == ["name,phone,n,at", f"'=cmd(),+49 30 5550007,-1,{at}", f"Ada,'@home,2,{at}", f",-,3,{at}"]
    again = pd.read_parquet(io.BytesIO(tables.parquet(frame)))
    assert again["name"].tolist() == frame["name"].tolist() and again["at"].tolist() == [at] * 3


def test_nothing_imports_the_app() -> None:
    found = []
    for package in ("ingest", "orchestration"):
        for file in (CHECKOUT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                named = (
                    [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else []
                )
                found += [f"{file}: {name}" for name in named if name.partition(".")[0] == "app"]
    assert found == []


def test_identifiers_and_names_are_published_as_personal() -> None:
    import yaml

    model = CHECKOUT / "dbt_project" / "models" / "published" / "published__customer_records.yml"
    (told,) = yaml.safe_load(model.read_text(encoding="utf-8"))["models"]
    personal = {column["name"] for column in told["columns"] if column.get("meta", {}).get("privacy") == "personal"}
    assert personal == {"customer_id", "identifier_value", "record_id"} and "customer_records" in contracts()


def test_a_port_in_use_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["app", "--port", str(taken.getsockname()[1])]) == 1
    told = capsys.readouterr().err
    assert "cannot be used" in told and "--port" in told and told.count("\n") == 1
