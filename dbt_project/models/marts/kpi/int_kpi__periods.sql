with as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

days as (

    select
        'day' as grain,
        {{ date_series("date '" ~ var('reporting_starts_on') ~ "'", 'as_of_on', 'day') }} as period_start
    from as_of

),

months as (

    select
        'month' as grain,
        {{ date_series("date '" ~ var('reporting_starts_on') ~ "'", 'as_of_on', 'month') }} as period_start
    from as_of

),

bounded as (

    select grain, period_start, cast({{ dbt.dateadd('day', 1, 'period_start') }} as date) as period_end from days
    union all
    select grain, period_start, cast({{ dbt.dateadd('month', 1, 'period_start') }} as date) as period_end from months

),

timed as (

    select
        grain,
        period_start,
        period_end,
        {{ local_midnight('period_start') }} as start_at,
        {{ local_midnight('period_end') }} as end_at
    from bounded

),

periods as (

    select
        timed.grain,
        timed.period_start,
        timed.period_end,
        timed.end_at <= as_of.as_of as is_complete,
        timed.start_at,
        timed.end_at,
        least(timed.end_at, as_of.as_of) as closing_at
    from timed
    cross join as_of

)

select * from periods
