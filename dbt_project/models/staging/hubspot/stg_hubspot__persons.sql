with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

merged_contacts as (

    select distinct merged_contact_id from {{ ref('stg_hubspot__merged_contacts') }}

),

persons as (

    select
        {{ node_id('hubspot', 'contacts', ['contacts.contact_id']) }} as node_id,
        'hubspot' as source,
        'contacts' as resource,
        {{ record_key(['contacts.contact_id']) }} as record_key,

        contacts.first_name as given_name,
        contacts.last_name as family_name,
        cast(null as {{ dbt.type_string() }}) as full_name,
        contacts.email,
        contacts.phone,
        contacts.mobile_phone,
        contacts.twitter_handle as social_handle,
        contacts.city,
        contacts.postal_code,
        contacts.country,
        contacts.original_source as acquisition_source,

        false as is_reference,
        contacts.is_deleted or merged_contacts.merged_contact_id is not null as is_deleted,
        contacts.is_opted_out,
        false as is_test,

        contacts.created_at as lead_created_at,
        contacts.created_at as first_seen_at,
        contacts.updated_at as last_seen_at

    from contacts
    left join merged_contacts on contacts.contact_id = merged_contacts.merged_contact_id

)

select * from persons
