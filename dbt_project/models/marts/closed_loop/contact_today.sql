with closed_loop as (

    select * from {{ ref('closed_loop') }}

),

cases as (

    select * from {{ ref('fct_cases') }} where customer_id is not null and not is_deleted and status not in ('solved', 'closed')

),

subscriptions as (

    select * from {{ ref('fct_subscriptions') }} where customer_id is not null

),

billing_periods as (

    select * from {{ ref('fct_billing_periods') }} where customer_id is not null

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

reasons as (

    select * from {{ ref('contact_reasons') }}

),

refusals as (

    select * from {{ ref('consent') }} where purpose = 'marketing' and answer = 'refused'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

calls_for as (

    select
        customer_id,
        case when first_reply_minutes is null and coalesce(replies, 0) = 0 then 'case_without_reply' else 'case_open_long' end
            as reason_code,
        case_id as reference,
        channel,
        opened_at as since_at
    from cases
    cross join as_of
    where
        (first_reply_minutes is null and coalesce(replies, 0) = 0)
        or {{ plus_days('opened_at', 3) }} < as_of.as_of
    union all
    select
        customer_id,
        'complaint_unanswered' as reason_code,
        feedback_id as reference,
        channel,
        said_at as since_at
    from closed_loop
    where state = 'waiting'
    union all
    -- a week to see whether it helped, and no later than the complaint itself would be forgotten
    select
        closed_loop.customer_id,
        'ask_again' as reason_code,
        closed_loop.feedback_id as reference,
        closed_loop.channel,
        coalesce(closed_loop.solved_at, closed_loop.first_action_at) as since_at
    from closed_loop
    cross join as_of
    where
        closed_loop.state = 'closed'
        and closed_loop.outcome = 'not_asked_again'
        and {{ plus_days('coalesce(closed_loop.solved_at, closed_loop.first_action_at)', 7) }} <= as_of.as_of
        and {{ days_after('coalesce(closed_loop.solved_at, closed_loop.first_action_at)', var('closed_loop_days')) }}
        > as_of.as_of
    union all
    select
        subscriptions.customer_id,
        'leaving' as reason_code,
        subscriptions.subscription_id as reference,
        'subscription' as channel,
        subscriptions.canceled_at as since_at
    from subscriptions
    cross join as_of
    inner join paid_periods
        on
            subscriptions.subscription_id = paid_periods.subscription_id
            and as_of.as_of >= paid_periods.period_start_at
            and as_of.as_of < paid_periods.period_end_at
    where
        subscriptions.canceled_at <= as_of.as_of
        and (subscriptions.ended_at is null or subscriptions.ended_at > as_of.as_of)
    union all
    select
        billing_periods.customer_id,
        'payment_failed' as reason_code,
        billing_periods.billing_period_id as reference,
        'subscription' as channel,
        billing_periods.period_start_at as since_at
    from billing_periods
    cross join as_of
    inner join subscriptions on billing_periods.subscription_id = subscriptions.subscription_id
    where
        billing_periods.is_uncollectible
        and (subscriptions.ended_at is null or subscriptions.ended_at > as_of.as_of)
        and as_of.as_of >= billing_periods.period_start_at
        and as_of.as_of < billing_periods.period_end_at

),

moments as (

    select distinct
        calls_for.customer_id,
        as_of.as_of as moment_at
    from calls_for
    cross join as_of

),

worth as (

    {{ yearly_values('moments') }}

),

permitted as (

    select
        calls_for.*,
        reasons.reason,
        reasons.urgency,
        coalesce(worth.yearly_value, 0) as value_at_risk,
        refusals.customer_id is not null as is_opted_out,
        row_number() over (
            partition by calls_for.customer_id
            order by reasons.urgency asc, calls_for.since_at asc, calls_for.reference asc
        ) as turn
    from calls_for
    inner join reasons on calls_for.reason_code = reasons.reason_code
    inner join customers on calls_for.customer_id = customers.customer_id
    left join worth on calls_for.customer_id = worth.customer_id
    left join refusals on calls_for.customer_id = refusals.customer_id
    where reasons.is_reply or refusals.customer_id is null

),

by_customer as (

    select
        customer_id,
        max(case when turn = 1 then reason_code end) as reason_code,
        max(case when turn = 1 then reason end) as reason,
        string_agg(distinct reason_code, ', ' order by reason_code) as all_reasons,
        max(case when turn = 1 then reference end) as reference,
        max(case when turn = 1 then channel end) as channel,
        max(case when turn = 1 then urgency end) as urgency,
        max(value_at_risk) as value_at_risk,
        bool_or(is_opted_out) as is_opted_out,
        max(case when turn = 1 then since_at end) as since_at
    from permitted
    group by customer_id

),

contact_today as (

    select
        row_number() over (
            order by by_customer.value_at_risk desc, by_customer.urgency asc, by_customer.since_at asc, by_customer.customer_id asc
        ) as rank,
        by_customer.customer_id,
        by_customer.reason_code,
        by_customer.reason,
        by_customer.all_reasons,
        by_customer.reference,
        by_customer.channel,
        by_customer.value_at_risk,
        {{ elapsed_minutes('by_customer.since_at', 'as_of.as_of') }} / 1440 as days_waiting,
        by_customer.is_opted_out,
        by_customer.since_at
    from by_customer
    cross join as_of

)

select * from contact_today
