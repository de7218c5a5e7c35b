with

contacts as (

    select * from {{ source('raw_salesforce', 'contacts') }}

),

cleaned as (

    select
        id as contact_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('erp_customer_number') }} as erp_customer_number,
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

        coalesce(is_opted_out, false) as is_opted_out,
        coalesce(is_deleted, false) as is_deleted,

        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from contacts

)

select * from cleaned
