{#- True where two people are named so differently that they are hardly one: no short form, slip or change of order
    leads from one given name to the other. A missing name conflicts with nobody. -#}
{% macro names_conflict(first_a, last_a, first_b, last_b) -%}
    case
        -- most are: what follows is dear
        when {{ first_a }} = {{ first_b }} then false
        else coalesce(
            length({{ first_a }}) > 1 and length({{ first_b }}) > 1
            and {{ unlike(first_a, first_b) }}
            and coalesce({{ unlike(first_a, last_b) }}, true) and coalesce({{ unlike(last_a, first_b) }}, true),
            false
        )
    end
{%- endmacro %}

{#- Neither begins with the other, and more differs than a slip explains: two letters of a short name, two in five of a
    long one. -#}
{% macro unlike(a, b) -%}
    (
        {{ a }} not like {{ b }} || '%' and {{ b }} not like {{ a }} || '%'
        and levenshtein({{ a }}, {{ b }}) * 5 > greatest(length({{ a }}), length({{ b }}), 5) * 2
    )
{%- endmacro %}
