"""The small formulas of dbt_project/macros, each on numbers counted by hand, run by DuckDB without dbt around them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"


class _Adapter:
    """dbt's way to a macro's DuckDB version."""

    def __init__(self) -> None:
        self.macros: Any = None

    def dispatch(self, name: str) -> Callable[..., str]:
        found: Callable[..., str] = getattr(self.macros, f"duckdb__{name}", None) or getattr(self.macros, f"default__{name}")
        return found


@pytest.fixture(scope="module")
def value() -> Callable[[str], Any]:
    """Runs an expression that calls macros as a model does."""
    adapter = _Adapter()
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    files = ("kpi/formulas", "kpi/intervals", "kpi/significance", "kpi/time", "months_per_interval")
    text = "\n".join((MACROS / f"{name}.sql").read_text(encoding="utf-8") for name in files)
    context = {"adapter": adapter, "var": {"reporting_time_zone": "Europe/Berlin"}.__getitem__}
    adapter.macros = environment.from_string(text).make_module(context)

    def run(expression: str) -> Any:
        sql = environment.from_string(f"{text}\nselect {expression}").render(context)
        return duckdb.execute(sql).fetchall()[0][0]

    return run


def test_the_variance_of_a_half_a_third_and_a_sixth(value: Callable[[str], Any]) -> None:
    """Three promoters, two passives, one detractor: NPS 33.3, variance (1/2 + 1/6) - (1/2 - 1/6)^2 = 0.5556."""
    assert value("{{ nps_variance(3, 1, 6) }}") == pytest.approx(0.5556, abs=5e-5)
    assert value("{{ percent_of('(3 - 1)', 6) }}") == pytest.approx(33.3, abs=0.05)


def test_nothing_measured_is_null_and_never_zero(value: Callable[[str], Any]) -> None:
    for expression in ("percent_of(0, 0)", "nps_variance(0, 0, 0)", "wilson_low(0, 0)", "nps_high(0, 0, 0)", "mean_low(1, 1, 0)"):
        assert value(f"{{{{ {expression} }}}}") is None, expression
    assert value("{{ percent_of(0, 3) }}") == 0


@pytest.mark.parametrize(
    ("score", "band"), [(0, "detractor"), (6.5, "detractor"), (7, "passive"), (8.5, "passive"), (9, "promoter"), (10, "promoter")]
)
def test_every_score_has_one_band(value: Callable[[str], Any], score: float, band: str) -> None:
    assert value(f"{{{{ nps_band({score}) }}}}") == band


@pytest.mark.parametrize("score", [-3, 10.5, "null"])
def test_a_score_off_the_scale_has_none(value: Callable[[str], Any], score: object) -> None:
    assert value(f"{{{{ nps_band('{score}') }}}}") is None


def test_elapsed_minutes_are_no_boundaries_crossed(value: Callable[[str], Any]) -> None:
    """From 10:00:59 to 10:01:01 is a thirtieth of a minute, and from later to earlier it is negative."""
    early, late = "timestamptz '2026-01-01 10:00:59+00'", "timestamptz '2026-01-01 10:01:01+00'"
    assert value(f'{{{{ elapsed_minutes("{early}", "{late}") }}}}') == pytest.approx(1 / 30)
    assert value(f'{{{{ elapsed_minutes("{late}", "{early}") }}}}') == pytest.approx(-1 / 30)


@pytest.mark.parametrize(("interval", "months"), [("'year'", 12), ("'month'", 1), ("'week'", 12 / 52), ("'day'", 12 / 365.25)])
def test_every_interval_is_worth_its_months(value: Callable[[str], Any], interval: str, months: float) -> None:
    """Daily and weekly plans count too; a yearly price is a twelfth of it a month."""
    january = "timestamptz '2026-01-01 00:00:00+00'", "timestamptz '2026-02-01 00:00:00+00'"
    assert value(f'{{{{ months_per_interval("{interval}", "1", "{january[0]}", "{january[1]}") }}}}') == pytest.approx(months)


def test_a_p_value_is_that_of_the_normal_distribution(value: Callable[[str], Any]) -> None:
    assert value("{{ two_sided_p(1.959963984540054) }}") == pytest.approx(0.05, abs=1e-6)
    z = value("{{ two_shares_z(60, 100, 40, 100) }}")
    assert z == pytest.approx(2.8284, abs=1e-4)
