{#- What Business Central writes for "nothing". -#}

{% macro zero_guid_to_null(column) -%} nullif({{ column }}, '00000000-0000-0000-0000-000000000000') {%- endmacro %}

{% macro zero_date_to_null(column) -%} nullif({{ column }}, date '0001-01-01') {%- endmacro %}


{#- A blank currency code means the company's local currency. -#}
{% macro local_currency(column) -%}
    coalesce(upper({{ blank_to_null(column) }}), '{{ var("business_central_local_currency") }}')
{%- endmacro %}
