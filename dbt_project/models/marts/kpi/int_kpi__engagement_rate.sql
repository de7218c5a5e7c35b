with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'engagement_rate'

),

counts as (

    select * from {{ ref('int_kpi__social_counts') }}

),

-- one person may engage several times, so this is a rate without a proportion's interval
measures as (

    select
        series.kpi_id,
        series.variant,
        series.grain,
        series.period_start,
        counts.engagements as numerator,
        counts.reach as denominator,
        {{ percent_of('counts.engagements', 'counts.reach') }} as value,
        counts.own_posts as n,
        0 as n_immature,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start

)

select * from measures
