with

items as (

    select * from {{ source('raw_netsuite', 'items') }}

),

deleted as (

    {{ netsuite_deleted_ids('item') }}

),

cleaned as (

    select
        items.id as item_id,
        {{ blank_to_null('items.number') }} as item_number,
        {{ blank_to_null('items.name') }} as name,
        items.type as item_type,

        coalesce(items.is_inactive, false) as is_inactive,
        deleted.record_id is not null as is_deleted,

        items.last_modified_at,
        items._observed_at

    from items
    left join deleted on items.id = deleted.record_id

)

select * from cleaned
