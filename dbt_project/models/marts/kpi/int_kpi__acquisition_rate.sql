with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'acquisition_rate'

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

customers as (

    select * from {{ ref('dim_customers') }} where became_customer_at is not null

),

stretches as (

    select * from {{ ref('int_kpi__customer_stretches') }}

),

acquired as (

    select
        cast({{ dbt.date_trunc('month', local_date('became_customer_at')) }} as date) as month,
        count(*) as customers
    from customers
    group by month

),

at_start as (

    select
        months.period_start as month,
        count(*) as customers
    from months
    inner join stretches on stretches.start_at <= months.start_at and stretches.end_at > months.start_at
    group by months.period_start

),

filled as (

    select
        series.*,
        coalesce(acquired.customers, 0) as acquired,
        coalesce(at_start.customers, 0) as at_start
    from series
    left join acquired on series.period_start = acquired.month
    left join at_start on series.period_start = at_start.month

),

-- the acquired are no part of those at the start, so this is a rate without a proportion's interval
measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        acquired as numerator,
        at_start as denominator,
        {{ percent_of('acquired', 'at_start') }} as value,
        at_start as n,
        0 as n_immature,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high
    from filled

)

select * from measures
