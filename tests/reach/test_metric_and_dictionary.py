"""`cx metric` gives published rows and nothing made of them; the dictionary names every published column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.core.errors import SettingMissing, UnknownName
from ingest.core.paths import Paths
from orchestration.cli import main
from orchestration.reach import metricflow
from orchestration.reach.contracts import contracts
from orchestration.reach.dictionary import write_dictionary
from orchestration.reach.metric import METRICFLOW, ask, metric

from .planted import columns_of, plant, tables


def _figure(month: str, segment_type: str, segment: str, value: float, **changes: Any) -> dict[str, Any]:
    told = {
        "kpi_id": "nps", "variant": "standard", "grain": "month", "period_start": f"2026-{month}-01", "segment_type": segment_type,
        "segment": segment, "value": value, "n": 40, "n_immature": 0, "is_complete": month != "07",
    }  # fmt: skip
    return {**told, **changes}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    made = Paths(tmp_path_factory.mktemp("metric"))
    whole = [_figure(month, "all", "all", value) for month, value in (("05", 30.0), ("06", 33.5), ("07", 90.0))]
    cut = [_figure("06", "channel", channel, value) for channel, value in (("email", 20.0), ("phone", 50.0))]
    others = [_figure("06", "all", "all", 1.0, variant=variant, kpi_id="resolution_time") for variant in ("mean", "median")]
    plant(made, {"kpi_period": [*whole, *cut, *others]})
    return made


@pytest.mark.parametrize(
    ("by", "values"),
    [
        (["month"], [("2026-05", 30.0), ("2026-06", 33.5), ("2026-07", 90.0)]),
        (["metric_time__month"], [("2026-05", 30.0), ("2026-06", 33.5), ("2026-07", 90.0)]),
        ([], [("2026-06", 33.5)]),
        (["month", "channel"], [("2026-06", "email", 20.0), ("2026-06", "phone", 50.0)]),
        (["channel"], [("2026-06", "email", 20.0), ("2026-06", "phone", 50.0)]),
    ],
)
def test_a_metric_is_what_was_published(paths: Paths, by: list[str], values: list[tuple[Any, ...]]) -> None:
    names, rows = metric(paths, "nps", by, None)
    shown = names.index("value") + 1
    assert [row[:shown] for row in rows] == values


@pytest.mark.parametrize(
    ("kpi", "by", "variant", "told"),
    [
        ("npss", ["month"], None, "there is no KPI npss"),
        ("nps", ["month", "persona"], None, "not published by persona"),
        ("nps", ["channel", "country"], None, "not published by channel and country_code"),
        ("nps", ["month"], "vendor", "no variant vendor"),
        ("resolution_time", ["month"], None, "several variants"),
    ],
)
def test_what_is_not_published_is_refused(paths: Paths, kpi: str, by: list[str], variant: str | None, told: str) -> None:
    with pytest.raises(UnknownName, match=told) as refused:
        metric(paths, kpi, by, variant)
    assert ":" in refused.value.remedy


def test_metricflow_is_asked_only_when_it_is_told_to_and_there(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metricflow.PYTHON, "/nowhere/bin/python")
    assert ask(paths, "nps", ["month"], None, "published")[1:] == (
        metric(paths, "nps", ["month"], None)[1],
        "the published rows of kpi_period",
    )
    with pytest.raises(SettingMissing, match="MetricFlow is not installed") as refused:
        ask(paths, "nps", ["month"], None, METRICFLOW)
    assert metricflow.PYTHON in refused.value.remedy
    with pytest.raises(UnknownName, match="one variant"):
        ask(paths, "nps", ["month"], "standard", METRICFLOW)


def test_the_commands_answer_on_the_command_line(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA_DIR", str(paths.root))
    assert main(["metric", "nps", "--by", "month,channel", "--csv"]) == 0
    assert "2026-06,phone,50" in capsys.readouterr().out
    assert main(["metric", "nps", "--by", "persona"]) == 1
    assert "not published by persona" in capsys.readouterr().err
    assert main(["dictionary"]) == 0 and (paths.docs / "dictionary.html").exists()
    monkeypatch.setenv("CX_ACTIVATE_WEBHOOK_URL", "http://127.0.0.1:1/hook")
    assert main(["activate", "webhook"]) == 0
    assert "nothing was sent" in capsys.readouterr().out
    monkeypatch.delenv("CX_MIRROR_POSTGRES", raising=False)
    assert main(["mirror", "postgres"]) == 1
    assert "CX_MIRROR_POSTGRES" in capsys.readouterr().err


def test_the_dictionary_has_every_published_table_and_column(tmp_path: Path) -> None:
    told = contracts(Paths(tmp_path))
    assert sorted(told) == tables()
    assert [c.name for c in told["customer_360"].columns] == list(columns_of("customer_360"))
    assert told["customer_identifiers"].about.startswith("One row per customer and identifier")
    assert [c.name for c in told["customer_identifiers"].columns if c.is_personal and c.name == "identifier_value"]
    page = write_dictionary(Paths(tmp_path), told).read_text(encoding="utf-8")
    assert all(f"<code>{column}</code>" in page for table in told for column in columns_of(table))
    assert "{{" not in page and "http" not in page
