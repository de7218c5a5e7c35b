with

sales_orders as (

    select * from {{ source('raw_business_central', 'sales_orders') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'sales_orders_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'sales_orders') }}

),

cleaned as (

    select
        sales_orders.company_id,
        sales_orders.id as order_id,
        {{ blank_to_null('sales_orders.number') }} as order_number,
        {{ blank_to_null('sales_orders.external_document_number') }} as external_document_number,
        {{ zero_guid_to_null('sales_orders.customer_id') }} as customer_id,
        {{ blank_to_null('sales_orders.customer_number') }} as customer_number,

        lower({{ blank_to_null('sales_orders.status') }}) as status,
        {{ local_currency('sales_orders.currency_code') }} as currency_code,

        sales_orders.discount_amount,
        sales_orders.total_amount_excluding_tax,
        sales_orders.total_tax_amount,
        sales_orders.total_amount_including_tax,

        coalesce(sales_orders.fully_shipped, false) as is_fully_shipped,
        {{ zero_date_to_null('sales_orders.order_date') }} as ordered_on,
        sales_orders.lines,

        {{ is_missing_from_listing(
            'sales_orders._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        sales_orders.last_modified_at,
        sales_orders._observed_at

    from sales_orders
    left join listed_keys
        on
            sales_orders.company_id = listed_keys.company_id
            and sales_orders.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
