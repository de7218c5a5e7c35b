with

cases as (

    select * from {{ source('raw_salesforce', 'cases') }}

),

cleaned as (

    select
        id as case_id,
        {{ blank_to_null('case_number') }} as case_number,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('contact_id') }} as contact_id,
        {{ blank_to_null('master_record_id') }} as master_record_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        {{ blank_to_null('supplied_name') }} as supplied_name,
        {{ blank_to_null('supplied_email') }} as supplied_email,
        lower({{ blank_to_null('origin') }}) as origin,
        lower({{ blank_to_null('type') }}) as case_type,
        lower({{ blank_to_null('reason') }}) as reason,
        lower({{ blank_to_null('priority') }}) as priority,
        lower({{ blank_to_null('status') }}) as status,
        {{ blank_to_null('subject') }} as subject,
        {{ blank_to_null('description') }} as description,

        coalesce(is_closed, false) as is_closed,
        coalesce(is_escalated, false) as is_escalated,
        coalesce(is_deleted, false) as is_deleted,

        closed_at,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from cases

)

select * from cleaned
