with

contacts as (

    select * from {{ source('raw_intercom', 'contacts') }}

),

listed_keys as (

    select * from {{ source('raw_intercom', 'contacts_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_intercom', 'contacts') }}

),

cleaned as (

    select
        contacts.id as contact_id,
        {{ blank_to_null('contacts.external_id') }} as external_id,
        contacts.owner_id,

        lower(contacts.role) as role,
        {{ blank_to_null('contacts.name') }} as name,
        {{ blank_to_null('contacts.email') }} as email,
        {{ blank_to_null('contacts.phone') }} as phone,
        {{ blank_to_null('contacts.city') }} as city,
        coalesce({{ blank_to_null('contacts.country_code') }}, {{ blank_to_null('contacts.country') }}) as country,
        {{ blank_to_null('contacts.utm_source') }} as utm_source,
        {{ blank_to_null('contacts.utm_medium') }} as utm_medium,
        {{ blank_to_null('contacts.utm_campaign') }} as utm_campaign,
        contacts.companies,
        contacts.custom_attributes,

        contacts.company_count,

        coalesce(contacts.unsubscribed_from_emails, false) as is_unsubscribed,
        coalesce(contacts.has_hard_bounced, false) as has_hard_bounced,
        coalesce(contacts.marked_email_as_spam, false) as has_marked_spam,
        {{ is_missing_from_listing(
            'contacts._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        contacts.signed_up_at,
        contacts.last_seen_at,
        contacts.last_replied_at,
        contacts.created_at,
        contacts.updated_at,
        contacts._observed_at

    from contacts
    left join listed_keys on contacts.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
