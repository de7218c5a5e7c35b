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

identifiers as (

    select
        node_id,
        identifier_type,
        identifier_value,
        true as is_strong,
        is_issuer
    from person_ids
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
