with

contacts as (

    select * from {{ source('raw_hubspot', 'contacts') }}

),

listed_keys as (

    select * from {{ source('raw_hubspot', 'contacts_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_hubspot', 'contacts') }}

),

cleaned as (

    select
        contacts.id as contact_id,
        {{ blank_to_null('erp_customer_number') }} as erp_customer_number,
        {{ blank_to_null('merged_contact_ids') }} as merged_contact_ids,

        {{ blank_to_null('email') }} as email,
        {{ blank_to_null('first_name') }} as first_name,
        {{ blank_to_null('last_name') }} as last_name,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('mobile_phone') }} as mobile_phone,
        {{ blank_to_null('address') }} as address,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('postal_code') }} as postal_code,
        {{ blank_to_null('country') }} as country,
        {{ blank_to_null('company') }} as company,
        {{ social_handle('twitter_handle') }} as twitter_handle,
        lower({{ blank_to_null('lifecycle_stage') }}) as lifecycle_stage,
        lower({{ blank_to_null('original_source') }}) as original_source,

        coalesce(is_opted_out, false) as is_opted_out,
        coalesce(contacts.archived, false)
        or {{ is_missing_from_listing(
            'contacts._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        created_at,
        updated_at,
        archived_at,
        contacts._observed_at

    from contacts
    left join listed_keys on contacts.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
