with paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

days as (

    select
        period_start as on_day,
        start_at,
        end_at
    from {{ ref('int_kpi__periods') }}
    where grain = 'day'

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

-- the first midnight that is not before an instant
midnights as (

    select
        customer_id,
        {{ first_midnight_from('period_start_at') }} as enters_on,
        {{ first_midnight_from('period_end_at') }} as leaves_on
    from paid_periods

),

compared as (

    select
        *,
        max(leaves_on) over (
            partition by customer_id order by enters_on, leaves_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from midnights
    where leaves_on > enters_on

),

stretched as (

    select
        *,
        sum(case when reached_on >= enters_on then 0 else 1 end) over (
            partition by customer_id order by enters_on, leaves_on
            rows between unbounded preceding and current row
        ) as stretch
    from compared

),

-- one row per unbroken run of midnights at which the customer pays
stretches as (

    select
        customer_id,
        min(enters_on) as enters_on,
        max(leaves_on) as leaves_on
    from stretched
    group by customer_id, stretch

),

first_day as (

    select min(on_day) as on_day from days

),

moves as (

    select
        greatest(stretches.enters_on, first_day.on_day) as on_day,
        1 as entered,
        0 as left_before
    from stretches
    cross join first_day
    where stretches.leaves_on > first_day.on_day
    union all
    select
        stretches.leaves_on as on_day,
        0 as entered,
        1 as left_before
    from stretches
    cross join first_day
    where stretches.leaves_on > first_day.on_day

),

daily_moves as (

    select
        on_day,
        sum(entered) as entered,
        sum(left_before) as left_before
    from moves
    group by on_day

),

running as (

    select
        days.on_day,
        sum(coalesce(here.entered, 0) - coalesce(here.left_before, 0)) over (
            order by days.on_day rows between unbounded preceding and current row
        ) as paying,
        coalesce(following.left_before, 0) as lost
    from days
    left join daily_moves as here on days.on_day = here.on_day
    left join daily_moves as following on {{ day_plus('days.on_day', 1) }} = following.on_day

),

daily_churn as (

    select
        months.period_start as month,
        100.0 * sum({{ ratio_of('running.lost', 'running.paying') }}) as rate,
        max(case when running.on_day = months.period_start then running.paying end) as customers_at_start
    from running
    inner join months on running.on_day >= months.period_start and running.on_day < months.period_end
    where {{ day_plus('running.on_day', 1) }} <= (select as_of_on from {{ ref('int_kpi__as_of') }})
    group by months.period_start

)

select * from daily_churn
