with orders as (

    select * from {{ ref('fct_orders') }} where status = 'paid' and not is_test

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

order_values as (

    select
        'standard' as variant,
        orders.ordered_on,
        orders.net_amount_reporting / as_of.minor_per_major as order_value
    from orders
    cross join as_of

    union all

    select
        'net_of_refunds' as variant,
        orders.ordered_on,
        (orders.net_amount_reporting - coalesce(orders.refunded_reporting, 0)) / as_of.minor_per_major as order_value
    from orders
    cross join as_of

)

select * from order_values
