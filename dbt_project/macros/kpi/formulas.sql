{#- The small formulas every KPI shares. KPI standard 3.0.1, 3.0.6, 3.1. -#}

{#- A ratio; an empty denominator gives NULL, never 0. -#}
{% macro ratio_of(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif({{ denominator }}, 0))
{%- endmacro %}

{% macro percent_of(numerator, denominator) -%} (100.0 * {{ ratio_of(numerator, denominator) }}) {%- endmacro %}


{#- Half-open bands, so that 6.5 and 8.5 fall in exactly one; a score outside the scale falls in none. -#}
{% macro nps_band(score) -%}
    case
        when {{ score }} >= 9 and {{ score }} <= 10 then 'promoter'
        when {{ score }} >= 7 and {{ score }} < 9 then 'passive'
        when {{ score }} >= 0 and {{ score }} < 7 then 'detractor'
    end
{%- endmacro %}


{#- Interpolated percentile, as a fraction between 0 and 1. -#}
{% macro percentile(expression, fraction) %}{{ adapter.dispatch('percentile')(expression, fraction) }}{% endmacro %}

{% macro default__percentile(expression, fraction) -%}
    percentile_cont({{ fraction }}) within group (order by {{ expression }})
{%- endmacro %}

{% macro duckdb__percentile(expression, fraction) -%} quantile_cont({{ expression }}, {{ fraction }}) {%- endmacro %}
