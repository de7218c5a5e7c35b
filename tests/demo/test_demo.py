"""What the first and the second run of the demo promise. The second runs on a copy: other tests look at the first."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from ingest.registry import SOURCES
from ingest.sandbox.company import START
from orchestration.transformer import Transformer
from tests.demo.conftest import CHECKOUT, Demo
from tests.demo.journey import hold_journey_against_the_truth
from tests.demo.kpis import hold_kpis_against_the_truth, hold_restatements_against_the_truth, same
from tests.demo.money_columns import mixed_sums


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
    ledger = _ledger(demo)
    tables = {
        row[:2]: f"select '{row[0]}', '{row[1]}', _run_id, count(*) from raw_{row[0]}.{row[1]} group by all" for row in ledger
    }
    landed = {row[:3]: row[3] for row in demo.warehouse(" union all ".join(tables.values()))}
    for source, resource, run_id, extracted, duplicates, quarantined, distinct_keys, is_complete in ledger:
        assert is_complete, (source, resource)
        assert landed.get((source, resource, run_id), 0) == distinct_keys, (source, resource)
        assert extracted == distinct_keys + duplicates + quarantined, (source, resource)  # type: ignore[operator]


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
            "select period_start, (numerator, n) from kpi_period where kpi_id = 'nps' and variant = 'all_responses' and segment_type = 'all' and n > 0"
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


def test_every_published_kpi_equals_the_planted_truth(demo: Demo) -> None:
    hold_kpis_against_the_truth(demo, START)


def test_segments_add_up_to_the_whole(demo: Demo) -> None:
    """Every source that tells a country or a channel tells no more than there is; where all are known, the sums are equal."""
    rows = demo.published("""
        select whole.kpi_id, whole.variant, cut.segment_type, whole.period_start, whole.n, sum(cut.n), whole.numerator, sum(cut.numerator)
        from kpi_period as whole
        join kpi_period as cut using (kpi_id, variant, period_start)
        where whole.segment_type = 'all' and cut.segment_type <> 'all' and whole.numerator is not null
        group by all
    """)
    more = [row for row in rows if row[5] > row[4]]  # type: ignore[operator]
    assert len(rows) > 300 and not more, more[:5]
    by_country = [row for row in rows if row[0] in ("mrr", "retention_rate") and row[2] == "country_code"]
    everywhere = [row for row in rows if row[2] in ("survey_id", "network") or (row[0], row[2]) == ("aov", "source")]
    wrong = [row for row in (*by_country, *everywhere) if row[4] != row[5] or not same(row[6], row[7])]
    assert len(by_country) > 30 and len({row[0] for row in everywhere}) > 10 and not wrong, wrong[:5]


def test_no_movement_lies_in_a_month_that_is_not_here_yet(demo: Demo) -> None:
    """Who pays until next month is no churn of the month after it."""
    last = demo.published("select max(month), date_trunc('month', max(data_as_of))::date from mrr_movements")[0]
    assert last[0] == last[1]


def test_the_bad_week_stands_out_day_by_day(demo: Demo) -> None:
    """The shop was down from 9 to 15 March 2026: people talk about it, and the month's satisfaction falls by more than chance."""
    loud = demo.published("""
        select count(*) from kpi_daily
        where kpi_id = 'mention_volume' and is_anomaly and period_start between date '2026-03-09' and date '2026-03-17'
    """)
    assert loud[0][0] >= 1  # type: ignore[operator]
    told = demo.published("""
        select count(*) filter (change < 0 and is_significant_change) from kpi_period
        where segment_type = 'all' and period_start = date '2026-03-01' and kpi_id in ('nps', 'csat', 'net_sentiment', 'ces_ease')
    """)
    assert told[0][0] >= 1  # type: ignore[operator]


def test_targets_say_how_far_they_are(demo: Demo) -> None:
    progress = demo.published("select kpi_id, status, value, aim, attainment from kpi_targets")
    assert len(progress) >= 10 and {row[1] for row in progress} <= {"met", "missed", "on pace", "behind", "not measured"}
    measured = [row for row in progress if row[1] != "not measured"]
    assert len(measured) >= 8 and all(row[2] is not None and row[4] is not None for row in measured)


def test_the_planted_stories_are_in_the_published_tables(demo: Demo) -> None:
    """The outage's week, the recoveries, the campaign, who came back and who buys how often."""
    hold_journey_against_the_truth(demo, START)


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


def test_a_company_that_many_vendors_keep_is_one_account_and_no_account_two_companies(demo: Demo) -> None:
    found = demo.warehouse(f"""
        attach '{demo.paths.sandbox / "company.duckdb"}' as company (read_only);
        select count(distinct organisation_id), count(distinct account_id), count(distinct (organisation_id, account_id))
        from company.truth.record_owner as owner
        join company.truth.people using (person_id)
        join identity_state.customer_xref as xref
            on xref.node_id = concat_ws(':', owner.source, owner.resource, owner.record_key) and xref.valid_to is null
        join customer_360.int_customer_360__customer_accounts using (customer_id)
    """)
    companies, accounts, pairs = found[0]
    assert companies == accounts == pairs > 0
    vendors = demo.warehouse("""
        select account_id, count(distinct split_part(account_key, ':', 1)) as vendors
        from identity_state.account_xref where valid_to is null group by account_id order by vendors desc""")
    assert len(vendors) == companies, "no record is left over as a company of its own"
    assert vendors[0][1] >= 5


def test_every_published_table_says_as_of_when(demo: Demo) -> None:
    tables = [row[0] for row in demo.published("select table_name from publication")]
    assert {"customer_360", "touchpoints", "kpi_period", "kpi_daily", "mrr_movements"} <= set(tables)
    for table in tables:
        assert demo.published(f"select count(*) from {table} where data_as_of is null") == [(0,)], table


def test_the_formulas_give_the_worked_examples(demo: Demo) -> None:
    """dbt's unit tests, on the tables of a finished run."""
    passed = Transformer(CHECKOUT / "dbt_project", demo.paths).try_formulas(demo.root / "unit")
    assert passed >= 70


def test_no_model_sums_amounts_over_currencies(demo: Demo) -> None:
    """Over the SQL that ran: whatever adds up amounts in their own currency keeps currencies apart, or stays within one record."""
    assert list(mixed_sums("select customer_id, sum(net_amount_minor) from orders group by customer_id")) != []
    assert list(mixed_sums("select currency_code, avg(net_amount_minor) from orders group by currency_code")) == []
    assert list(mixed_sums("select sum(o.net_amount_minor * rates.minor_to_reporting_minor) from o join rates using (m)")) == []
    models = demo.root / ".dbt" / "target" / "compiled" / "cx" / "models"
    read = [
        file for layer in ("customer_360", "marts", "published") for file in (models / layer).rglob("*.sql") if file.is_file()
    ]
    mixed = {file.stem: found for file in read if (found := list(mixed_sums(file.read_text(encoding="utf-8"))))}
    assert len(read) > 50 and mixed == {}, mixed


def test_commands_on_the_published_file(demo: Demo) -> None:
    assert "customer_360" in demo.cx("query", "select table_name from publication order by 1").stdout
    status = demo.cx("status")
    assert status.returncode == 0 and "HubSpot" in status.stdout
    unknown = demo.cx("query", "select * from customers_360")
    assert unknown.returncode == 1 and "customers_360" in unknown.stderr and "Traceback" not in unknown.stderr


def test_a_second_run_ingests_only_the_increment_keeps_ids_and_matches_the_next_days_truth(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.root, tmp_path / "later")
    demo = Demo(tmp_path / "later", demo.customers)
    before = {row[0] for row in demo.published("select customer_id from customer_360")}
    first = sum(int(row[3]) for row in _ledger(demo) if not str(row[1]).endswith("_keys"))  # type: ignore[call-overload]
    runs = {row[2] for row in _ledger(demo)}
    demo.run()
    second = [row for row in _ledger(demo) if row[2] not in runs]
    assert 0 < sum(int(row[3]) for row in second if not str(row[1]).endswith("_keys")) < first / 5  # type: ignore[call-overload]
    after = {row[0] for row in demo.published("select customer_id from customer_360")}
    assert len(before & after) >= 0.98 * len(before)
    hold_kpis_against_the_truth(demo, START + timedelta(days=1))
    hold_restatements_against_the_truth(demo, START, START + timedelta(days=1))
    hold_journey_against_the_truth(demo, START + timedelta(days=1))
