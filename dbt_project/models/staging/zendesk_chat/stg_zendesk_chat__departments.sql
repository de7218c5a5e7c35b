with

departments as (

    select * from {{ source('raw_zendesk_chat', 'departments') }}

),

cleaned as (

    select
        id as department_id,
        {{ blank_to_null('name') }} as name,
        {{ blank_to_null('description') }} as description,
        members,
        coalesce(enabled, true) as is_enabled,
        _observed_at
    from departments

)

select * from cleaned
