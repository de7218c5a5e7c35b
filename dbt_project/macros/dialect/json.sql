{#- Reading the JSON text that raw columns hold. Paths are dotted, without the leading `$.`. -#}

{#- The scalar at a path, as text; JSON null and a missing path are both NULL. -#}
{% macro json_text(json, path) %}{{ adapter.dispatch('json_text')(json, path) }}{% endmacro %}

{% macro default__json_text(json, path) -%} json_extract_string({{ json }}, '$.{{ path }}') {%- endmacro %}

{% macro spark__json_text(json, path) -%} get_json_object({{ json }}, '$.{{ path }}') {%- endmacro %}


{#- The object or array at a path, still as JSON text. -#}
{% macro json_part(json, path) %}{{ adapter.dispatch('json_part')(json, path) }}{% endmacro %}

{% macro default__json_part(json, path) -%} cast(json_extract({{ json }}, '$.{{ path }}') as varchar) {%- endmacro %}

{% macro spark__json_part(json, path) -%} get_json_object({{ json }}, '$.{{ path }}') {%- endmacro %}


{#- One row per element of a JSON array, as JSON text; stands in a select list. -#}
{% macro unnest_json(json) %}{{ adapter.dispatch('unnest_json')(json) }}{% endmacro %}

{% macro default__unnest_json(json) -%}
    cast(unnest(json_extract(cast({{ json }} as varchar), '$[*]')) as varchar)
{%- endmacro %}

{% macro spark__unnest_json(json) -%} explode(from_json({{ json }}, 'array<string>')) {%- endmacro %}
