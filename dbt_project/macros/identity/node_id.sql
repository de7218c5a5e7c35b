{#- How a vendor's record is named everywhere from identity on: source:resource:record_key.
    `keys` are the columns of the declared key, in its order. -#}
{% macro node_id(source, resource, keys) -%}
    '{{ source }}:{{ resource }}:' || {{ record_key(keys) }}
{%- endmacro %}

{% macro record_key(keys) -%}
    {%- for key in keys -%}
        cast({{ key }} as {{ dbt.type_string() }}){% if not loop.last %} || '/' || {% endif %}
    {%- endfor -%}
{%- endmacro %}
