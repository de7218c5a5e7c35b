with

agents as (

    select * from {{ source('raw_zendesk_chat', 'agents') }}

),

cleaned as (

    select
        id as agent_id,
        role_id,
        {{ blank_to_null('display_name') }} as display_name,
        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name,
        {{ blank_to_null('email') }} as email,
        departments,
        coalesce(enabled, true) as is_enabled,
        created_at,
        last_login_at,
        _observed_at
    from agents

)

select * from cleaned
