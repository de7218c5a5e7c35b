with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id in ('net_sentiment', 'sentiment_coverage')

),

counts as (

    select * from {{ ref('int_kpi__social_counts') }}

),

-- neutral posts stay in the denominator, posts not yet scored stay out
net as (

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
    where series.kpi_id = 'net_sentiment' and series.variant = 'standard'

),

loud as (

    select
        series.*,
        counts.positive,
        counts.negative,
        counts.positive + counts.negative as loud
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start
    where series.variant = 'without_neutral'

),

net_of_loud as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        positive - negative as numerator,
        loud as denominator,
        {{ percent_of('(positive - negative)', 'loud') }} as value,
        loud as n,
        0 as n_immature,
        {{ nps_low('positive', 'negative', 'loud') }} as interval_low,
        {{ nps_high('positive', 'negative', 'loud') }} as interval_high
    from loud

),

coverage as (

    select
        series.kpi_id,
        series.variant,
        series.grain,
        series.period_start,
        counts.scored as numerator,
        counts.own_posts as denominator,
        {{ percent_of('counts.scored', 'counts.own_posts') }} as value,
        counts.own_posts as n,
        0 as n_immature,
        {{ wilson_low('counts.scored', 'counts.own_posts') }} as interval_low,
        {{ wilson_high('counts.scored', 'counts.own_posts') }} as interval_high
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start
    where series.kpi_id = 'sentiment_coverage'

),

measures as (

    select * from net
    union all
    select * from net_of_loud
    union all
    select * from coverage

)

select * from measures
