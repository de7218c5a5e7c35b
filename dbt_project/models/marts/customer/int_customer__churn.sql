{%- set silent_days_at_least = 90 -%}

with orders as (

    select * from {{ ref('int_customer__orders') }}

),

order_gaps as (

    select * from {{ ref('int_customer__order_gaps') }}

),

subscriptions as (

    select * from {{ ref('int_customer__subscriptions') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

by_subscription as (

    select
        customer_id,
        'subscription' as churn_basis,
        current_mrr = 0 as is_churned,
        case when current_mrr = 0 then paid_until_at end as churned_at
    from subscriptions

),

retail as (

    select
        orders.customer_id,
        orders.last_ordered_at,
        greatest({{ silent_days_at_least }}, coalesce(order_gaps.p95_gap_days, 0)) as patience_days,
        {{ elapsed_minutes('orders.last_ordered_at', 'as_of.as_of') }} / 1440 as silent_days
    from orders
    cross join as_of
    left join order_gaps on orders.customer_id = order_gaps.customer_id
    left join subscriptions on orders.customer_id = subscriptions.customer_id
    where subscriptions.customer_id is null

),

-- silence has no date of its own: the last order is the last sure sign
by_inactivity as (

    select
        customer_id,
        'inactivity' as churn_basis,
        silent_days > patience_days as is_churned,
        case when silent_days > patience_days then last_ordered_at end as churned_at
    from retail

),

churn as (

    select * from by_subscription
    union all
    select * from by_inactivity

)

select * from churn
