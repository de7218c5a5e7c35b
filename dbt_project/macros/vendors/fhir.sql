{#- How FHIR writes references, lists and times. -#}

{#- The id in a reference to a record of one type, whether relative, absolute or to a version; null when it names another
    type or none (urn:uuid). -#}
{% macro fhir_id(reference, type) -%}
    nullif(regexp_extract({{ reference }}, '(^|/){{ type }}/([A-Za-z0-9.-]+)', 2), '')
{%- endmacro %}


{#- The first element of a JSON array that is a whole column, as JSON text. -#}
{% macro fhir_first(list) -%} {{ json_part("('{\"list\":' || " ~ list ~ " || '}')", 'list[0]') }} {%- endmacro %}


{#- What a coded concept is called: its text, else what its first code is displayed as, else the code. -#}
{% macro fhir_concept(concept) -%}
    coalesce(
        {{ json_text(concept, 'text') }},
        {{ json_text(concept, 'coding[0].display') }},
        {{ json_text(concept, 'coding[0].code') }}
    )
{%- endmacro %}


{#- A dateTime as an instant. Where only a year, a month or a day is told, it begins with that in UTC. -#}
{% macro fhir_instant(told) -%}
    {{ try_cast(
        "case length(" ~ told ~ ") when 4 then " ~ told ~ " || '-01-01T00:00:00Z' when 7 then " ~ told
        ~ " || '-01T00:00:00Z' when 10 then " ~ told ~ " || 'T00:00:00Z' else " ~ told ~ " end", type_instant()
    ) }}
{%- endmacro %}


{#- True when a deletion is told of the record and no newer version of it. -#}
{% macro fhir_is_deleted(record, deletion) -%}
    coalesce({{ deletion }}.deleted_at >= {{ record }}.last_updated_at, {{ deletion }}.resource_id is not null)
{%- endmacro %}
