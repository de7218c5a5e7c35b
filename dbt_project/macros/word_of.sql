{#- A vendor's word in the spelling the lists of words use: lower case, underscores for blanks and hyphens. -#}
{% macro word_of(expression) -%}
    replace(replace(lower(trim({{ expression }})), ' ', '_'), '-', '_')
{%- endmacro %}
