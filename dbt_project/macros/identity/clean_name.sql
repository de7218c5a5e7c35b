{#- Names as they are compared: folded letters, no titles, words separated by one space. Most names are plain words, and a
    test for that costs a tenth of the rest. -#}
{% macro clean_name(expression) -%}
    {%- set folded = fold_letters(expression) -%}
    {%- set letters = replace_all(replace_all(folded, '[\\x27’`]', ''), '[^\\p{L} ]', ' ') -%}
    {%- set plain = replace_all(letters, '\\b(dr|prof|mr|mrs|ms|herr|frau|jr|sr|ii|iii)\\b', ' ') -%}
    case
        when
            {{ matches(folded, '^[a-z]{3,}( [a-z]{3,})*$') }}
            and not {{ matches(folded, '\\b(prof|mrs|herr|frau|iii)\\b') }}
            then {{ folded }}
        else nullif(trim({{ replace_all(plain, ' +', ' ') }}), '')
    end
{%- endmacro %}

{#- "Miller, Bob" as "Bob Miller". -#}
{% macro given_name_first(full_name) -%}
    case
        when {{ full_name }} like '%,%'
            then trim(split_part({{ full_name }}, ',', 2)) || ' ' || trim(split_part({{ full_name }}, ',', 1))
        else trim({{ full_name }})
    end
{%- endmacro %}

{% macro first_word(expression) -%} nullif(split_part({{ expression }}, ' ', 1), '') {%- endmacro %}

{#- The last word, when there are at least two. -#}
{% macro last_word(expression) -%}
    case when {{ expression }} like '% %' then nullif(split_part({{ expression }}, ' ', -1), '') end
{%- endmacro %}
