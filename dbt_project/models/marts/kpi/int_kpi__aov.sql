with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'aov'

),

order_values as (

    select * from {{ ref('int_kpi__order_values') }}

),

period_days as (

    select * from {{ ref('int_kpi__period_days') }}

),

totals as (

    select
        order_values.variant,
        period_days.grain,
        period_days.period_start,
        count(*) as orders,
        sum(order_values.order_value) as revenue,
        stddev_samp(order_values.order_value) as deviation
    from order_values
    inner join period_days on order_values.ordered_on = period_days.on_day
    group by order_values.variant, period_days.grain, period_days.period_start

),

filled as (

    select
        series.*,
        coalesce(totals.orders, 0) as orders,
        coalesce(totals.revenue, 0) as revenue,
        {{ ratio_of('totals.revenue', 'totals.orders') }} as average,
        totals.deviation
    from series
    left join totals
        on
            series.variant = totals.variant
            and series.grain = totals.grain
            and series.period_start = totals.period_start

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        revenue as numerator,
        orders as denominator,
        average as value,
        orders as n,
        0 as n_immature,
        {{ mean_low('average', 'deviation', 'orders') }} as interval_low,
        {{ mean_high('average', 'deviation', 'orders') }} as interval_high
    from filled

)

select * from measures
