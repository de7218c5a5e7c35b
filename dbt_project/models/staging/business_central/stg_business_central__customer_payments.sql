with

customer_payments as (

    select * from {{ source('raw_business_central', 'customer_payments') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'customer_payments_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'customer_payments') }}

),

cleaned as (

    select
        customer_payments.company_id,
        customer_payments.id as payment_id,
        {{ zero_guid_to_null('customer_payments.customer_id') }} as customer_id,
        {{ blank_to_null('customer_payments.customer_number') }} as customer_number,
        {{ zero_guid_to_null('customer_payments.applies_to_invoice_id') }} as applies_to_invoice_id,
        {{ blank_to_null('customer_payments.applies_to_invoice_number') }} as applies_to_invoice_number,
        {{ blank_to_null('customer_payments.document_number') }} as document_number,

        customer_payments.amount,

        {{ zero_date_to_null('customer_payments.posting_date') }} as posted_on,

        {{ is_missing_from_listing(
            'customer_payments._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        customer_payments.last_modified_at,
        customer_payments._observed_at

    from customer_payments
    left join listed_keys
        on
            customer_payments.company_id = listed_keys.company_id
            and customer_payments.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
