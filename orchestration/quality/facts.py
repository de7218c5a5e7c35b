"""What readers rely on in published tables: columns, grain and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Range:
    """Values of `column` stay within low..high in the rows where `where` holds. Nulls are no values."""

    name: str
    column: str
    low: str
    high: str
    claim: str
    where: str = "true"


@dataclass(frozen=True, slots=True)
class Published:
    """One published table.

    columns: what readers rely on; grain: what its rows are named by; min_rows: least rows of the very first publication.
    is_unique: no two rows share the grain, judged here for figures that people read one by one (dbt tests the other keys).
    filled: least share of rows with a value; keeps: columns none of whose values of the last publication may vanish.
    values: columns whose number of values must not fall against the last publication (rows may stay while values go).
    """

    columns: tuple[str, ...]
    grain: tuple[str, ...]
    min_rows: int = 1
    is_unique: bool = False
    filled: Mapping[str, float] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    keeps: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


# more came than were there; more reactions than people reached; customers who grow or return; rates of many days added up
_MAY_PASS_100 = "('acquisition_rate', 'engagement_rate', 'revenue_retention', 'mrr_churn_rate', 'logo_churn_rate')"
_MAY_FALL_BELOW_0 = (
    "('mrr_churn_rate', 'clv_historic', 'aov')"  # growth that outweighs what is lost; refunds beyond what was earned
)
_KPI_COLUMNS = (
    "kpi_id",
    "variant",
    "grain",
    "period_start",
    "period_end",
    "segment_type",
    "segment",
    "numerator",
    "denominator",
    "value",
    "n",
    "n_immature",
    "is_small_n",
    "is_complete",
    "direction",
    "unit",
    "as_of",
    "data_as_of",
)
_KPI = Published(
    columns=_KPI_COLUMNS,
    grain=("kpi_id", "variant", "grain", "period_start", "segment_type", "segment"),
    is_unique=True,
    filled={"kpi_id": 1.0, "variant": 1.0, "period_start": 1.0, "unit": 1.0},
    ranges=(
        Range("score_out_of_range", "value", "-100", "100", "scores such as NPS lie within -100..100", "t.unit = 'points'"),
        Range(
            "share_out_of_range",
            "value",
            "0",
            "100",
            "proportions lie within 0..100",
            f"(t.unit = 'percent' or t.kpi_id = 'ces_ease') and t.kpi_id not in {_MAY_PASS_100}",
        ),
        Range(
            "below_zero",
            "value",
            "0",
            "1e18",
            "amounts, durations and counts are finite and not negative",
            f"t.unit <> 'points' and t.kpi_id not in {_MAY_FALL_BELOW_0}",
        ),
        Range("n_below_zero", "n", "0", "9223372036854775807", "n is not negative"),
    ),
    keeps=("kpi_id",),
    values=("value",),
)
_MRR_SUMS = (
    "opening_mrr",
    "new_mrr",
    "reactivation_mrr",
    "expansion_mrr",
    "contraction_mrr",
    "churn_mrr",
    "fx_mrr",
    "closing_mrr",
)

PUBLISHED: Mapping[str, Published] = {
    "customer_360": Published(
        columns=("customer_id", "profile", "latest_nps_score", "source_count", "data_as_of"),
        grain=("customer_id",),
        filled={"customer_id": 1.0},
        ranges=(Range("nps_score_off_its_scale", "latest_nps_score", "0", "10", "the latest NPS score lies within 0..10"),),
    ),
    "touchpoints": Published(
        columns=(
            "touchpoint_id",
            "customer_id",
            "occurred_at",
            "stage",
            "channel",
            "touchpoint",
            "source",
            "direction",
            "data_as_of",
        ),
        grain=("touchpoint_id",),
        filled={"occurred_at": 1.0, "channel": 0.95, "customer_id": 0.3},
        keeps=("source", "channel"),
        values=("customer_id",),
    ),
    "feedback": Published(
        columns=(
            "feedback_id",
            "customer_id",
            "source",
            "channel",
            "kind",
            "metric",
            "score",
            "scale_min",
            "scale_max",
            "responded_at",
            "data_as_of",
        ),
        grain=("feedback_id",),
        filled={"responded_at": 0.95},
        ranges=(
            Range(
                "score_off_its_scale",
                "score",
                "t.scale_min",
                "t.scale_max",
                "answers lie within the scale of their question",
                "t.scale_min is not null and t.scale_max is not null",
            ),
        ),
        keeps=("source", "metric"),
        values=("score", "customer_id"),
    ),
    "customer_identifiers": Published(
        columns=("customer_id", "identifier_type", "identifier_value", "source", "source_record_id", "data_as_of"),
        grain=("customer_id", "identifier_type", "identifier_value"),
        filled={"customer_id": 1.0, "identifier_value": 1.0},
        keeps=("source",),
    ),
    "kpi_period": _KPI,
    "kpi_daily": _KPI,
    "mrr_bridge": Published(
        columns=("month", *_MRR_SUMS, "data_as_of"),
        grain=("month",),
        is_unique=True,
        filled={"month": 1.0, "closing_mrr": 1.0},
        ranges=(Range("closing_below_zero", "closing_mrr", "-0.005", "1e18", "closing MRR is not negative"),),
    ),
    "orders": Published(columns=("order_id", "customer_id", "data_as_of"), grain=("order_id",), min_rows=0),
    "cases": Published(columns=("case_id", "customer_id", "data_as_of"), grain=("case_id",), min_rows=0),
    "mrr_movements": Published(columns=("customer_id", "month", "data_as_of"), grain=("customer_id", "month"), min_rows=0),
    "customer_segments": Published(
        columns=("customer_id", "life_cycle_stage", "rfm_segment", "data_as_of"), grain=("customer_id",), values=("rfm_segment",)
    ),
    "profile_history": Published(
        columns=("customer_id", "spell_no", "profile", "data_as_of"), grain=("customer_id", "spell_no"), min_rows=0
    ),
    "closed_loop": Published(
        columns=("feedback_id", "customer_id", "state", "hours_to_act", "data_as_of"),
        grain=("feedback_id",),
        min_rows=0,
        ranges=(Range("acted_before_it_was_said", "hours_to_act", "0", "1e6", "a complaint is acted on after it was said"),),
    ),
}
