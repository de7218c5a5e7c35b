with

users as (

    select * from {{ source('raw_zendesk_support', 'users') }}

),

cleaned as (

    select
        id as user_id,
        {{ blank_to_null('external_id') }} as external_id,
        organization_id,

        {{ blank_to_null('name') }} as name,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('phone') }} as phone,
        role,
        iana_time_zone,

        coalesce(suspended, false) as is_suspended,
        not coalesce(active, true) as is_deleted,

        created_at,
        updated_at,
        _observed_at

    from users

)

select * from cleaned
