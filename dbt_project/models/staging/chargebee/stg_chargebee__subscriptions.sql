with

subscriptions as (

    select * from {{ source('raw_chargebee', 'subscriptions') }}

),

cleaned as (

    select
        id as subscription_id,
        customer_id,

        status,
        upper(currency_code) as currency_code,
        subscription_items,
        billing_period_unit as billing_interval,
        billing_period as billing_interval_count,
        cancel_reason,
        cancel_reason_code,

        coalesce(deleted, false) as is_deleted,

        started_at,
        trial_start_at,
        trial_end_at,
        activated_at,
        current_term_start_at,
        current_term_end_at,
        cancel_schedule_created_at,
        cancelled_at,
        created_at,
        updated_at,
        _observed_at

    from subscriptions

)

select * from cleaned
