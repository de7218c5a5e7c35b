{#- a schedule counts by itself, and as long as it is in force on the common time line -#}
{%- set open_end = "timestamp '2100-01-01 00:00:00'" -%}

with cases as (

    select * from {{ ref('fct_cases') }}

),

schedules as (

    select
        schedule_id,
        time_zone,
        {{ zoned_instant('valid_from', 'time_zone') }} as in_force_at,
        lead({{ zoned_instant('valid_from', 'time_zone') }}, 1, {{ zoned_instant(open_end, "'UTC'") }})
            over (order by {{ zoned_instant('valid_from', 'time_zone') }}) as replaced_at
    from {{ ref('support_schedules') }}

),

hours as (

    select * from {{ ref('support_hours') }}

),

holidays as (

    select * from {{ ref('support_holidays') }}

),

-- from two days before the first case to two days after the last word
span as (

    select
        cast({{ dbt.dateadd('day', -2, 'min(opened_at)') }} as date) as first_on,
        cast({{ dbt.dateadd('day', 2, 'max(greatest(opened_at, solved_at, first_solved_at))') }} as date) as last_on
    from cases

),

days as (

    select {{ date_series('first_on', 'last_on', 'day') }} as on_day
    from span
    where first_on is not null

),

-- the same wall clock is another instant in summer
openings as (

    select
        schedules.schedule_id,
        schedules.in_force_at,
        schedules.replaced_at,
        {{ zoned_instant(clock_on('days.on_day', 'hours.opens'), 'schedules.time_zone') }} as opens_at,
        {{ zoned_instant(clock_on(
            "cast(" ~ dbt.dateadd('day', 'case when hours.closes <= hours.opens then 1 else 0 end', 'days.on_day') ~ " as date)",
            'hours.closes'
        ), 'schedules.time_zone') }} as closes_at
    from schedules
    inner join hours on schedules.schedule_id = hours.schedule_id
    inner join days on {{ iso_weekday('days.on_day') }} = hours.weekday
    left join holidays on schedules.schedule_id = holidays.schedule_id and days.on_day = holidays.holiday
    where holidays.holiday is null

),

intervals as (

    select
        'in_force' as time_line,
        greatest(opens_at, in_force_at) as opens_at,
        least(closes_at, replaced_at) as closes_at
    from openings
    where opens_at < replaced_at and closes_at > in_force_at
    union all
    select
        schedule_id as time_line,
        opens_at,
        closes_at
    from openings

),

time_lines as (

    select distinct time_line from intervals

),

-- an interval stands on each UTC day it touches, and a day without one still says how many minutes lie before it
placed as (

    select
        time_line,
        cast(opens_at as date) as on_day,
        opens_at,
        closes_at
    from intervals
    union all
    select
        time_line,
        cast(closes_at as date) as on_day,
        opens_at,
        closes_at
    from intervals
    where cast(closes_at as date) > cast(opens_at as date)
    union all
    select
        time_lines.time_line,
        days.on_day,
        null as opens_at,
        null as closes_at
    from days
    cross join time_lines

),

running as (

    select
        time_line,
        opens_at,
        coalesce(sum({{ elapsed_minutes('opens_at', 'closes_at') }}) over (
            partition by time_line order by opens_at
            rows between unbounded preceding and 1 preceding
        ), 0) as minutes_before
    from intervals

),

-- without an interval on the day: all that opened before it
by_day as (

    select
        placed.time_line,
        placed.on_day,
        placed.opens_at,
        placed.closes_at,
        running.minutes_before,
        max(running.minutes_before + {{ elapsed_minutes('placed.opens_at', 'placed.closes_at') }}) over (
            partition by placed.time_line order by placed.on_day
            range between unbounded preceding and current row
        ) as minutes_until,
        count(placed.opens_at) over (partition by placed.time_line, placed.on_day) as intervals
    from placed
    left join running on placed.time_line = running.time_line and placed.opens_at = running.opens_at

),

business_hours as (

    select
        time_line,
        on_day,
        opens_at,
        closes_at,
        case when opens_at is null then coalesce(minutes_until, 0) else minutes_before end as minutes_before
    from by_day
    where opens_at is not null or intervals = 0

)

select * from business_hours
