with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'csat'

),

answers as (

    select * from {{ ref('int_kpi__answers_by_period') }} where metric = 'csat' and is_latest

),

case_ratings as (

    select * from {{ ref('int_kpi__case_ratings') }} where is_latest

),

votes as (

    select
        'standard' as variant,
        grain,
        period_start,
        score >= top_box_min as is_satisfied
    from answers

    union all

    select
        'good_bad' as variant,
        grain,
        period_start,
        is_good as is_satisfied
    from case_ratings

),

counts as (

    select
        variant,
        grain,
        period_start,
        count(*) filter (where is_satisfied) as satisfied,
        count(is_satisfied) as answered
    from votes
    group by variant, grain, period_start

),

filled as (

    select
        series.*,
        coalesce(counts.satisfied, 0) as satisfied,
        coalesce(counts.answered, 0) as answered
    from series
    left join counts
        on
            series.variant = counts.variant
            and series.grain = counts.grain
            and series.period_start = counts.period_start

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        satisfied as numerator,
        answered as denominator,
        {{ percent_of('satisfied', 'answered') }} as value,
        answered as n,
        0 as n_immature,
        {{ wilson_low('satisfied', 'answered') }} as interval_low,
        {{ wilson_high('satisfied', 'answered') }} as interval_high
    from filled

)

select * from measures
