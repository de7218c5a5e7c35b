-- promoters, passives and detractors are all respondents, and the one-answer-per-person count never exceeds the other

with counts as (

    select * from {{ ref('int_kpi__nps_counts') }}
    union all
    select * from {{ ref('int_kpi__nps_trailing_counts') }}

)

select *
from counts
where
    promoters + passives + detractors <> respondents
    or promoters < 0
    or passives < 0
    or detractors < 0
