with answers as (

    select
        *,
        {{ nps_band('score') }} as band
    from {{ ref('int_kpi__answers_by_period') }}
    where metric = 'nps'

),

variants as (

    select
        'standard' as variant,
        grain,
        period_start,
        band
    from answers where is_latest
    union all
    select
        'all_responses' as variant,
        grain,
        period_start,
        band
    from answers

),

counts as (

    select
        variant,
        grain,
        period_start,
        count(*) filter (where band = 'promoter') as promoters,
        count(*) filter (where band = 'passive') as passives,
        count(*) filter (where band = 'detractor') as detractors,
        count(band) as respondents
    from variants
    group by variant, grain, period_start

)

select * from counts
