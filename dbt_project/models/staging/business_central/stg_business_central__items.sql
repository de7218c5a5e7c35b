with

items as (

    select * from {{ source('raw_business_central', 'items') }}

),

listed_keys as (

    select * from {{ source('raw_business_central', 'items_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_business_central', 'items') }}

),

cleaned as (

    select
        items.company_id,
        items.id as item_id,
        {{ blank_to_null('items.number') }} as item_number,

        {{ blank_to_null('items.display_name') }} as display_name,
        {{ blank_to_null('items.item_category_code') }} as item_category_code,

        items.unit_price,
        items.unit_cost,

        coalesce(items.blocked, false) as is_blocked,

        {{ is_missing_from_listing(
            'items._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        items.last_modified_at,
        items._observed_at

    from items
    left join listed_keys
        on
            items.company_id = listed_keys.company_id
            and items.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
