with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'net_sentiment'

),

counts as (

    select * from {{ ref('int_kpi__social_counts') }}

),

-- neutral posts stay in the denominator, posts not yet scored stay out
measures as (

    select
        series.kpi_id,
        series.variant,
        series.grain,
        series.period_start,
        counts.positive - counts.negative as numerator,
        counts.scored as denominator,
        {{ percent_of('(counts.positive - counts.negative)', 'counts.scored') }} as value,
        counts.scored as n,
        0 as n_immature,
        {{ nps_low('counts.positive', 'counts.negative', 'counts.scored') }} as interval_low,
        {{ nps_high('counts.positive', 'counts.negative', 'counts.scored') }} as interval_high
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start

)

select * from measures
