with

customers as (

    select * from {{ ref('dim_customers') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where not is_test

),

subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

billing_periods as (

    select * from {{ ref('fct_billing_periods') }}

),

cases as (

    select * from {{ ref('fct_cases') }}
    where not is_deleted

),

feedback as (

    select * from {{ ref('fct_feedback') }}
    -- messages and letters are interactions of their own, told by their vendors
    where kind in ('survey_answer', 'case_rating', 'post')

),

told_interactions as (

    {{ rows_of('interaction_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

leads as (

    select
        'lead_created' as event,
        customer_id,
        lead_created_at as occurred_at,
        null as channel,
        'hubspot' as source,
        null as sentiment,
        null as effort,
        acquisition_source as outcome,
        customer_id as reference
    from customers
    where lead_created_at is not null

),

told_by_vendors as (

    select distinct
        told_interactions.event,
        members.customer_id,
        told_interactions.occurred_at,
        told_interactions.channel,
        told_interactions.source,
        told_interactions.sentiment,
        told_interactions.effort,
        told_interactions.outcome,
        told_interactions.reference
    from told_interactions
    inner join members on told_interactions.node_id = members.node_id

),

placed_orders as (

    select
        case status when 'cancelled' then 'order_cancelled' else 'order_placed' end as event,
        customer_id,
        ordered_at as occurred_at,
        null as channel,
        source,
        null as sentiment,
        null as effort,
        case when refunded_minor > 0 then 'refunded' else status end as outcome,
        order_id as reference
    from orders

),

-- the first period of a subscription starts it, each later one renews it
periods as (

    select
        case
            when is_uncollectible then 'payment_uncollectible'
            when row_number() over (partition by subscription_id order by period_start_at, billing_period_id) = 1
                then 'subscription_started'
            else 'subscription_renewed'
        end as event,
        customer_id,
        period_start_at as occurred_at,
        null as channel,
        source,
        null as sentiment,
        null as effort,
        case when is_uncollectible then 'uncollectible' when is_trial then 'trial' else 'paid' end as outcome,
        billing_period_id as reference
    from billing_periods

),

cancellations as (

    select
        'subscription_cancelled' as event,
        customer_id,
        canceled_at as occurred_at,
        null as channel,
        source,
        null as sentiment,
        null as effort,
        cancellation_reason as outcome,
        subscription_id as reference
    from subscriptions
    where canceled_at is not null

),

opened_cases as (

    select
        'case_opened' as event,
        customer_id,
        opened_at as occurred_at,
        channel,
        source,
        null as sentiment,
        null as effort,
        status as outcome,
        case_id as reference
    from cases

),

solved_cases as (

    select
        'case_solved' as event,
        customer_id,
        solved_at as occurred_at,
        channel,
        source,
        null as sentiment,
        null as effort,
        case when reopens > 0 then 'reopened before' else 'solved' end as outcome,
        case_id as reference
    from cases
    where solved_at is not null and status in ('solved', 'closed')

),

-- a survey's answers are one interaction: as bad as the worst of them
given_feedback as (

    select
        case feedback.kind
            when 'survey_answer' then 'survey_answered'
            when 'case_rating' then 'case_rated'
            else 'post_published'
        end as event,
        feedback.customer_id,
        feedback.responded_at as occurred_at,
        feedback.channel,
        feedback.source,
        case
            when bool_or(sentiment = 'negative') then 'negative'
            when bool_or(sentiment = 'neutral') then 'neutral'
            when bool_or(sentiment = 'positive') then 'positive'
        end as sentiment,
        max({{ effort_percent('feedback') }}) as effort,
        max(case
            when feedback.metric = 'nps' then {{ nps_band('score') }}
            when feedback.metric in ('csat', 'good_bad') and feedback.score >= feedback.top_box_min then 'satisfied'
            when feedback.metric in ('csat', 'good_bad') and feedback.score < feedback.top_box_min then 'not satisfied'
        end) as outcome,
        min(feedback.feedback_id) as reference
    from feedback
    group by
        feedback.source,
        feedback.channel,
        feedback.kind,
        feedback.customer_id,
        feedback.survey_id,
        feedback.responded_at,
        case when feedback.kind = 'survey_answer' then '' else feedback.feedback_id end

),

interactions as (

    {% for name in [
        'leads', 'told_by_vendors', 'placed_orders', 'periods', 'cancellations', 'opened_cases', 'solved_cases',
        'given_feedback'
    ] -%}
        select
            event,
            customer_id,
            occurred_at,
            cast(channel as {{ dbt.type_string() }}) as channel,
            source,
            cast(sentiment as {{ dbt.type_string() }}) as sentiment,
            cast(effort as double) as effort,
            outcome,
            reference
        from {{ name }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from interactions
where customer_id is not null
