with

tasks as (

    select * from {{ source('raw_salesforce', 'tasks') }}

),

cleaned as (

    select
        id as task_id,
        {{ blank_to_null('who_id') }} as who_id,
        {{ blank_to_null('what_id') }} as what_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        {{ blank_to_null('subject') }} as subject,
        {{ blank_to_null('description') }} as description,
        lower({{ blank_to_null('subtype') }}) as subtype,
        lower({{ blank_to_null('call_type') }}) as call_type,
        lower({{ blank_to_null('call_outcome') }}) as call_outcome,
        lower({{ blank_to_null('status') }}) as status,

        call_seconds,

        coalesce(is_closed, false) as is_closed,
        coalesce(is_archived, false) as is_archived,
        coalesce(is_deleted, false) as is_deleted,

        due_on,
        completed_at,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from tasks

)

select * from cleaned
