with

sales_credit_memos as (

    select * from {{ source('raw_business_central', 'sales_credit_memos') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'sales_credit_memos_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'sales_credit_memos') }}

),

cleaned as (

    select
        sales_credit_memos.company_id,
        sales_credit_memos.id as credit_memo_id,
        {{ blank_to_null('sales_credit_memos.number') }} as credit_memo_number,
        {{ blank_to_null('sales_credit_memos.external_document_number') }} as external_document_number,
        {{ zero_guid_to_null('sales_credit_memos.customer_id') }} as customer_id,
        {{ blank_to_null('sales_credit_memos.customer_number') }} as customer_number,
        {{ zero_guid_to_null('sales_credit_memos.invoice_id') }} as invoice_id,
        {{ blank_to_null('sales_credit_memos.invoice_number') }} as invoice_number,

        lower({{ blank_to_null('sales_credit_memos.status') }}) as status,
        {{ local_currency('sales_credit_memos.currency_code') }} as currency_code,

        sales_credit_memos.discount_amount,
        sales_credit_memos.total_amount_excluding_tax,
        sales_credit_memos.total_tax_amount,
        sales_credit_memos.total_amount_including_tax,

        {{ zero_date_to_null('sales_credit_memos.credit_memo_date') }} as credited_on,

        {{ is_missing_from_listing(
            'sales_credit_memos._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        sales_credit_memos.last_modified_at,
        sales_credit_memos._observed_at

    from sales_credit_memos
    left join listed_keys
        on
            sales_credit_memos.company_id = listed_keys.company_id
            and sales_credit_memos.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
