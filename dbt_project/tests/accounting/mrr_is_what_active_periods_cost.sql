-- the closing MRR of every month equals the active paid periods, each at the month's rate, summed without movements

with months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

active as (

    select
        months.period_start as month,
        sum(paid_periods.mrr_minor * rates.minor_to_reporting_minor) as active_mrr
    from {{ ref('int_revenue__paid_periods') }} as paid_periods
    inner join months
        on
            paid_periods.period_start_at <= months.closing_at
            and paid_periods.period_end_at > months.closing_at
    left join {{ ref('int_customer_360__exchange_rates') }} as rates
        on
            paid_periods.currency_code = rates.currency_code
            and months.period_start = rates.rate_month
    group by months.period_start

)

select
    bridge.month,
    bridge.closing_mrr,
    active.active_mrr
from {{ ref('mrr_bridge') }} as bridge
left join active on bridge.month = active.month
where abs(bridge.closing_mrr - coalesce(active.active_mrr, 0)) > 0.5
