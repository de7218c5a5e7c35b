with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'resolution_time'

),

cases as (

    select * from {{ ref('int_kpi__resolved_cases') }}

),

period_days as (

    select * from {{ ref('int_kpi__period_days') }}

),

totals as (

    select
        period_days.grain,
        period_days.period_start,
        count(*) as resolved,
        sum(cases.resolution_minutes) as total_minutes,
        stddev_samp(cases.resolution_minutes) as deviation_minutes,
        {{ percentile('cases.resolution_minutes', 0.5) }} as median_minutes,
        {{ percentile('cases.resolution_minutes', 0.9) }} as p90_minutes
    from cases
    inner join period_days on cases.solved_on = period_days.on_day
    group by period_days.grain, period_days.period_start

),

filled as (

    select
        series.*,
        coalesce(totals.resolved, 0) as resolved,
        coalesce(totals.total_minutes, 0) as total_minutes,
        {{ ratio_of('totals.total_minutes', 'totals.resolved') }} as mean_minutes,
        totals.deviation_minutes,
        totals.median_minutes,
        totals.p90_minutes
    from series
    left join totals on series.grain = totals.grain and series.period_start = totals.period_start

),

means as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        total_minutes as numerator,
        resolved as denominator,
        mean_minutes as value,
        resolved as n,
        0 as n_immature,
        {{ mean_low('mean_minutes', 'deviation_minutes', 'resolved') }} as interval_low,
        {{ mean_high('mean_minutes', 'deviation_minutes', 'resolved') }} as interval_high
    from filled
    where variant = 'mean_minutes'

),

-- a percentile has no sum to divide, so it cannot be rolled up
percentiles as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        cast(null as double) as numerator,
        cast(null as bigint) as denominator,
        case variant when 'median_minutes' then median_minutes else p90_minutes end as value,
        resolved as n,
        0 as n_immature,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high
    from filled
    where variant in ('median_minutes', 'p90_minutes')

),

measures as (

    select * from means
    union all
    select * from percentiles

)

select * from measures
