with

refunds as (

    select * from {{ source('raw_stripe', 'refunds') }}

),

cleaned as (

    select
        id as refund_id,
        charge_id,

        status,
        reason,
        upper(currency) as currency_code,
        metadata,

        amount,

        not coalesce(livemode, true) as is_test_mode,

        created_at,
        _observed_at

    from refunds

)

select * from cleaned
