with feedback as (

    select * from {{ ref('fct_feedback') }} where customer_id is not null

),

cases as (

    select * from {{ ref('fct_cases') }} where customer_id is not null and not is_deleted

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

orders as (

    select * from {{ ref('fct_orders') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- what was said at once is one complaint, however many questions it answers
complaints as (

    select
        min(feedback.feedback_id) as feedback_id,
        feedback.customer_id,
        feedback.source,
        feedback.channel,
        feedback.kind,
        min(feedback.case_id) as about_case_id,
        feedback.responded_at as said_at,
        {{ days_after('feedback.responded_at', var('closed_loop_days')) }} as answer_until
    from feedback
    inner join customers on feedback.customer_id = customers.customer_id
    where feedback.sentiment = 'negative'
    group by feedback.customer_id, feedback.source, feedback.channel, feedback.kind, feedback.responded_at

),

-- the case that deals with it: the one it is about where that was open then or again, else the first that was or became open
dealing as (

    select
        complaints.feedback_id,
        cases.case_id,
        cases.status,
        cases.reopens,
        cases.priority,
        cases.solved_at,
        case
            when cases.opened_at + cases.first_reply_minutes * interval '1' minute > complaints.said_at
                then cases.opened_at + cases.first_reply_minutes * interval '1' minute
        end as replied_at,
        row_number() over (
            partition by complaints.feedback_id
            order by
                case when cases.case_id = complaints.about_case_id then 0 else 1 end asc,
                cases.opened_at asc,
                cases.case_id asc
        ) as choice
    from complaints
    inner join cases
        on
            complaints.customer_id = cases.customer_id
            and complaints.answer_until > cases.opened_at
            and (cases.solved_at is null or complaints.said_at < cases.solved_at)

),

calls as (

    select
        complaints.feedback_id,
        min(touchpoints.occurred_at) as called_at
    from complaints
    inner join touchpoints
        on
            complaints.customer_id = touchpoints.customer_id
            and complaints.said_at < touchpoints.occurred_at
            and complaints.answer_until > touchpoints.occurred_at
    where touchpoints.touchpoint = 'sales called' and touchpoints.outcome = 'connected'
    group by complaints.feedback_id

),

acted as (

    select
        complaints.*,
        dealing.case_id,
        dealing.status as case_status,
        dealing.solved_at,
        coalesce(dealing.priority = 'urgent' or dealing.reopens > 0, false) as is_escalated,
        least(
            case when dealing.replied_at < complaints.answer_until then dealing.replied_at end,
            case when dealing.solved_at < complaints.answer_until then dealing.solved_at end,
            calls.called_at
        ) as first_action_at,
        calls.called_at
    from complaints
    left join dealing on complaints.feedback_id = dealing.feedback_id and dealing.choice = 1
    left join calls on complaints.feedback_id = calls.feedback_id

),

answers as (

    select
        customer_id,
        responded_at,
        {{ worst_sentiment('sentiment') }} as sentiment
    from feedback
    where kind in ('survey_answer', 'case_rating') and sentiment is not null
    group by customer_id, responded_at

),

-- the next answer after all was done that was done
asked_again as (

    select
        acted.feedback_id,
        answers.responded_at as asked_again_at,
        answers.sentiment,
        row_number() over (partition by acted.feedback_id order by answers.responded_at) as turn
    from acted
    inner join answers
        on
            acted.customer_id = answers.customer_id
            and greatest(acted.said_at, coalesce(acted.first_action_at, acted.said_at), coalesce(acted.solved_at, acted.said_at))
            < answers.responded_at

),

moments as (

    select distinct
        customer_id,
        said_at as moment_at
    from complaints

),

worth as (

    {{ yearly_values('moments') }}

),

closed_loop as (

    select
        acted.feedback_id,
        acted.customer_id,
        acted.case_id,

        acted.source,
        acted.channel,
        acted.kind,
        case
            when acted.first_action_at is not null and acted.case_id is not null and acted.solved_at is null then 'in_progress'
            when acted.first_action_at is not null then 'closed'
            when acted.answer_until <= as_of.as_of then 'never_answered'
            else 'waiting'
        end as state,
        case asked_again.sentiment
            when 'positive' then 'won_back'
            when 'neutral' then 'calmed'
            when 'negative' then 'still_unhappy'
            else 'not_asked_again'
        end as outcome,
        case
            when acted.first_action_at is null then null
            when acted.first_action_at = acted.called_at then 'called'
            when acted.first_action_at = acted.solved_at then 'solved'
            else 'replied'
        end as first_action,

        {{ elapsed_minutes('acted.said_at', 'acted.first_action_at') }} / 60 as hours_to_act,
        {{ elapsed_minutes('acted.said_at', 'acted.solved_at') }} / 60 as hours_to_solve,
        coalesce(worth.yearly_value, 0) as value_at_risk,

        acted.is_escalated,
        acted.answer_until <= as_of.as_of as is_mature,

        acted.said_at,
        acted.first_action_at,
        acted.solved_at,
        asked_again.asked_again_at
    from acted
    cross join as_of
    left join asked_again on acted.feedback_id = asked_again.feedback_id and asked_again.turn = 1
    left join worth on acted.customer_id = worth.customer_id and acted.said_at = worth.moment_at

)

select * from closed_loop
