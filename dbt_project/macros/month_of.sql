{#- The first day of the calendar month an instant falls in, in the reporting zone. -#}
{% macro month_of(instant) -%}
    cast({{ dbt.date_trunc('month', local_date(instant)) }} as date)
{%- endmacro %}
