{{ config(materialized='view') }}

-- Each import is read for its own columns alone: DuckDB would keep in memory what is referred to twice.

with

records as (

    select * from {{ ref('int_identity__records') }}

),

named_records as (

    select
        node_id,
        first_name_canonical,
        last_name_canonical,
        is_reference
    from {{ ref('int_identity__records') }}

),

addresses as (

    select
        email,
        email_clean
    from {{ ref('int_identity__records') }}
    where email_clean is not null

),

person_ids as (

    {% for source in var('person_sources') if source != 'brandwatch' -%}
        select * from {{ ref('stg_' ~ source ~ '__person_ids') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

known_by_hash as (

    select distinct
        node_id,
        identifier_value as email_sha256
    from person_ids
    where identifier_type = 'email_sha256'

),

-- hashes are dear: none is made where nobody is known by one
written_addresses as (

    select
        email_clean,
        lower(trim(email)) as email_written
    from addresses
    where exists (select 1 from known_by_hash)

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

-- who is known by the hash of an address alone is known by the address, where another record has it
known_by_address as (

    select distinct
        records.node_id,
        known_addresses.email_clean,
        records.first_name_canonical,
        records.last_name_canonical,
        records.is_reference
    from known_by_hash
    inner join known_addresses on known_by_hash.email_sha256 = known_addresses.email_sha256
    inner join {{ ref('int_identity__records') }} as records on known_by_hash.node_id = records.node_id
    where known_addresses.email_clean <> coalesce(records.email_clean, '')

),

issued as (

    select
        node_id,
        identifier_type,
        identifier_value,
        bool_or(is_issuer) as is_issuer
    from person_ids
    where identifier_type <> 'email_sha256' and identifier_value is not null
    group by node_id, identifier_type, identifier_value

),

{% set columns = [
    ('email', 'email_clean', 'records.email_clean'),
    ('phone', 'phone_digits', 'records.phone_digits'),
    ('phone', 'mobile_phone_digits', 'nullif(records.mobile_phone_digits, records.phone_digits)'),
    ('social_handle', 'social_handle', 'records.social_handle'),
    ('national_id', 'national_id_clean', 'records.national_id_clean'),
] %}

kinds as (

    {% for identifier_type, column, _ in columns -%}
        select
            '{{ identifier_type }}' as identifier_type,
            '{{ column }}' as written_in
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- what people share, borrow or mistype, where an id is issued by a system
written as (

    select
        records.node_id,
        kinds.identifier_type,
        case kinds.written_in
            {% for _, column, value in columns -%}
                when '{{ column }}' then {{ value }}
            {% endfor %}
        end as identifier_value,
        records.first_name_canonical,
        records.last_name_canonical,
        records.is_reference
    from records
    cross join kinds

),

identifiers as (

    select
        issued.node_id,
        issued.identifier_type,
        issued.identifier_value,
        true as is_strong,
        issued.is_issuer,
        named_records.first_name_canonical,
        named_records.last_name_canonical,
        named_records.is_reference
    from issued
    left join named_records on issued.node_id = named_records.node_id
    union all
    select
        node_id,
        'email' as identifier_type,
        email_clean as identifier_value,
        false as is_strong,
        false as is_issuer,
        first_name_canonical,
        last_name_canonical,
        is_reference
    from known_by_address
    union all
    select
        node_id,
        identifier_type,
        identifier_value,
        false as is_strong,
        false as is_issuer,
        first_name_canonical,
        last_name_canonical,
        is_reference
    from written
    where identifier_value is not null

)

select * from identifiers
