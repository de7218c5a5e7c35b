with orders as (

    select *
    from {{ ref('fct_orders') }}
    where
        status = 'paid'
        and not is_test
        and customer_id is not null

),

gaps as (

    select
        customer_id,
        {{ elapsed_minutes(
            'lag(ordered_at) over (partition by customer_id order by ordered_at)', 'ordered_at'
        ) }} / 1440 as gap_days
    from orders

),

by_customer as (

    select
        customer_id,
        {{ percentile('gap_days', 0.95) }} as p95_gap_days
    from gaps
    where gap_days is not null
    group by customer_id

)

select * from by_customer
