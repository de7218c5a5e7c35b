with

opportunity_line_items as (

    select * from {{ source('raw_salesforce', 'opportunity_line_items') }}

),

cleaned as (

    select
        id as opportunity_line_item_id,
        {{ blank_to_null('opportunity_id') }} as opportunity_id,
        {{ blank_to_null('product_id') }} as product_id,
        {{ blank_to_null('product_code') }} as product_code,

        {{ blank_to_null('name') }} as product_name,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        quantity,
        unit_price,
        total_price,

        coalesce(is_deleted, false) as is_deleted,

        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from opportunity_line_items

)

select * from cleaned
