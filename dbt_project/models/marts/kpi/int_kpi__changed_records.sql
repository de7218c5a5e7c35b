with published_customers as (

    select * from {{ source('publication_state', 'customers') }}

),

published_feedback as (

    select * from {{ source('publication_state', 'feedback') }} where metric is not null

),

published_orders as (

    select * from {{ source('publication_state', 'orders') }}

),

published_cases as (

    select * from {{ source('publication_state', 'cases') }}

),

published_movements as (

    select * from {{ source('publication_state', 'mrr_movements') }}

),

regroupings as (

    select * from {{ ref('int_customer_360__regroupings') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }} where metric is not null

),

orders as (

    select * from {{ ref('fct_orders') }}

),

cases as (

    select * from {{ ref('fct_cases') }}

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

-- ids that were published and are no more, ids that were not published yet
since_published as (

    select regroupings.*
    from regroupings
    left join published_customers on regroupings.customer_id = published_customers.customer_id
    where (regroupings.cause = 'split') = (published_customers.customer_id is null)

),

named as (

    select
        customer_id,
        cause
    from since_published
    union all
    select
        other_id as customer_id,
        cause
    from since_published
    where other_id is not null

),

regrouped as (

    select
        customer_id,
        max(cause) as cause
    from named
    group by customer_id

),

compared as (

    select
        case coalesce(feedback.metric, published_feedback.metric)
            when 'good_bad' then 'csat'
            else coalesce(feedback.metric, published_feedback.metric)
        end as facts,
        coalesce(feedback.feedback_id, published_feedback.feedback_id) as record_id,
        feedback.customer_id,
        published_feedback.customer_id as published_customer_id,
        case
            when published_feedback.feedback_id is null then 'late answer'
            when feedback.feedback_id is null then 'removed answer'
            when coalesce(feedback.score, -1) <> coalesce(published_feedback.score, -1) then 'changed answer'
            when feedback.responded_at <> published_feedback.responded_at then 'changed answer'
        end as cause,
        {{ local_date('feedback.responded_at') }} as on_day,
        {{ local_date('published_feedback.responded_at') }} as published_on,
        cast(null as date) as opened_on
    from feedback
    full outer join published_feedback on feedback.feedback_id = published_feedback.feedback_id

    union all

    select
        'orders' as facts,
        coalesce(orders.order_id, published_orders.order_id) as record_id,
        orders.customer_id,
        published_orders.customer_id as published_customer_id,
        case
            when published_orders.order_id is null then 'late order'
            when orders.order_id is null then 'removed order'
            when coalesce(orders.refunded_minor, 0) <> coalesce(published_orders.refunded_minor, 0) then 'refund'
            when orders.status <> published_orders.status then 'changed order'
            when orders.net_amount_minor <> published_orders.net_amount_minor then 'changed order'
            when orders.ordered_on <> published_orders.ordered_on then 'changed order'
        end as cause,
        orders.ordered_on as on_day,
        published_orders.ordered_on as published_on,
        cast(null as date) as opened_on
    from orders
    full outer join published_orders on orders.order_id = published_orders.order_id

    union all

    select
        'cases' as facts,
        coalesce(cases.case_id, published_cases.case_id) as record_id,
        cases.customer_id,
        published_cases.customer_id as published_customer_id,
        case
            when published_cases.case_id is null then 'late case'
            when cases.case_id is null or (cases.is_deleted and not published_cases.is_deleted) then 'removed case'
            when coalesce(cases.reopens, 0) > coalesce(published_cases.reopens, 0) then 'reopened case'
            when
                published_cases.status in ('solved', 'closed')
                and (cases.status not in ('solved', 'closed') or cases.solved_at > published_cases.solved_at)
                then 'reopened case'
            when cases.status in ('solved', 'closed') and published_cases.status not in ('solved', 'closed') then 'solved case'
            when
                coalesce(cases.replies, -1) <> coalesce(published_cases.replies, -1)
                or coalesce(cases.customer_replies, -1) <> coalesce(published_cases.customer_replies, -1)
                or coalesce(cases.first_reply_minutes, -1) <> coalesce(published_cases.first_reply_minutes, -1)
                then 'answered case'
            when coalesce(cases.issue_key, '') <> coalesce(published_cases.issue_key, '') then 'changed case'
        end as cause,
        {{ local_date('cases.solved_at') }} as on_day,
        {{ local_date('published_cases.solved_at') }} as published_on,
        {{ local_date('coalesce(cases.opened_at, published_cases.opened_at)') }} as opened_on
    from cases
    full outer join published_cases on cases.case_id = published_cases.case_id

    union all

    -- what a customer pays in a month is the record of billing
    select
        'subscriptions' as facts,
        coalesce(movements.customer_id, published_movements.customer_id) as record_id,
        movements.customer_id,
        published_movements.customer_id as published_customer_id,
        case
            when abs(movements.opening_mrr - published_movements.opening_mrr) > 1e-6 then 'changed billing'
            when abs(movements.closing_mrr - published_movements.closing_mrr) > 1e-6 then 'changed billing'
            when published_movements.customer_id is null then 'late billing'
            when movements.customer_id is null then 'removed billing'
        end as cause,
        movements.month as on_day,
        published_movements.month as published_on,
        cast(null as date) as opened_on
    from movements
    full outer join published_movements
        on movements.customer_id = published_movements.customer_id and movements.month = published_movements.month

    union all

    select
        'leads' as facts,
        coalesce(customers.customer_id, published_customers.customer_id) as record_id,
        customers.customer_id,
        published_customers.customer_id as published_customer_id,
        case
            when customers.lead_created_at is null and published_customers.lead_created_at is null then null
            when published_customers.lead_created_at is null then 'late lead'
            when customers.lead_created_at is null then 'removed lead'
            when customers.lead_created_at <> published_customers.lead_created_at then 'changed lead'
            when coalesce(customers.acquisition_source, '') <> coalesce(published_customers.acquisition_source, '') then 'changed lead'
            when customers.is_test <> published_customers.is_test then 'changed lead'
        end as cause,
        {{ local_date('customers.lead_created_at') }} as on_day,
        {{ local_date('published_customers.lead_created_at') }} as published_on,
        cast(null as date) as opened_on
    from customers
    full outer join published_customers on customers.customer_id = published_customers.customer_id

),

-- what became of the customer explains what became of the record
explained as (

    select
        compared.facts,
        compared.record_id,
        case
            when compared.cause is null and coalesce(compared.customer_id, '') = coalesce(compared.published_customer_id, '') then null
            when published_regrouped.cause = 'erasure' then 'erasure'
            when compared.facts in ('subscriptions', 'leads') then coalesce(published_regrouped.cause, regrouped.cause, compared.cause)
            else coalesce(compared.cause, published_regrouped.cause, regrouped.cause, 'changed customer')
        end as cause,
        compared.on_day,
        compared.published_on,
        compared.opened_on
    from compared
    left join regrouped on compared.customer_id = regrouped.customer_id
    left join regrouped as published_regrouped on compared.published_customer_id = published_regrouped.customer_id

),

changed as (

    {% for day in ['on_day', 'published_on', 'opened_on'] %}
        select
            facts,
            cause,
            record_id,
            cast({{ dbt.date_trunc('month', day) }} as date) as month
        from explained
        where cause is not null and {{ day }} is not null
        {% if not loop.last %}union{% endif %}
    {%- endfor %}

)

select * from changed
