with

sale_order_lines as (

    select * from {{ source('raw_erp_postgres', 'sale_order_lines') }}

),

listed_keys as (

    select * from {{ source('raw_erp_postgres', 'sale_order_lines_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_erp_postgres', 'sale_order_lines') }}

),

cleaned as (

    select
        sale_order_lines.id as sale_order_line_id,
        sale_order_lines.order_id as sale_order_id,
        sale_order_lines.product_id,

        sale_order_lines.quantity,
        sale_order_lines.price_unit,
        sale_order_lines.discount as discount_percent,
        sale_order_lines.price_subtotal,

        {{ is_missing_from_listing(
            'sale_order_lines._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        sale_order_lines.created_at,
        sale_order_lines.written_at,
        sale_order_lines._observed_at

    from sale_order_lines
    left join listed_keys on cast(sale_order_lines.id as {{ dbt.type_string() }}) = listed_keys.id
    cross join newest_listing

)

select * from cleaned
