with

subscriptions as (

    select * from {{ source('raw_stripe', 'subscriptions') }}

),

-- a `deleted` event ends a subscription and leaves it in the list as canceled, so nothing here is ever deleted
cleaned as (

    select
        id as subscription_id,
        customer_id,

        status,
        upper(currency) as currency_code,
        items,
        discounts,
        metadata,
        cancellation_reason,
        cancellation_feedback,

        coalesce(cancel_at_period_end, false) as is_cancelled_at_period_end,
        not coalesce(livemode, true) as is_test_mode,
        false as is_deleted,

        started_at,
        trial_start_at,
        trial_end_at,
        cancel_at,
        canceled_at,
        ended_at,
        created_at,
        _observed_at

    from subscriptions

)

select * from cleaned
