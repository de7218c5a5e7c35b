with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'conversion_rate'

),

leads as (

    select * from {{ ref('int_kpi__leads') }}

),

counts as (

    select
        cast({{ dbt.date_trunc('month', 'created_on') }} as date) as month,
        count(*) filter (where is_mature) as mature,
        count(*) filter (where is_mature and is_converted) as converted,
        count(*) filter (where not is_mature) as immature
    from leads
    group by 1

),

filled as (

    select
        series.*,
        coalesce(counts.mature, 0) as mature,
        coalesce(counts.converted, 0) as converted,
        coalesce(counts.immature, 0) as immature
    from series
    left join counts on series.period_start = counts.month

),

measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        converted as numerator,
        mature as denominator,
        {{ percent_of('converted', 'mature') }} as value,
        mature as n,
        immature as n_immature,
        {{ wilson_low('converted', 'mature') }} as interval_low,
        {{ wilson_high('converted', 'mature') }} as interval_high
    from filled

)

select * from measures
