{#- Text functions that engines spell differently, and the blanks that vendors write for "nothing". -#}

{#- Replaces every match (DuckDB needs a flag for that, Spark does it always). -#}
{% macro replace_all(expression, pattern, replacement) %}
    {{- adapter.dispatch('replace_all')(expression, pattern, replacement) -}}
{% endmacro %}

{% macro default__replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro %}


{% macro matches(expression, pattern) %}{{ adapter.dispatch('matches')(expression, pattern) }}{% endmacro %}

{% macro default__matches(expression, pattern) -%} regexp_matches({{ expression }}, '{{ pattern }}') {%- endmacro %}

{% macro spark__matches(expression, pattern) -%} ({{ expression }} rlike r'{{ pattern }}') {%- endmacro %}


{#- One row per part of a delimited text; stands in a select list. -#}
{% macro unnest_split(expression, delimiter) %}{{ adapter.dispatch('unnest_split')(expression, delimiter) }}{% endmacro %}

{% macro default__unnest_split(expression, delimiter) -%}
    unnest(string_split({{ expression }}, '{{ delimiter }}'))
{%- endmacro %}

{% macro spark__unnest_split(expression, delimiter) -%} explode(split({{ expression }}, '{{ delimiter }}')) {%- endmacro %}


{#- Latin letters without their marks. German and Nordic letters take their two-letter spelling first: mueller, not
    muller. -#}
{% macro fold_letters(expression) %}{{ adapter.dispatch('fold_letters')(expression) }}{% endmacro %}

{% macro spelled_out(expression) -%}
    {%- set pairs = [
        ('ä', 'ae'), ('ö', 'oe'), ('ü', 'ue'), ('ß', 'ss'), ('ø', 'oe'), ('æ', 'ae'), ('å', 'aa'), ('ł', 'l')
    ] -%}
    {%- set spelled = namespace(sql='lower(' ~ expression ~ ')') -%}
    {%- for letter, letters in pairs -%}
        {%- set spelled.sql = 'replace(' ~ spelled.sql ~ ", '" ~ letter ~ "', '" ~ letters ~ "')" -%}
    {%- endfor -%}
    {{ spelled.sql }}
{%- endmacro %}

{#- Text of one byte a letter has nothing to fold, and most text is such. -#}
{% macro default__fold_letters(expression) -%}
    case
        when strlen({{ expression }}) = length({{ expression }}) then lower({{ expression }})
        else strip_accents({{ spelled_out(expression) }})
    end
{%- endmacro %}

{% macro spark__fold_letters(expression) -%}
    translate({{ spelled_out(expression) }}, 'àáâãçèéêëìíîïñòóôõùúûýÿčďěńňřśšťůźžż', 'aaaaceeeeiiiinoooouuuyycdennrsstuzzz')
{%- endmacro %}


{#- Empty and blank text is nothing. -#}
{% macro blank_to_null(expression) -%} nullif(trim({{ expression }}), '') {%- endmacro %}

{#- The SHA-256 of a text, as hexadecimal digits. -#}
{% macro sha256(value) -%}
    {{ return(adapter.dispatch('sha256', 'cx')(value)) }}
{%- endmacro %}

{% macro default__sha256(value) -%}
    sha256({{ value }})
{%- endmacro %}

{% macro spark__sha256(value) -%}
    sha2({{ value }}, 256)
{%- endmacro %}
