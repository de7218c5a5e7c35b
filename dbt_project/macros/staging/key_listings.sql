{#- How deletes are found that leave no trace: by the keys a vendor lists on each run, of which only complete listings count. -#}

{#- The newest complete listing of a resource's ids: a relation with one row and one column, listed_at. -#}
{% macro newest_listing(source_name, resource) -%}
    select max(observed_at) as listed_at
    from {{ source(source_name, 'ingest_runs') }}
    where resource = '{{ resource }}_keys' and is_complete
{%- endmacro %}

{#- True when a complete listing later than the row no longer held its key. -#}
{% macro is_missing_from_listing(row_observed_at, key_observed_at, listed_at) -%}
    coalesce(
        {{ row_observed_at }} < {{ listed_at }}
        and ({{ key_observed_at }} is null or {{ key_observed_at }} < {{ listed_at }}),
        false
    )
{%- endmacro %}
