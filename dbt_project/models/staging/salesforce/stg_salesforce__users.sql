with

users as (

    select * from {{ source('raw_salesforce', 'users') }}

),

cleaned as (

    select
        id as user_id,

        {{ blank_to_null('name') }} as user_name,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('department') }} as department,
        lower({{ blank_to_null('user_type') }}) as user_type,

        coalesce(is_active, true) as is_active,

        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from users

)

select * from cleaned
