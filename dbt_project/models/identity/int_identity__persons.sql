{{ config(materialized='view') }}

with

persons as (

    {% for source in var('person_sources') -%}
        select * from {{ ref('stg_' ~ source ~ '__persons') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from persons
