{#- A handle as it is compared: lower case, without the leading @. -#}
{% macro social_handle(expression) -%}
    nullif({{ replace_all("lower(trim(" ~ expression ~ "))", '^@', '') }}, '')
{%- endmacro %}
