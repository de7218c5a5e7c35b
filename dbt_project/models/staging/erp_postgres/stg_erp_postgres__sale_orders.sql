with

sale_orders as (

    select * from {{ source('raw_erp_postgres', 'sale_orders') }}

),

listed_keys as (

    select * from {{ source('raw_erp_postgres', 'sale_orders_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_erp_postgres', 'sale_orders') }}

),

cleaned as (

    select
        sale_orders.id as sale_order_id,
        {{ blank_to_null('sale_orders.name') }} as order_number,
        sale_orders.partner_id,
        sale_orders.currency_id,
        {{ blank_to_null('sale_orders.client_order_ref') }} as customer_reference,

        sale_orders.state,
        sale_orders.amount_untaxed,
        sale_orders.amount_tax,

        sale_orders.ordered_at,
        {{ is_missing_from_listing(
            'sale_orders._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        sale_orders.created_at,
        sale_orders.written_at,
        sale_orders._observed_at

    from sale_orders
    left join listed_keys on cast(sale_orders.id as {{ dbt.type_string() }}) = listed_keys.id
    cross join newest_listing

)

select * from cleaned
