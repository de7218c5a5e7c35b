select kpi_names.kpi_id, count(*) as n, sum(score) as numerator
from {{ ref('fct_feedback') }} cross join {{ ref('kpi_names') }} as kpi_names group by 1
