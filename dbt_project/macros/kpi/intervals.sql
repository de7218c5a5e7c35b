{#- 95 % intervals. KPI standard 3.0.9: Wilson for proportions, adjusted Wald for NPS and other differences of two
    outer classes, the normal interval for means. Percentages, unrounded; NULL where nothing was counted. -#}

{% macro z_95() -%} 1.959963984540054 {%- endmacro %}

{% macro wilson_low(successes, n) -%}
    case when {{ n }} > 0 then greatest(0.0, {{ wilson_bound(successes, n, '-') }}) end
{%- endmacro %}

{% macro wilson_high(successes, n) -%}
    case when {{ n }} > 0 then least(100.0, {{ wilson_bound(successes, n, '+') }}) end
{%- endmacro %}

{% macro wilson_bound(successes, n, sign) -%}
    {%- set z2 = '(' ~ z_95() ~ ' * ' ~ z_95() ~ ')' -%}
    {%- set size = 'cast(' ~ n ~ ' as double)' -%}
    100.0 * ({{ successes }} + {{ z2 }} / 2 {{ sign }} {{ z_95() }} * sqrt(
        {{ successes }} * ({{ size }} - {{ successes }}) / {{ size }} + {{ z2 }} / 4
    )) / ({{ size }} + {{ z2 }})
{%- endmacro %}


{#- Variance of one answer scored +1, 0 or -1: (p + d) - (p - d)^2 with p and d as shares. -#}
{% macro nps_variance(promoters, detractors, n) -%}
    (({{ promoters }} + {{ detractors }}) / nullif(cast({{ n }} as double), 0)
    - power(({{ promoters }} - {{ detractors }}) / nullif(cast({{ n }} as double), 0), 2))
{%- endmacro %}

{% macro nps_low(promoters, detractors, n) -%}
    case when {{ n }} > 0 then greatest(-100.0, {{ nps_bound(promoters, detractors, n, '-') }}) end
{%- endmacro %}

{% macro nps_high(promoters, detractors, n) -%}
    case when {{ n }} > 0 then least(100.0, {{ nps_bound(promoters, detractors, n, '+') }}) end
{%- endmacro %}

{#- Adjusted Wald: add 3 answers, three quarters of one to each outer class. -#}
{% macro nps_bound(promoters, detractors, n, sign) -%}
    {%- set size = '(' ~ n ~ ' + 3)' -%}
    100.0 * (
        ({{ promoters }} - {{ detractors }}) / cast({{ size }} as double)
        {{ sign }} {{ z_95() }} * sqrt(
            {{ nps_variance('(' ~ promoters ~ ' + 0.75)', '(' ~ detractors ~ ' + 0.75)', size) }} / {{ size }}
        )
    )
{%- endmacro %}


{% macro mean_low(mean, deviation, n) -%}
    ({{ mean }} - {{ z_95() }} * {{ deviation }} / sqrt(nullif({{ n }}, 0)))
{%- endmacro %}

{% macro mean_high(mean, deviation, n) -%}
    ({{ mean }} + {{ z_95() }} * {{ deviation }} / sqrt(nullif({{ n }}, 0)))
{%- endmacro %}
