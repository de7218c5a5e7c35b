with

teams as (

    select * from {{ source('raw_intercom', 'teams') }}

),

cleaned as (

    select
        id as team_id,
        {{ blank_to_null('name') }} as name,
        admin_ids,
        _observed_at
    from teams

)

select * from cleaned
