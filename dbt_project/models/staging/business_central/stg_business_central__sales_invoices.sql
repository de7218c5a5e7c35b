with

sales_invoices as (

    select * from {{ source('raw_business_central', 'sales_invoices') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'sales_invoices_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'sales_invoices') }}

),

cleaned as (

    select
        sales_invoices.company_id,
        sales_invoices.id as invoice_id,
        {{ blank_to_null('sales_invoices.number') }} as invoice_number,
        {{ blank_to_null('sales_invoices.external_document_number') }} as external_document_number,
        {{ zero_guid_to_null('sales_invoices.customer_id') }} as customer_id,
        {{ blank_to_null('sales_invoices.customer_number') }} as customer_number,
        {{ blank_to_null('sales_invoices.order_number') }} as order_number,

        lower({{ blank_to_null('sales_invoices.status') }}) as status,
        {{ local_currency('sales_invoices.currency_code') }} as currency_code,

        sales_invoices.discount_amount,
        sales_invoices.total_amount_excluding_tax,
        sales_invoices.total_tax_amount,
        sales_invoices.total_amount_including_tax,

        {{ zero_date_to_null('sales_invoices.invoice_date') }} as invoiced_on,
        {{ zero_date_to_null('sales_invoices.due_date') }} as due_on,
        sales_invoices.lines,

        {{ is_missing_from_listing(
            'sales_invoices._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        sales_invoices.last_modified_at,
        sales_invoices._observed_at

    from sales_invoices
    left join listed_keys
        on
            sales_invoices.company_id = listed_keys.company_id
            and sales_invoices.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
