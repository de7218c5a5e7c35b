{#- An instant plus whole days of 24 hours, as many as a column or a number tells. -#}
{% macro days_after(instant, days) -%} ({{ instant }} + {{ days }} * interval '24' hour) {%- endmacro %}
