{#- Whether a change is more than chance. KPI standard 3.0.9. -#}

{#- The standard error of a value from its 95 % interval. -#}
{% macro standard_error(low, high) -%} (({{ high }} - {{ low }}) / (2 * {{ z_95() }})) {%- endmacro %}


{#- z of two shares under one common share; NULL where either is empty or both are all or nothing. -#}
{% macro two_shares_z(hits, n, hits_before, n_before) -%}
    (({{ ratio_of(hits, n) }} - {{ ratio_of(hits_before, n_before) }}) / nullif(sqrt(greatest(
        {{ ratio_of('(' ~ hits ~ ' + ' ~ hits_before ~ ')', '(' ~ n ~ ' + ' ~ n_before ~ ')') }}
        * (1 - {{ ratio_of('(' ~ hits ~ ' + ' ~ hits_before ~ ')', '(' ~ n ~ ' + ' ~ n_before ~ ')') }})
        * (1.0 / nullif({{ n }}, 0) + 1.0 / nullif({{ n_before }}, 0)), 0)), 0))
{%- endmacro %}


{#- Probability of a |z| at least as large without any change: Abramowitz and Stegun 7.1.26, right to 1.5e-7. -#}
{% macro two_sided_p(z) -%}
    ({%- set t -%} (1 / (1 + 0.3275911 * abs({{ z }}) / sqrt(2.0))) {%- endset -%}
    {{ t }} * (0.254829592 + {{ t }} * (-0.284496736 + {{ t }} * (1.421413741 + {{ t }} * (-1.453152027 + {{ t }} * 1.061405429))))
    * exp(-{{ z }} * {{ z }} / 2))
{%- endmacro %}
