with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id = 'mrr'

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

closing as (

    select
        month,
        sum(closing_mrr) as mrr_minor,
        count(*) as customers
    from movements
    where closing_mrr > 0
    group by month

),

filled as (

    select
        series.*,
        coalesce(closing.mrr_minor, 0) / as_of.minor_per_major as mrr,
        coalesce(closing.customers, 0) as customers
    from series
    cross join as_of
    left join closing on series.period_start = closing.month

),

-- a level, not a ratio: it has no denominator, and no sampling error
measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        mrr as numerator,
        cast(null as double) as denominator,
        mrr as value,
        customers as n,
        0 as n_immature,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high
    from filled

)

select * from measures
