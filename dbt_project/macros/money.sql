{#- A decimal amount as whole minor units of its currency. -#}
{% macro to_minor(amount, minor_digits) -%}
    cast(round({{ amount }} * power(10, {{ minor_digits }})) as bigint)
{%- endmacro %}

{#- An amount in minor units, in minor units of the reporting currency at the rate given per major unit. -#}
{% macro to_reporting(minor, minor_digits, rate, reporting_digits) -%}
    ({{ minor }} / power(10, {{ minor_digits }}) * {{ rate }} * power(10, {{ reporting_digits }}))
{%- endmacro %}
