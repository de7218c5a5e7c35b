with paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

opening as (

    select
        min(period_start) as first_month,
        min(start_at) as start_at
    from months

),

-- the month before the first gives the first its opening
moments as (

    select
        period_start as month,
        closing_at as at
    from months
    union all
    select
        cast({{ dbt.dateadd('month', -1, 'first_month') }} as date) as month,
        start_at as at
    from opening

),

mrr_at_month_end as (

    select
        paid_periods.customer_id,
        paid_periods.currency_code,
        moments.month,
        sum(paid_periods.mrr_minor) as mrr_native
    from paid_periods
    inner join moments on paid_periods.period_start_at <= moments.at and paid_periods.period_end_at > moments.at
    group by paid_periods.customer_id, paid_periods.currency_code, moments.month

)

select * from mrr_at_month_end
