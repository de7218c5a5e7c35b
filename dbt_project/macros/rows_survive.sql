{#- The resources of a source whose staging model holds another number of rows than landed. -#}
{% macro rows_survive(vendor, resources) -%}
with

counts as (

    {% for resource in resources -%}
    select
        '{{ resource }}' as resource,
        (select count(*) from {{ source('raw_' ~ vendor, resource) }}) as landed_rows,
        (select count(*) from {{ ref('stg_' ~ vendor ~ '__' ~ resource) }}) as staged_rows
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from counts
where landed_rows <> staged_rows
{%- endmacro %}
