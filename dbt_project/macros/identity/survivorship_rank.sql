{#- Whose word counts for a field, as a value to take the least of; needs records and survivorship in scope. -#}
{% macro survivorship_rank(field) -%}
    {{ sort_key([
        'records.is_deleted',
        'coalesce(survivorship.' ~ field ~ '_priority, 99)',
        '-' ~ epoch_seconds('records.last_seen_at'),
        'records.node_id',
    ]) }}
{%- endmacro %}
