{#- The domain of a web address: lower case, without scheme, www and path. -#}
{% macro web_domain(expression) -%}
    nullif(split_part({{ replace_all("lower(trim(" ~ expression ~ "))", '^(https?://)?(www[.])?', '') }}, '/', 1), '')
{%- endmacro %}
