with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id in ('nps', 'nps_trailing_90d')

),

counts as (

    select
        'nps' as kpi_id,
        *
    from {{ ref('int_kpi__nps_counts') }}
    union all
    select
        'nps_trailing_90d' as kpi_id,
        *
    from {{ ref('int_kpi__nps_trailing_counts') }}

),

filled as (

    select
        series.*,
        coalesce(counts.promoters, 0) as promoters,
        coalesce(counts.detractors, 0) as detractors,
        coalesce(counts.respondents, 0) as respondents
    from series
    left join counts
        on
            series.kpi_id = counts.kpi_id
            and series.variant = counts.variant
            and series.grain = counts.grain
            and series.period_start = counts.period_start

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        promoters - detractors as numerator,
        respondents as denominator,
        {{ percent_of('(promoters - detractors)', 'respondents') }} as value,
        respondents as n,
        0 as n_immature,
        {{ nps_low('promoters', 'detractors', 'respondents') }} as interval_low,
        {{ nps_high('promoters', 'detractors', 'respondents') }} as interval_high,
        {{ nps_variance('promoters', 'detractors', 'respondents') }} as variance
    from filled

)

select * from measures
