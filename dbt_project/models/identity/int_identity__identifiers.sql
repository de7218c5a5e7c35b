with

records as (

    select * from {{ ref('int_identity__records') }}

),

person_ids as (

    {% for source in var('person_sources') if source != 'brandwatch' -%}
        select * from {{ ref('stg_' ~ source ~ '__person_ids') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

emails as (

    select
        node_id,
        'email' as identifier_type,
        email_clean as identifier_value
    from records

),

phones as (

    select
        node_id,
        'phone' as identifier_type,
        phone_digits as identifier_value
    from records
    union all
    select
        node_id,
        'phone' as identifier_type,
        mobile_phone_digits as identifier_value
    from records

),

handles as (

    select
        node_id,
        'social_handle' as identifier_type,
        social_handle as identifier_value
    from records

),

known_addresses as (

    select
        email_clean,
        {{ sha256('email_clean') }} as email_sha256
    from records
    where email_clean is not null
    union
    select
        email_clean,
        {{ sha256('lower(trim(email))') }} as email_sha256
    from records
    where email_clean is not null

),

-- who is known by the hash of an address alone is known by the address, where another record has it
hashed_emails as (

    select
        person_ids.node_id,
        'email' as identifier_type,
        known_addresses.email_clean as identifier_value
    from person_ids
    inner join known_addresses on person_ids.identifier_value = known_addresses.email_sha256
    where person_ids.identifier_type = 'email_sha256'

),

identifiers as (

    select
        node_id,
        identifier_type,
        identifier_value,
        true as is_strong,
        is_issuer
    from person_ids
    where identifier_type <> 'email_sha256'
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from hashed_emails
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from emails
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from phones
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from handles

)

select
    node_id,
    identifier_type,
    identifier_value,
    is_strong,
    bool_or(is_issuer) as is_issuer
from identifiers
where identifier_value is not null
group by node_id, identifier_type, identifier_value, is_strong
