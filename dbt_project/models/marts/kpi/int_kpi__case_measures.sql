{%- set quiet_days = 7 -%}

with cases as (

    select
        *,
        status in ('solved', 'closed') and solved_at is not null as is_resolved,
        opened_at + first_reply_minutes * interval '1' minute as first_replied_at
    from {{ ref('fct_cases') }}
    where not is_deleted

),

customers as (

    select * from {{ ref('dim_customers') }}

),

schedules as (

    select
        schedule_id,
        {{ zoned_instant('valid_from', 'time_zone') }} as in_force_at
    from {{ ref('support_schedules') }}

),

business_hours as (

    select * from {{ ref('int_kpi__business_hours') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

exclusions as (

    select * from {{ ref('level_one_exclusions') }}

),

ends as (

    select
        case_id,
        'opened' as moment,
        opened_at as at
    from cases
    union all
    select
        case_id,
        'replied' as moment,
        first_replied_at as at
    from cases where first_replied_at is not null
    union all
    select
        case_id,
        'first_solved' as moment,
        first_solved_at as at
    from cases where is_resolved and first_solved_at is not null
    union all
    select
        case_id,
        'solved' as moment,
        solved_at as at
    from cases where is_resolved

),

clocked as (

    select
        ends.case_id,
        ends.moment,
        business_hours.time_line,
        max(business_hours.minutes_before + coalesce(
            least(
                greatest({{ elapsed_minutes('business_hours.opens_at', 'ends.at') }}, 0),
                {{ elapsed_minutes('business_hours.opens_at', 'business_hours.closes_at') }}
            ), 0
        )) as minutes
    from ends
    inner join business_hours on cast(ends.at as date) = business_hours.on_day
    group by ends.case_id, ends.moment, business_hours.time_line

),

-- each end with the schedule that was in force at it
schedule_at_end as (

    select
        ends.case_id,
        ends.moment,
        max_by(schedules.schedule_id, schedules.in_force_at) as schedule_id
    from ends
    inner join schedules on ends.at >= schedules.in_force_at
    where ends.moment <> 'opened'
    group by ends.case_id, ends.moment

),

-- a case never touched while the desk was open has no business minutes, rather than none spent
business as (

    select
        clocked.case_id,
        clocked.moment,
        max(nullif(clocked.minutes - opened.minutes, 0)) filter (where clocked.time_line = 'in_force') as in_force_minutes,
        max(nullif(clocked.minutes - opened.minutes, 0))
        filter (where clocked.time_line = schedule_at_end.schedule_id) as last_schedule_minutes
    from clocked
    inner join clocked as opened
        on
            clocked.case_id = opened.case_id
            and clocked.time_line = opened.time_line
            and opened.moment = 'opened'
    inner join schedule_at_end on clocked.case_id = schedule_at_end.case_id and clocked.moment = schedule_at_end.moment
    group by clocked.case_id, clocked.moment

),

-- the same customer's next word on the same matter; without a matter any word is
repeated as (

    select distinct cases.case_id
    from cases
    inner join cases as others
        on
            cases.customer_id = others.customer_id
            and others.opened_at > cases.opened_at
            and others.opened_at <= {{ plus_days('cases.solved_at', quiet_days) }}
            and coalesce(cases.issue_key = others.issue_key, true)
    where cases.is_resolved

),

measured as (

    select
        cases.case_id,
        cases.channel,
        customers.country_code,

        {{ local_date('cases.opened_at') }} as opened_on,
        case when cases.is_resolved then {{ local_date('cases.first_solved_at') }} end as first_solved_on,
        case when cases.is_resolved then {{ local_date('cases.solved_at') }} end as solved_on,

        {{ elapsed_minutes('cases.opened_at', 'cases.first_replied_at') }} as first_response_minutes,
        {{ elapsed_minutes('cases.opened_at', 'cases.first_solved_at') }} as first_resolution_minutes,
        {{ elapsed_minutes('cases.opened_at', 'cases.solved_at') }} as resolution_minutes,
        replied.in_force_minutes as first_response_business,
        replied.last_schedule_minutes as first_response_last_schedule,
        first_solved.in_force_minutes as first_resolution_business,
        first_solved.last_schedule_minutes as first_resolution_last_schedule,
        solved.in_force_minutes as resolution_business,
        solved.last_schedule_minutes as resolution_last_schedule,

        cases.replies,
        cases.customer_replies,
        cases.reopens,
        {{ plus_days('cases.solved_at', quiet_days) }} <= as_of.as_of as is_quiet_over,
        cases.reopens = 0 and repeated.case_id is null as is_solved_at_once,
        exclusions.issue_key is null as is_solvable_at_level_one,
        cases.issue_key is null as is_issue_key_missing

    from cases
    cross join as_of
    left join customers on cases.customer_id = customers.customer_id
    left join repeated on cases.case_id = repeated.case_id
    left join exclusions on cases.issue_key = exclusions.issue_key
    left join business as replied on cases.case_id = replied.case_id and replied.moment = 'replied'
    left join business as first_solved on cases.case_id = first_solved.case_id and first_solved.moment = 'first_solved'
    left join business as solved on cases.case_id = solved.case_id and solved.moment = 'solved'

)

select * from measured
