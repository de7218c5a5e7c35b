with

accounts as (

    select * from {{ source('raw_salesforce', 'accounts') }}

),

cleaned as (

    select
        id as account_id,
        {{ blank_to_null('parent_id') }} as parent_id,
        {{ blank_to_null('master_record_id') }} as master_record_id,
        {{ blank_to_null('account_number') }} as account_number,
        {{ blank_to_null('vat_number') }} as vat_number,
        {{ blank_to_null('owner_id') }} as owner_id,

        {{ blank_to_null('name') }} as name,
        lower({{ blank_to_null('type') }}) as account_type,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('website') }} as website,
        nullif(split_part({{ replace_all('lower(trim(website))', '^(https?://)?(www[.])?', '') }}, '/', 1), '') as domain,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('postal_code') }} as postal_code,
        {{ blank_to_null('country') }} as country,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        coalesce(is_deleted, false) as is_deleted,

        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from accounts

)

select * from cleaned
