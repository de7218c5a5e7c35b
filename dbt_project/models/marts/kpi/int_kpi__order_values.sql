with orders as (

    select * from {{ ref('fct_orders') }} where status = 'paid' and not is_test

),

customers as (

    select * from {{ ref('dim_customers') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

-- the constant value is at the rates of one month for ever, so that only orders move it
valued as (

    select
        orders.ordered_on,
        orders.source,
        customers.country_code,
        orders.net_amount_reporting / as_of.minor_per_major as standard,
        (orders.net_amount_reporting - coalesce(orders.refunded_reporting, 0)) / as_of.minor_per_major as net_of_refunds,
        orders.net_amount_minor * rates.minor_to_reporting_minor / as_of.minor_per_major as constant_currency
    from orders
    cross join as_of
    left join customers on orders.customer_id = customers.customer_id
    left join rates
        on
            orders.currency_code = rates.currency_code
            and rates.rate_month = cast('{{ var("constant_currency_month") }}' as date)

),

order_values as (

    {% for variant in ['standard', 'net_of_refunds', 'constant_currency'] %}
        select
            '{{ variant }}' as variant,
            ordered_on,
            source,
            country_code,
            {{ variant }} as order_value
        from valued
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from order_values
