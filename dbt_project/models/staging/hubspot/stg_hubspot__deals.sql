with

deals as (

    select * from {{ source('raw_hubspot', 'deals') }}

),

listed_keys as (

    select * from {{ source('raw_hubspot', 'deals_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_hubspot', 'deals') }}

),

cleaned as (

    select
        deals.id as deal_id,

        {{ blank_to_null('deal_name') }} as deal_name,
        {{ blank_to_null('pipeline') }} as pipeline,
        {{ blank_to_null('deal_stage') }} as deal_stage,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        amount,

        coalesce(is_closed_won, false) as is_closed_won,
        coalesce(deals.archived, false)
        or {{ is_missing_from_listing(
            'deals._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        closed_at,
        created_at,
        updated_at,
        archived_at,
        deals._observed_at

    from deals
    left join listed_keys on deals.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
