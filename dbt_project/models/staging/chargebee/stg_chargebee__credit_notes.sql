with

credit_notes as (

    select * from {{ source('raw_chargebee', 'credit_notes') }}

),

cleaned as (

    select
        id as credit_note_id,
        customer_id,
        subscription_id,
        reference_invoice_id as invoice_id,

        type as credit_note_type,
        reason_code,
        status,
        upper(currency_code) as currency_code,

        total,
        amount_refunded,

        coalesce(deleted, false) as is_deleted,

        issued_at,
        refunded_at,
        updated_at,
        _observed_at

    from credit_notes

)

select * from cleaned
