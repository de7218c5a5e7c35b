with orders as (

    select *
    from {{ ref('fct_orders') }}
    where
        status = 'paid'
        and not is_test
        and customer_id is not null

),

by_customer as (

    select
        customer_id,
        count(*) as order_count,
        sum(net_amount_reporting - coalesce(refunded_reporting, 0)) as net_revenue_reporting,
        sum(coalesce(refunded_reporting, 0)) as refunded_reporting,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from orders
    group by customer_id

)

select * from by_customer
