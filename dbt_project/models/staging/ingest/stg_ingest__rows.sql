{#- what the rows become, or why no further layer counts them -#}
{%- set text = dbt.type_string() %}
{%- set listed = listed_ids() %}

with

rows_now as (

    {% for vendor, resources in row_ends().items() -%}
        {% for resource, told in resources.items() -%}
            {%- set fact = told.get('fact', 'customer_records' if 'people' in told else none) -%}
            select
                '{{ vendor }}' as source,
                '{{ resource }}' as resource,
                (select count(*) from {{ source('raw_' ~ vendor, resource) }}) as stored,
                (select count(*) from {{ ref('stg_' ~ vendor ~ '__' ~ told.get('model', resource)) }}) as staged,
                cast({{ "'" ~ fact ~ "'" if fact else 'null' }} as {{ text }}) as becomes,
                cast(
                    {% if 'serves' in told -%} 'tells other rows ' || '{{ told.serves }}'
                    {%- elif 'unread' in told -%} 'read by no model: ' || '{{ told.unread }}'
                    {%- else -%} null {%- endif %} as {{ text }}
                ) as not_followed
            union all
        {% endfor %}
        {%- for resource in listed.get(vendor, []) -%}
            select
                '{{ vendor }}' as source,
                '{{ resource }}_keys' as resource,
                (select count(*) from {{ source('raw_' ~ vendor, resource ~ '_keys') }}) as stored,
                cast(null as bigint) as staged,
                cast(null as {{ text }}) as becomes,
                'tells what was deleted' as not_followed
            union all
        {% endfor %}
    {%- endfor -%}
    select
        cast(null as {{ text }}) as source,
        cast(null as {{ text }}) as resource,
        cast(null as bigint) as stored,
        cast(null as bigint) as staged,
        cast(null as {{ text }}) as becomes,
        cast(null as {{ text }}) as not_followed
    where false

)

select * from rows_now
