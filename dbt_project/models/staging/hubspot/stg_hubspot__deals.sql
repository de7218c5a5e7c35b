with

deals as (

    select * from {{ source('raw_hubspot', 'deals') }}

),

cleaned as (

    select
        id as deal_id,

        {{ blank_to_null('deal_name') }} as deal_name,
        {{ blank_to_null('pipeline') }} as pipeline,
        {{ blank_to_null('deal_stage') }} as deal_stage,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        amount,

        coalesce(is_closed_won, false) as is_closed_won,
        coalesce(archived, false) as is_deleted,

        closed_at,
        created_at,
        updated_at,
        archived_at,
        _observed_at

    from deals

)

select * from cleaned
