with paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }} where customer_id is not null

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- the running month closes, for now, at as_of
current_mrr as (

    select
        customer_id,
        closing_mrr as current_mrr
    from movements
    where month = (select max(period_start) from months)

),

paid as (

    select
        paid_periods.customer_id,
        count(distinct case
            when paid_periods.period_start_at <= as_of.as_of and paid_periods.period_end_at > as_of.as_of
                then paid_periods.subscription_id
        end) as active_subscriptions,
        min(paid_periods.period_start_at) as first_paid_at,
        max(paid_periods.period_end_at) as paid_until_at
    from paid_periods
    cross join as_of
    group by paid_periods.customer_id

),

by_customer as (

    select
        paid.customer_id,
        paid.active_subscriptions,
        coalesce(current_mrr.current_mrr, 0) as current_mrr,
        paid.first_paid_at,
        paid.paid_until_at
    from paid
    left join current_mrr on paid.customer_id = current_mrr.customer_id

)

select * from by_customer
