"""A small publication in the shape of the committed contracts, with planted people, published the way the demo is.

Every table the contracts declare is there; what the app shows has rows. Nobody in it exists.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import yaml

from ingest.core.paths import Paths
from orchestration.publish import publish

CONTRACTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "published"
AS_OF = "timestamptz '2026-07-01 06:00:00+00'"
PEOPLE = 60

# what any column holds unless a table says otherwise: by its name, else by its type; i is the row's number
_BY_NAME = {
    "data_as_of": AS_OF, "as_of": AS_OF, "customer_id": "printf('C%015d', i % {people})",
    "month": "date '2025-07-01' + to_months((i % 12)::int)", "cohort_month": "date '2025-07-01' + to_months((i % 12)::int)",
    "period_start": "date '2025-07-01' + to_months((i % 12)::int)", "period_end": "date '2025-08-01' + to_months((i % 12)::int)",
    "is_complete": "true", "is_test": "false", "is_deleted": "false", "segment_type": "'all'", "segment": "'all'", "variant": "'standard'",
    "source": "(['hubspot', 'stripe', 'qualtrics'])[1 + i % 3]", "channel": "(['survey', 'email', 'chat', 'shop'])[1 + i % 4]",
    "sentiment": "(['positive', 'neutral', 'negative'])[1 + i % 3]", "direction": "'higher_better'", "time_zone": "'Europe/Berlin'",
    "profile": "(['advocate', 'non_committal', 'unknown', 'negative'])[1 + i % 4]",
    "stage": "(['awareness', 'consideration', 'purchase', 'support'])[1 + i % 4]",
    "touchpoint": "(['asked for help', 'order placed', 'survey answered'])[1 + i % 3]",
}  # fmt: skip
_BY_TYPE = {
    "varchar": "'{column} ' || i", "double": "10.5 + i % 17", "bigint": "5 + i % 11", "integer": "1 + i % 5", "boolean": "i % 2 = 0",
    "date": "date '2026-06-01'", "timestamptz": f"{AS_OF} - i * interval 7 hour",
}  # fmt: skip
_NAMES = "(['Ada Probe', 'Bert Muster', 'Zoë Beispiel', 'Dora =Formel'])[1 + i % 4] || ' ' || chr(65 + (i // 4 % 26)::int)"

# rows, and columns that have to mean something
_TABLES: dict[str, tuple[int, dict[str, str]]] = {
    "reporting": (1, {"reporting_currency": "'EUR'", "minor_digits": "2", "reporting_time_zone": "'Europe/Berlin'"}),
    "customer_360": (PEOPLE, {
        "full_name": _NAMES, "email": "'person' || i || '@planted.example'", "phone": "'+4930555' || printf('%04d', i)",
        "country_code": "'DE'", "customer_type": "'customer'",
    }),
    "customer_records": (4 * PEOPLE, {
        "identifier_type": "(['record', 'email', 'email', 'phone'])[1 + i // {people}]",
        "identifier_value": "case i // {people} when 0 then 'key' || i when 3 then '4930555' || printf('%04d', i % {people})"
        " else 'person' || i % {people} || '@planted.example' end",
        "source": "(['hubspot', 'hubspot', 'stripe', 'stripe'])[1 + i // {people}]",
        "record_id": "(['hubspot:contacts:', 'hubspot:contacts:', 'stripe:customers:', 'stripe:customers:'])[1 + i // {people}] || 'key' || i % {people}",
        "joined_by": "'new'",
    }),
    "customer_identifiers": (PEOPLE, {
        "identifier_type": "'former_customer_id'", "identifier_value": "'CF' || printf('%014d', i)",
    }),
    "kpi_catalog": (3, {"kpi_id": "(['nps', 'mrr', 'share_of_voice'])[1 + i]", "name": "(['Net Promoter Score', 'Recurring revenue', 'Share of voice'])[1 + i]", "unit": "(['points', 'reporting currency', 'percent'])[1 + i]"}),
    "kpi_period": (3 * 24, {
        "kpi_id": "(['nps', 'mrr', 'share_of_voice'])[1 + i % 3]", "unit": "(['points', 'reporting currency', 'percent'])[1 + i % 3]",
        "period_start": "date '2025-07-01' + to_months((i // 3 % 12)::int)", "grain": "'month'",
        "segment_type": "case when i < 36 then 'all' else 'country_code' end", "segment": "case when i < 36 then 'all' else 'DE' end",
    }),
    "kpi_targets": (2, {
        "kpi_id": "(['nps', 'mrr'])[1 + i]", "unit": "(['points', 'reporting currency'])[1 + i]", "status": "(['behind', 'met'])[1 + i]",
        "measured_month": "date '2026-06-01'", "deadline": "date '2026-12-31'", "value": "([17.5, 14809.0])[1 + i]", "aim": "([35.0, 14000.0])[1 + i]",
    }),
    "kpi_restatements": (3, {"kpi_id": "'nps'", "cause": "'late answers'"}),
    "kpi_reconciliation": (3, {"kpi_id": "'nps'"}),
    "journey_transitions": (24, {
        "step_no": "1 + i % 2", "from_stage": "(['awareness', 'purchase'])[1 + i % 2]", "to_stage": "(['purchase', 'no further contact'])[1 + i % 2]",
    }),
    "journey_dropoff": (12, {
        "funnel": "'customer'", "from_step": "'met us'", "to_step": "'bought'", "window_days": "30", "n_immature": "0",
        "reached_percent": "50", "reached_percent_low": "40", "reached_percent_high": "60",
    }),
    "pain_points": (48, {"grain": "(['month', 'week'])[1 + i % 2]", "period_start": "date '2026-04-01' + to_months((i // 2 % 3)::int)"}),
    "journey_paths": (10, {}),
    "feedback_coverage": (8, {"is_blind_spot": "true", "month": "date '2026-06-01'"}),
    "channel_consistency": (24, {"month": "date '2026-05-01' + to_months((i % 2)::int)", "judged": "30", "positive": "10", "negative": "8"}),
    "feedback": (3 * PEOPLE, {"comment": "'planted words ' || i", "kind": "'survey_answer'", "metric": "'nps'", "score": "i % 11"}),
    "touchpoints": (10 * PEOPLE, {}),
    "cases": (PEOPLE, {"status": "'open'", "solved_at": "null"}),
    "contact_today": (20, {"rank": "1 + i", "reason_code": "'complaint_unanswered'", "reason": "'complained and has had no answer'", "is_opted_out": "i = 3"}),
    "closed_loop": (30, {"state": "(['waiting', 'closed'])[1 + i % 2]"}),
    "closed_loop_months": (12, {"complaints": "20", "closed": "5", "never_answered": "10", "n_immature": "1"}),
    "profile_history": (PEOPLE, {"spell_no": "1"}),
    "profile_months": (12, {}),
    "profile_transitions": (240, {
        "month": "date '2025-07-01' + to_months((i // 20)::int)",
        "from_profile": "(['advocate', 'non_committal', 'unknown', 'negative', 'not_yet_known'])[1 + i // 4 % 5]",
        "to_profile": "(['advocate', 'non_committal', 'unknown', 'negative'])[1 + i % 4]",
    }),
    "mrr_bridge": (12, {}),
    "mrr_cohorts": (78, {"cohort_month": "date '2025-07-01' + to_months((i % 12)::int)", "months_since": "i // 12"}),
    "segment_sizes": (25, {"recency_score": "1 + i % 5", "frequency_score": "1 + i // 5", "rfm_segment": "'loyal'"}),
    "cem_roi": (2, {}),
    "source_runs": (6, {"title": "(['HubSpot', 'Stripe', 'Qualtrics'])[1 + i % 3]", "resource": "case when i < 3 then 'all' else 'answers' end", "is_on": "true"}),
    "row_reconciliation": (4, {"source": "'stripe'", "resource": "'charges'", "run_id": "'r' || i", "is_newest": "true", "unexplained": "0"}),
}  # fmt: skip


@cache
def contracts() -> dict[str, dict[str, tuple[str, bool]]]:
    """Every published table by its name: column -> SQL type and whether it may be empty."""
    found = {}
    for file in sorted(CONTRACTS.glob("*.yml")):
        (model,) = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["models"]
        found[model["config"]["alias"]] = {
            column["name"]: (column["data_type"], not column.get("constraints")) for column in model["columns"]
        }
    return found


def publish_planted(paths: Paths, run_id: str = "planted-run", people: int = PEOPLE) -> None:
    """Builds the next publication from the contracts and swaps it in."""
    tables = contracts()
    paths.staging_file.parent.mkdir(parents=True, exist_ok=True)
    paths.staging_file.unlink(missing_ok=True)
    with duckdb.connect(str(paths.staging_file)) as connection:
        for table, columns in tables.items():
            declared = ", ".join(
                f"{name} {kind}{'' if may_be_empty else ' not null'}" for name, (kind, may_be_empty) in columns.items()
            )
            connection.execute(f"create table {table} ({declared})")
            rows, told = _TABLES.get(table, (0, {}))
            listed = ", ".join(f"({_value(name, kind, told, people)})::{kind} as {name}" for name, (kind, _) in columns.items())
            connection.execute(f"insert into {table} select {listed} from range({rows}) as r(i)")
    publish(paths, run_id, list(tables))


def publish_empty(paths: Paths) -> None:
    """A publication with every table and one person, but nothing else in it: the first morning."""
    publish_planted(paths, "empty-run")
    with duckdb.connect(str(paths.published)) as connection:
        for table in contracts():
            if table != "reporting":
                connection.execute(f"delete from {table}")


def _value(column: str, kind: str, told: dict[str, str], people: int) -> str:
    value = told.get(column) or _BY_NAME.get(column) or _BY_TYPE.get(kind, "null")
    return value.format(column=column, people=people)
