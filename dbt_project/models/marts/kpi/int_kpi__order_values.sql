with orders as (

    select * from {{ ref('fct_orders') }} where status = 'paid' and not is_test

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

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

    union all

    -- at the rates of one month for ever, so that only orders move it
    select
        'constant_currency' as variant,
        orders.ordered_on,
        orders.net_amount_minor * rates.minor_to_reporting_minor / as_of.minor_per_major as order_value
    from orders
    cross join as_of
    left join rates
        on
            orders.currency_code = rates.currency_code
            and rates.rate_month = cast('{{ var("constant_currency_month") }}' as date)

)

select * from order_values
