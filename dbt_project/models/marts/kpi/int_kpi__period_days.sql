with periods as (

    select * from {{ ref('int_kpi__periods') }}

),

days as (

    select period_start as on_day from periods where grain = 'day'

),

period_days as (

    select
        periods.grain,
        periods.period_start,
        days.on_day
    from periods
    inner join days on days.on_day >= periods.period_start and days.on_day < periods.period_end

)

select * from period_days
