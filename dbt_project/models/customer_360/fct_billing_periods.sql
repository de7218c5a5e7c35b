with

billing_periods as (

    {{ rows_of('billing_period_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        billing_periods.billing_period_id,
        billing_periods.subscription_id,
        members.customer_id,
        billing_periods.source,

        billing_periods.period_start_at,
        billing_periods.period_end_at,
        billing_periods.currency_code,

        billing_periods.mrr_minor,

        billing_periods.is_trial,
        billing_periods.is_uncollectible

    from billing_periods
    left join members on billing_periods.node_id = members.node_id

)

select * from with_customer
