{%- set window_days = 90 -%}

with answers as (

    select
        *,
        {{ nps_band('score') }} as band
    from {{ ref('int_kpi__survey_answers') }}
    where metric = 'nps'

),

days as (

    select period_start as on_day from {{ ref('int_kpi__periods') }} where grain = 'day'

),

succeeded as (

    select
        band,
        answered_on,
        lead(answered_on) over (
            partition by survey_id, respondent_ref
            order by responded_at, feedback_id
        ) as next_answered_on
    from answers
    where band is not null

),

-- an answer is its person's latest from its day until the next answer, at most for the window
stays as (

    select
        band,
        greatest(answered_on, (select min(on_day) from days)) as enters_on,
        least({{ day_plus('answered_on', window_days) }}, next_answered_on) as leaves_on
    from succeeded

),

moves as (

    select
        band,
        enters_on as on_day,
        1 as step
    from stays where leaves_on > enters_on
    union all
    select
        band,
        leaves_on as on_day,
        -1 as step
    from stays where leaves_on > enters_on

),

daily_moves as (

    select
        on_day,
        coalesce(sum(step) filter (where band = 'promoter'), 0) as promoters,
        coalesce(sum(step) filter (where band = 'passive'), 0) as passives,
        coalesce(sum(step) filter (where band = 'detractor'), 0) as detractors
    from moves
    group by on_day

),

running as (

    select
        days.on_day as period_start,
        cast(coalesce(sum(daily_moves.promoters) over until_day, 0) as bigint) as promoters,
        cast(coalesce(sum(daily_moves.passives) over until_day, 0) as bigint) as passives,
        cast(coalesce(sum(daily_moves.detractors) over until_day, 0) as bigint) as detractors
    from days
    left join daily_moves on days.on_day = daily_moves.on_day
    window until_day as (order by days.on_day rows between unbounded preceding and current row)

),

counts as (

    select
        'standard' as variant,
        'day' as grain,
        period_start,
        promoters,
        passives,
        detractors,
        promoters + passives + detractors as respondents
    from running

)

select * from counts
