with

leads as (

    select * from {{ source('raw_salesforce', 'leads') }}

),

cleaned as (

    select
        id as lead_id,
        {{ blank_to_null('converted_account_id') }} as converted_account_id,
        {{ blank_to_null('converted_contact_id') }} as converted_contact_id,
        {{ blank_to_null('converted_opportunity_id') }} as converted_opportunity_id,
        {{ blank_to_null('master_record_id') }} as master_record_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name,
        {{ blank_to_null('title') }} as title,
        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('mobile_phone') }} as mobile_phone,
        {{ blank_to_null('street') }} as street,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('postal_code') }} as postal_code,
        {{ blank_to_null('country') }} as country,
        lower(replace({{ blank_to_null('lead_source') }}, ' ', '_')) as lead_source,

        {{ blank_to_null('company') }} as company,
        lower({{ blank_to_null('status') }}) as status,

        coalesce(is_converted, false) as is_converted,
        coalesce(is_opted_out, false) as is_opted_out,
        coalesce(is_deleted, false) as is_deleted,

        converted_on,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from leads

)

select * from cleaned
