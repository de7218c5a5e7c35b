with billing_periods as (

    select * from {{ ref('fct_billing_periods') }}

),

paid_periods as (

    select
        billing_period_id,
        subscription_id,
        customer_id,
        currency_code,
        mrr_minor,
        period_start_at,
        period_end_at
    from billing_periods
    where
        not is_trial
        and not is_uncollectible
        and mrr_minor > 0

)

select * from paid_periods
