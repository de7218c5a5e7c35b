"""What the first and the second run of the demo promise. Ordered: the second run comes last, it changes the directory."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from ingest.registry import SOURCES
from ingest.sandbox.company import START
from ingest.sandbox.truth import kpi_truth
from tests.demo.conftest import CHECKOUT, Demo
from tests.demo.journey import hold_journey_against_the_truth


def _ledger(demo: Demo) -> list[tuple[object, ...]]:
    union = " union all ".join(
        f"select '{s.name}' as source, resource, run_id, observed_at, extracted, duplicates, quarantined, distinct_keys, is_complete from {s.schema}.ingest_runs"
        for s in SOURCES.values()
    )
    return demo.warehouse(
        f"select source, resource, run_id, extracted, duplicates, quarantined, distinct_keys, is_complete from ({union}) order by observed_at"
    )


def test_the_kpi_table_and_the_places_to_look_are_printed(demo: Demo) -> None:
    printed = (demo.root / "first.txt").read_text(encoding="utf-8")
    for words in ("Net Promoter", "satisfaction", "churn", "target", str(demo.paths.published)):
        assert words.lower() in printed.lower().replace("\n", ""), words


def test_extracted_equals_landed_plus_quarantined_plus_duplicates(demo: Demo) -> None:
    for source, resource, run_id, extracted, duplicates, quarantined, distinct_keys, is_complete in _ledger(demo):
        assert is_complete, (source, resource)
        assert extracted == distinct_keys + duplicates + quarantined, (source, resource)  # type: ignore[operator]
        landed = demo.warehouse(f"select count(*) from raw_{source}.{resource} where _run_id = '{run_id}'")[0][0]
        assert landed == distinct_keys, (source, resource)


def test_one_row_per_customer_and_nobody_lost(demo: Demo) -> None:
    customers, distinct = demo.published("select count(*), count(distinct customer_id) from customer_360")[0]
    known = demo.warehouse("select count(distinct customer_id) from identity_state.customer_xref where valid_to is null")[0][0]
    assert customers == distinct == known


def test_promoters_passives_and_detractors_are_all_the_respondents(demo: Demo) -> None:
    counted = dict(
        demo.published("""
        select date_trunc('month', timezone('Europe/Berlin', responded_at))::date,
            (count(*) filter (score >= 9), count(*) filter (score >= 7 and score < 9), count(*) filter (score < 7))
        from feedback where metric = 'nps' group by 1
    """)
    )
    published = dict(
        demo.published(
            "select period_start, (numerator, n) from kpi_period where kpi_id = 'nps' and variant = 'all_responses' and n > 0"
        )
    )
    assert published and published.keys() == counted.keys()
    for month, (numerator, n) in published.items():  # type: ignore[misc]
        promoters, passives, detractors = counted[month]  # type: ignore[misc]
        assert promoters + passives + detractors == n and promoters - detractors == numerator


def test_opening_mrr_and_movements_give_closing_mrr(demo: Demo) -> None:
    broken = demo.published("""
        select month from mrr_bridge
        where abs(opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr + fx_mrr - closing_mrr) > 1e-6 * greatest(closing_mrr, 1)
    """)
    assert broken == []
    assert demo.published("select max(closing_mrr) > 0 from mrr_bridge") == [(True,)]


def _published_kpis(demo: Demo) -> dict[tuple[object, ...], tuple[object, ...]]:
    monthly = "select kpi_id, variant, period_start, numerator, denominator, value, n from kpi_period where segment = 'all' and is_complete"
    daily = "select kpi_id, variant, period_start, numerator, denominator, value, n from kpi_daily where segment = 'all' and kpi_id = 'nps_trailing_90d'"
    return {row[:3]: row[3:] for row in demo.published(f"{monthly} union all {daily}")}


def _hold_against_the_truth(demo: Demo, clock: datetime) -> None:
    truth = kpi_truth(demo.paths.sandbox, clock).to_pylist()
    published = _published_kpis(demo)
    expected = {
        (t["kpi_id"], t["variant"], t["period_start"]): (t["numerator"], t["denominator"], t["value"], t["n"]) for t in truth
    }
    complete = {key for key in expected if key in published}
    assert {key[:2] for key in published} == {key[:2] for key in complete}, "a published KPI has no truth to be held against"
    wrong = []
    for key in sorted(complete, key=str):
        for name, ours, true in zip(("numerator", "denominator", "value", "n"), published[key], expected[key], strict=True):
            if not _same(ours, true) and not (name == "numerator" and true is None):
                wrong.append((*key, name, ours, true))
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert len(complete) > 300


def test_every_published_kpi_equals_the_planted_truth(demo: Demo) -> None:
    _hold_against_the_truth(demo, START)


def test_the_planted_stories_are_in_the_published_tables(demo: Demo) -> None:
    """The outage's week, the recoveries, the campaign, who came back and who buys how often."""
    hold_journey_against_the_truth(demo, START)


def _same(ours: object, true: object) -> bool:
    if ours is None or true is None:
        return ours is None and true is None
    return math.isclose(float(ours), float(true), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def test_identity_finds_every_planted_person_and_nobody_twice(demo: Demo) -> None:
    owned = demo.warehouse(f"""
        attach '{demo.paths.sandbox / "company.duckdb"}' as company (read_only);
        select count(*), count(distinct person_id), count(distinct customer_id), count(distinct (person_id, customer_id))
        from company.truth.record_owner as owner
        join identity_state.customer_xref as xref
            on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null
    """)
    records, people, customers, pairs = owned[0]
    assert records > people > 0  # type: ignore[operator]
    assert people == customers == pairs


def test_every_published_table_says_as_of_when(demo: Demo) -> None:
    tables = [row[0] for row in demo.published("select table_name from publication")]
    assert {"customer_360", "touchpoints", "kpi_period", "kpi_daily", "mrr_movements"} <= set(tables)
    for table in tables:
        assert demo.published(f"select count(*) from {table} where data_as_of is null") == [(0,)], table


def test_the_formulas_give_the_worked_examples(demo: Demo) -> None:
    """dbt's unit tests, on the tables of a finished run."""
    where = ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--target-path", str(demo.root / "unit")]
    files = {"CX_WAREHOUSE": str(demo.paths.warehouse), "CX_PUBLISHED_NEXT": str(demo.root / "unit.duckdb")}
    command = [str(Path(sys.executable).with_name("dbt")), "test", "--select", "test_type:unit", *where]
    done = subprocess.run(command, env={**demo.environment, **files}, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    told = done.stdout[-3000:]
    assert done.returncode == 0, told
    passed = re.search(r"PASS=(\d+) WARN=0 ERROR=0", told)
    assert passed and int(passed.group(1)) >= 30, told


def test_commands_on_the_published_file(demo: Demo) -> None:
    assert "customer_360" in demo.cx("query", "select table_name from publication order by 1").stdout
    status = demo.cx("status")
    assert status.returncode == 0 and "HubSpot" in status.stdout
    unknown = demo.cx("query", "select * from customers_360")
    assert unknown.returncode == 1 and "customers_360" in unknown.stderr and "Traceback" not in unknown.stderr


def test_a_second_run_ingests_only_the_increment_keeps_ids_and_matches_the_next_days_truth(demo: Demo) -> None:
    before = {row[0] for row in demo.published("select customer_id from customer_360")}
    first = sum(int(row[3]) for row in _ledger(demo) if not str(row[1]).endswith("_keys"))  # type: ignore[call-overload]
    runs = {row[2] for row in _ledger(demo)}
    demo.run()
    second = [row for row in _ledger(demo) if row[2] not in runs]
    assert 0 < sum(int(row[3]) for row in second if not str(row[1]).endswith("_keys")) < first / 5  # type: ignore[call-overload]
    after = {row[0] for row in demo.published("select customer_id from customer_360")}
    assert len(before & after) >= 0.98 * len(before)
    _hold_against_the_truth(demo, START + timedelta(days=1))
    hold_journey_against_the_truth(demo, START + timedelta(days=1))
