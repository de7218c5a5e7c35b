with

orders as (

    {{ rows_of('order_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

with_customer as (

    select
        orders.order_id,
        members.customer_id,
        orders.source,

        orders.ordered_on,
        orders.ordered_at,
        orders.status,
        orders.is_test,
        orders.currency_code,

        orders.net_amount_minor,
        orders.tax_minor,
        orders.refunded_minor,
        orders.net_amount_minor * rates.minor_to_reporting_minor as net_amount_reporting,
        orders.refunded_minor * rates.minor_to_reporting_minor as refunded_reporting

    from orders
    left join members on orders.node_id = members.node_id
    left join rates
        on
            orders.currency_code = rates.currency_code
            and cast({{ dbt.date_trunc('month', 'orders.ordered_on') }} as date) = rates.rate_month

)

select * from with_customer
