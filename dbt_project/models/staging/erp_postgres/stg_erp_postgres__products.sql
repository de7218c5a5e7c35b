with

products as (

    select * from {{ source('raw_erp_postgres', 'products') }}

),

cleaned as (

    select
        id as product_id,
        product_template_id,
        {{ blank_to_null('default_code') }} as product_number,
        not coalesce(active, false) as is_archived,
        created_at,
        written_at,
        _observed_at
    from products

)

select * from cleaned
