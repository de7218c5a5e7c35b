{%- set order_days = 365 -%}

with paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }}

),

orders as (

    select *
    from {{ ref('fct_orders') }}
    where
        status = 'paid'
        and not is_test
        and customer_id is not null

),

stretches as (

    select
        customer_id,
        period_start_at as start_at,
        period_end_at as end_at
    from paid_periods
    union all
    select
        customer_id,
        ordered_at as start_at,
        {{ plus_days('ordered_at', order_days) }} as end_at
    from orders

),

compared as (

    select
        *,
        max(end_at) over (
            partition by customer_id
            order by start_at, end_at
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from stretches

),

-- what overlaps an earlier stretch adds only the part beyond it, so that no instant counts twice
unbroken as (

    select
        customer_id,
        greatest(start_at, coalesce(reached_at, start_at)) as start_at,
        end_at
    from compared
    where reached_at is null or end_at > reached_at

)

select * from unbroken
