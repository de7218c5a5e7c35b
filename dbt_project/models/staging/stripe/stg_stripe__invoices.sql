with

invoices as (

    select * from {{ source('raw_stripe', 'invoices') }}

),

deleted as (

    {{ stripe_deleted_ids('invoice') }}

),

cleaned as (

    select
        invoices.id as invoice_id,
        invoices.number as invoice_number,
        invoices.customer_id,

        invoices.status,
        invoices.billing_reason,
        upper(invoices.currency) as currency_code,
        invoices.lines,
        invoices.metadata,

        invoices.subtotal,
        invoices.total,
        coalesce(invoices.total_excluding_tax, invoices.subtotal_excluding_tax, invoices.total) as total_excluding_tax,
        invoices.amount_due,
        invoices.amount_paid,

        not coalesce(invoices.livemode, true) as is_test_mode,
        deleted.id is not null as is_deleted,

        invoices.created_at,
        invoices.finalized_at,
        invoices.paid_at,
        invoices._observed_at

    from invoices
    left join deleted on invoices.id = deleted.id

)

select * from cleaned
