with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id in ('ces_ease', 'ces_pct_easy')

),

answers as (

    select
        *,
        100.0 * (ease_score - scale_min) / (scale_max - scale_min) as ease_norm,
        -- the top three of seven points, the top two of five; other scales have no published box
        ease_score >= case scale_max when 7 then 5 when 5 then 4 end as is_easy
    from {{ ref('int_kpi__answers_by_period') }}
    where
        metric = 'ces'
        and is_latest
        and ease_score is not null

),

counts as (

    select
        grain,
        period_start,
        count(ease_norm) as answered,
        sum(ease_norm) as ease_total,
        stddev_samp(ease_norm) as ease_deviation,
        count(is_easy) as boxed,
        count(*) filter (where is_easy) as easy
    from answers
    group by grain, period_start

),

filled as (

    select
        series.*,
        coalesce(counts.answered, 0) as answered,
        coalesce(counts.ease_total, 0) as ease_total,
        counts.ease_deviation,
        coalesce(counts.boxed, 0) as boxed,
        coalesce(counts.easy, 0) as easy
    from series
    left join counts on series.grain = counts.grain and series.period_start = counts.period_start

),

ease as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        ease_total as numerator,
        answered as denominator,
        {{ ratio_of('ease_total', 'answered') }} as value,
        answered as n,
        0 as n_immature,
        {{ mean_low(ratio_of('ease_total', 'answered'), 'ease_deviation', 'answered') }} as interval_low,
        {{ mean_high(ratio_of('ease_total', 'answered'), 'ease_deviation', 'answered') }} as interval_high
    from filled
    where kpi_id = 'ces_ease'

),

pct_easy as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        easy as numerator,
        boxed as denominator,
        {{ percent_of('easy', 'boxed') }} as value,
        boxed as n,
        0 as n_immature,
        {{ wilson_low('easy', 'boxed') }} as interval_low,
        {{ wilson_high('easy', 'boxed') }} as interval_high
    from filled
    where kpi_id = 'ces_pct_easy'

),

measures as (

    select * from ease
    union all
    select * from pct_easy

)

select * from measures
