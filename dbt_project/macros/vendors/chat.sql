{#- Which conversations of a messenger are the support team's. -#}

{#- False for teams named in `sales_chat_teams`: what they talk about is a sale, not a case. -#}
{% macro is_support_team(name) -%}
    lower(coalesce({{ name }}, '')) not in (
        {%- for team in var('sales_chat_teams', ['sales']) -%}
            '{{ team | lower }}'{% if not loop.last %}, {% endif %}
        {%- endfor -%}
    )
{%- endmacro %}
