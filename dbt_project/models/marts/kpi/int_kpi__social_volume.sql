with series as (

    select * from {{ ref('int_kpi__series') }} where kpi_id in ('mention_volume', 'reach')

),

counts as (

    select * from {{ ref('int_kpi__social_counts') }}

),

measured as (

    select
        series.*,
        case series.kpi_id when 'mention_volume' then counts.own_posts else counts.reach end as total,
        counts.own_posts
    from series
    inner join counts on series.grain = counts.grain and series.period_start = counts.period_start

),

-- volumes: no denominator, and a month without posts is a true 0
measures as (

    select
        kpi_id,
        variant,
        grain,
        period_start,
        total as numerator,
        cast(null as double) as denominator,
        total as value,
        own_posts as n,
        0 as n_immature,
        cast(null as double) as interval_low,
        cast(null as double) as interval_high
    from measured

)

select * from measures
