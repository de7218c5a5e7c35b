with

records as (

    select * from {{ ref('int_identity__records') }}

),

person_ids as (

    {% for source in var('person_sources') if source not in var('sources_without_person_ids', ['brandwatch']) -%}
        select * from {{ ref('stg_' ~ source ~ '__person_ids') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{% set columns = {
    'email': ['email_clean'],
    'phone': ['phone_digits', 'mobile_phone_digits'],
    'social_handle': ['social_handle'],
    'national_id': ['national_id_clean'],
} %}

-- what people share, borrow or mistype, where an id is issued by a system
written as (

    {% for identifier_type, written_in in columns.items() -%}
        {% for column in written_in -%}
            select
                node_id,
                '{{ identifier_type }}' as identifier_type,
                {{ column }} as identifier_value
            from records
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {%- if not loop.last %}union all{% endif %}
    {% endfor %}

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
    from written

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
