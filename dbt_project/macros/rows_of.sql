{#-
    The rows of all models that a variable of dbt_project.yml names, under each other: one model per vendor, all with the
    same columns in the same order.
-#}
{% macro rows_of(variable) -%}
    {%- for model in var(variable) %}
    select * from {{ ref(model) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}
