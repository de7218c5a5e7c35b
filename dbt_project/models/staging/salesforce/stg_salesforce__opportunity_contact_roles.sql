with

opportunity_contact_roles as (

    select * from {{ source('raw_salesforce', 'opportunity_contact_roles') }}

),

cleaned as (

    select
        id as opportunity_contact_role_id,
        {{ blank_to_null('opportunity_id') }} as opportunity_id,
        {{ blank_to_null('contact_id') }} as contact_id,

        lower({{ blank_to_null('role') }}) as role,

        coalesce(is_primary, false) as is_primary,
        coalesce(is_deleted, false) as is_deleted,

        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from opportunity_contact_roles

)

select * from cleaned
