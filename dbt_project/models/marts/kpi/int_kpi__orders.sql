with orders as (

    select * from {{ ref('fct_orders') }}
    where status = 'paid' and not is_test and customer_id is not null

),

customers as (

    select * from {{ ref('dim_customers') }}

),

order_values as (

    select * from {{ ref('int_kpi__order_values') }}

),

sessions as (

    select
        *,
        coalesce(utm_source, 'direct') as channel,
        {{ local_date('started_at') }} as on_day
    from {{ ref('fct_web_sessions') }}

),

first_orders as (

    select
        customer_id,
        min(ordered_on) as first_ordered_on
    from orders
    group by customer_id

),

-- a buyer counts once in the month, on its first day
buyers as (

    select
        orders.customer_id,
        cast({{ dbt.date_trunc('month', 'orders.ordered_on') }} as date) as on_day,
        min(customers.country_code) as country_code,
        min(first_orders.first_ordered_on) as first_ordered_on
    from orders
    inner join first_orders on orders.customer_id = first_orders.customer_id
    left join customers on orders.customer_id = customers.customer_id
    group by orders.customer_id, cast({{ dbt.date_trunc('month', 'orders.ordered_on') }} as date)

),

events as (

    select
        'aov' as kpi_id,
        variant,
        ordered_on as on_day,
        source,
        cast(null as {{ dbt.type_string() }}) as channel,
        country_code,
        order_value as numerator,
        1 as denominator,
        0 as immature
    from order_values

    union all

    select
        'repeat_purchase_rate' as kpi_id,
        'standard' as variant,
        on_day,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as channel,
        country_code,
        case when first_ordered_on < on_day then 1 else 0 end as numerator,
        1 as denominator,
        0 as immature
    from buyers

    union all

    select
        'session_conversion_rate' as kpi_id,
        'standard' as variant,
        on_day,
        cast(null as {{ dbt.type_string() }}) as source,
        channel,
        cast(null as {{ dbt.type_string() }}) as country_code,
        case when has_purchase then 1 else 0 end as numerator,
        1 as denominator,
        0 as immature
    from sessions

    union all

    select
        'cart_abandonment_rate' as kpi_id,
        'standard' as variant,
        on_day,
        cast(null as {{ dbt.type_string() }}) as source,
        channel,
        cast(null as {{ dbt.type_string() }}) as country_code,
        case when has_purchase then 0 else 1 end as numerator,
        1 as denominator,
        0 as immature
    from sessions
    where has_cart

),

{{ tallies_of('events', ['source', 'channel', 'country_code']) }},

{{ measures_of(['aov', 'repeat_purchase_rate', 'session_conversion_rate', 'cart_abandonment_rate']) }}

select * from measures
