with

subscriptions as (

    select * from {{ ref('stg_chargebee__subscriptions') }}
    where not is_deleted

),

contracts as (

    select
        'chargebee:' || subscription_id as subscription_id,
        {{ node_id('chargebee', 'customers', ['customer_id']) }} as node_id,
        'chargebee' as source,

        -- one that ends with its term is still active
        case status
            when 'in_trial' then 'trialing'
            when 'non_renewing' then 'active'
            when 'cancelled' then 'canceled'
            else status
        end as status,
        currency_code,

        started_at,
        trial_end_at,
        -- `cancelled_at` is when it ends, be that still to come
        coalesce(cancel_schedule_created_at, cancelled_at) as canceled_at,
        case when status = 'cancelled' then cancelled_at end as ended_at,

        coalesce(cancel_reason_code, cancel_reason) as cancellation_reason

    from subscriptions

)

select * from contracts
