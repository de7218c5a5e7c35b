{#- How an organisation is named from customer_360 on. -#}
{% macro account_id(source, id) -%}
    'A' || upper(substr({{ dbt.hash("'" ~ source ~ ":' || " ~ id) }}, 1, 15))
{%- endmacro %}
