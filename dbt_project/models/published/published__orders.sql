with orders as (

    select * from {{ ref('fct_orders') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        orders.order_id,
        orders.customer_id,
        orders.source,
        orders.ordered_on,
        orders.ordered_at,
        orders.status,
        orders.is_test,
        orders.currency_code,
        orders.net_amount_minor,
        orders.tax_minor,
        orders.refunded_minor,
        orders.net_amount_reporting,
        orders.refunded_reporting,
        data_as_of.as_of as data_as_of
    from orders
    cross join data_as_of

)

select * from published
