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

known_by_hash as (

    select distinct identifier_value as email_sha256
    from person_ids
    where identifier_type = 'email_sha256'

),

-- hashes are dear: none is made where nobody is known by one
written_addresses as (

    select
        email_clean,
        lower(trim(email)) as email_written
    from records
    where email_clean is not null and exists (select 1 from known_by_hash)

),

known_addresses as (

    select
        email_clean,
        {{ sha256('email_clean') }} as email_sha256
    from written_addresses
    union
    select
        email_clean,
        {{ sha256('email_written') }} as email_sha256
    from written_addresses

),

{% set columns = [
    ('email', 'email_clean'),
    ('phone', 'phone_digits'),
    ('phone', 'mobile_phone_digits'),
    ('social_handle', 'social_handle'),
    ('national_id', 'national_id_clean'),
] %}

-- what people share, borrow or mistype, where an id is issued by a system
written as (

    {% for identifier_type, column in columns -%}
        select
            node_id,
            '{{ identifier_type }}' as identifier_type,
            {{ column }} as identifier_value
        from records
        where
            {{ column }} is not null
            {%- if column == 'mobile_phone_digits' %} and {{ column }} <> coalesce(phone_digits, ''){% endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- who is known by the hash of an address alone is known by the address, where another record has it
known_by_address as (

    select distinct
        person_ids.node_id,
        known_addresses.email_clean as identifier_value
    from person_ids
    inner join known_addresses on person_ids.identifier_value = known_addresses.email_sha256
    inner join records on person_ids.node_id = records.node_id
    where
        person_ids.identifier_type = 'email_sha256'
        and known_addresses.email_clean <> coalesce(records.email_clean, '')

),

identifiers as (

    select
        node_id,
        identifier_type,
        identifier_value,
        true as is_strong,
        bool_or(is_issuer) as is_issuer
    from person_ids
    where identifier_type <> 'email_sha256' and identifier_value is not null
    group by node_id, identifier_type, identifier_value
    union all
    select
        node_id,
        'email' as identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from known_by_address
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer
    from written

)

select * from identifiers
