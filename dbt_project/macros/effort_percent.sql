{#- The effort an answer reports, 0 (none) to 100 (most), whichever way its scale reads. KPI standard 3.1. -#}
{% macro effort_percent(answer) -%}
    case
        when {{ answer }}.metric = 'ces' and {{ answer }}.polarity = 'ease_high'
            then 100 * ({{ answer }}.scale_max - {{ answer }}.score) / ({{ answer }}.scale_max - {{ answer }}.scale_min)
        when {{ answer }}.metric = 'ces' and {{ answer }}.polarity = 'effort_high'
            then 100 * ({{ answer }}.score - {{ answer }}.scale_min) / ({{ answer }}.scale_max - {{ answer }}.scale_min)
    end
{%- endmacro %}
