with

subscriptions as (

    select * from {{ ref('stg_stripe__subscriptions') }}

),

contracts as (

    select
        'stripe:' || subscriptions.subscription_id as subscription_id,
        {{ node_id('stripe', 'customers', ['subscriptions.customer_id']) }} as node_id,
        'stripe' as source,

        subscriptions.status,
        subscriptions.currency_code,

        subscriptions.started_at,
        subscriptions.trial_end_at,
        subscriptions.canceled_at,
        subscriptions.ended_at,

        coalesce(subscriptions.cancellation_feedback, subscriptions.cancellation_reason) as cancellation_reason

    from subscriptions
    where not subscriptions.is_test_mode

)

select * from contracts
