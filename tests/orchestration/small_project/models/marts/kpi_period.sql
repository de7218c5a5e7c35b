select
    kpi_names.kpi_id, 'all' as variant, 'month' as grain, date '2026-06-01' as period_start, 'all' as segment_type, 'all' as segment,
    sum(score) as numerator, count(distinct customer_id) as denominator, sum(score) / count(distinct customer_id) as value,
    count(*) as n, 0 as n_immature, true as is_complete, timestamptz '2026-07-01 00:00:00+00' as as_of
from {{ ref('fct_feedback') }} cross join {{ ref('kpi_names') }} as kpi_names group by 1
