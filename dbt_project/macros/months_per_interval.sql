{#- How many months a billing interval lasts; without one, the length of the period it paid for. KPI standard 3.3. -#}
{% macro months_per_interval(unit, unit_count, period_start, period_end) -%}
    (case {{ unit }}
        when 'year' then 12.0 * {{ unit_count }}
        when 'month' then 1.0 * {{ unit_count }}
        when 'week' then {{ unit_count }} * 12.0 / 52
        when 'day' then {{ unit_count }} * 12.0 / 365.25
        else {{ elapsed_minutes(period_start, period_end) }} / 1440 * 12.0 / 365.25
    end)
{%- endmacro %}
