{{ config(materialized='view') }}

with

records as (

    select * from {{ ref('int_identity__records') }}

),

edges as (

    select * from {{ ref('int_identity__edges') }}

),

shared_values as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__shared_values') }}
    where is_shared

),

-- a value that names nobody, or a function, is no evidence of a person
impersonal_values as (

    select
        identifier_type,
        identifier_value
    from {{ ref('int_identity__shared_values') }}
    where blocked_because is not null or needs_full_name_because = 'role mailbox'

),

-- answers and posts count once they lead to somebody
resolved_references as (

    select distinct edges.node_r as node_id
    from edges
    inner join records on edges.node_r = records.node_id
    where records.is_reference

),

nodes as (

    select
        records.node_id,

        records.source,
        records.resource,
        records.record_key,
        'person' as entity_type,
        records.first_name_canonical,
        records.last_name_canonical,
        records.birth_date_clean,
        case when emails.identifier_value is null then records.email_clean end as email_clean,
        case when phones.identifier_value is null then records.phone_digits end as phone_digits,
        case when mobile_phones.identifier_value is null then records.mobile_phone_digits end as mobile_phone_digits,
        {{ clean_street('records.street') }} as street_clean,
        {{ clean_code('records.postal_code') }} as postal_code_clean,
        {{ clean_code('records.city') }} as city_clean,
        records.organisation_clean,
        case when national_ids.identifier_value is null then records.national_id_clean end as national_id_clean,

        shared_emails.identifier_value is not null as has_shared_email,
        shared_phones.identifier_value is not null as has_shared_phone,

        records.is_reference,

        records.first_seen_at,
        records.last_seen_at

    from records
    left join resolved_references on records.node_id = resolved_references.node_id
    left join impersonal_values as emails
        on records.email_clean = emails.identifier_value and emails.identifier_type = 'email'
    left join impersonal_values as phones
        on records.phone_digits = phones.identifier_value and phones.identifier_type = 'phone'
    left join impersonal_values as mobile_phones
        on records.mobile_phone_digits = mobile_phones.identifier_value and mobile_phones.identifier_type = 'phone'
    left join impersonal_values as national_ids
        on records.national_id_clean = national_ids.identifier_value and national_ids.identifier_type = 'national_id'
    left join shared_values as shared_emails
        on records.email_clean = shared_emails.identifier_value and shared_emails.identifier_type = 'email'
    left join shared_values as shared_phones
        on
            coalesce(records.phone_digits, records.mobile_phone_digits) = shared_phones.identifier_value
            and shared_phones.identifier_type = 'phone'
    where not records.is_reference or resolved_references.node_id is not null

)

select * from nodes
