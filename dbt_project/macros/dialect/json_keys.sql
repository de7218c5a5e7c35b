{#- Objects whose keys are data (question ids, choice numbers), read from JSON text. -#}

{#- One row per key of an object; stands in a select list. -#}
{% macro unnest_json_keys(json) %}{{ adapter.dispatch('unnest_json_keys')(json) }}{% endmacro %}

{% macro default__unnest_json_keys(json) -%} unnest(json_keys({{ json }})) {%- endmacro %}

{% macro spark__unnest_json_keys(json) -%} explode(json_object_keys({{ json }})) {%- endmacro %}


{#- The scalar under a key that an expression names, as text. -#}
{% macro json_text_at(json, key) %}{{ adapter.dispatch('json_text_at')(json, key) }}{% endmacro %}

{% macro default__json_text_at(json, key) -%}
    json_extract_string({{ json }}, '$."' || {{ key }} || '"')
{%- endmacro %}

{% macro spark__json_text_at(json, key) -%}
    get_json_object({{ json }}, concat('$[''', {{ key }}, ''']'))
{%- endmacro %}


{#- The object under a key that an expression names, still as JSON text. -#}
{% macro json_part_at(json, key) %}{{ adapter.dispatch('json_part_at')(json, key) }}{% endmacro %}

{% macro default__json_part_at(json, key) -%}
    cast(json_extract({{ json }}, '$."' || {{ key }} || '"') as varchar)
{%- endmacro %}

{% macro spark__json_part_at(json, key) -%}
    get_json_object({{ json }}, concat('$[''', {{ key }}, ''']'))
{%- endmacro %}
