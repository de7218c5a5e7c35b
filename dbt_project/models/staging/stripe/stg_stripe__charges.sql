with

charges as (

    select * from {{ source('raw_stripe', 'charges') }}

),

cleaned as (

    select
        id as charge_id,
        customer_id,
        invoice_id,

        status,
        failure_code,
        upper(currency) as currency_code,
        metadata,

        amount,
        amount_refunded,

        coalesce(paid, false) as is_paid,
        coalesce(refunded, false) as is_refunded,
        not coalesce(livemode, true) as is_test_mode,

        created_at,
        _observed_at

    from charges

)

select * from cleaned
