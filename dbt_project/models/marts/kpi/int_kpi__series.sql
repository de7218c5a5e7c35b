with catalog as (

    select * from {{ ref('kpi_catalog') }}

),

periods as (

    select * from {{ ref('int_kpi__periods') }}

),

series as (

    select
        catalog.kpi_id,
        catalog.variant,
        periods.grain,
        periods.period_start
    from catalog
    inner join periods
        on
            (periods.grain = 'month' and catalog.is_monthly)
            or (periods.grain = 'day' and catalog.is_daily)

)

select * from series
