with

invoices as (

    select * from {{ source('raw_chargebee', 'invoices') }}

),

cleaned as (

    select
        id as invoice_id,
        customer_id,
        subscription_id,

        status,
        price_type,
        upper(currency_code) as currency_code,
        line_items,

        sub_total,
        tax,
        total,
        amount_paid,
        amount_due,

        coalesce(recurring, false) as is_recurring,
        coalesce(deleted, false) as is_deleted,

        invoiced_at,
        paid_at,
        voided_at,
        updated_at,
        _observed_at

    from invoices

)

select * from cleaned
