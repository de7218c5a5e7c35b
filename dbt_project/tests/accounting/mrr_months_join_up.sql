-- a month opens with what the month before closed with, and no month is missing

with bridge as (

    select * from {{ ref('mrr_bridge') }}

),

neighbours as (

    select
        month,
        opening_mrr,
        lag(closing_mrr) over (order by month) as closed_before_mrr,
        lag(month) over (order by month) as month_before
    from bridge

)

select *
from neighbours
where
    month_before is not null
    and (
        abs(opening_mrr - closed_before_mrr) > 0.5
        or cast({{ dbt.dateadd('month', 1, 'month_before') }} as date) <> month
    )
