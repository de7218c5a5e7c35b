{#- Comparable forms of what else tells people apart. -#}

{#- A phone number without what people put between its digits: what numbers are looked up by. -#}
{% macro phone_key(expression) -%}
    nullif({{ replace_all("lower(" ~ expression ~ ")", '[ ()/.-]+', '') }}, '')
{%- endmacro %}

{#- A birth date as eight digits, year first, also one that no calendar holds: a slip still resembles what was meant.
    The first of January of a round year is how forms say "unknown". -#}
{% macro clean_birth_date(expression) -%}
    {%- set digits = "translate(substr(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "), 1, 10), '-./ ', '')" -%}
    case
        when {{ matches(digits, '^[0-9]{8}$') }}
            and not {{ matches(digits, '^(19000101|18000101|20000101|00010101|99991231)$') }}
            then {{ digits }}
    end
{%- endmacro %}

{#- Letters and digits only, folded: cities, postal codes, numbers an authority gave. -#}
{% macro clean_code(expression) -%}
    nullif({{ replace_all(fold_letters(expression), '[ .,;:/_\\x27-]+', '') }}, '')
{%- endmacro %}

{#- Street and house number, the word for street in one short form. -#}
{% macro clean_street(expression) -%}
    replace(replace({{ clean_code(expression) }}, 'strasse', 'str'), 'street', 'str')
{%- endmacro %}
