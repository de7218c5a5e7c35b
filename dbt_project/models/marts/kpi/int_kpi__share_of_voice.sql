with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'share_of_voice'

),

counts as (

    select * from {{ ref('int_kpi__social_counts') }}

),

measures as (

    select
        series.kpi_id,
        series.variant,
        series.grain,
        series.period_start,
        counts.own_posts as numerator,
        counts.all_posts as denominator,
        {{ percent_of('counts.own_posts', 'counts.all_posts') }} as value,
        counts.all_posts as n,
        0 as n_immature,
        {{ wilson_low('counts.own_posts', 'counts.all_posts') }} as interval_low,
        {{ wilson_high('counts.own_posts', 'counts.all_posts') }} as interval_high
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start

)

select * from measures
