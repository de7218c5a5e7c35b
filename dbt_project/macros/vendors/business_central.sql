{#- What Business Central writes for "nothing", and how its silent deletes are found. -#}

{% macro zero_guid_to_null(column) -%} nullif({{ column }}, '00000000-0000-0000-0000-000000000000') {%- endmacro %}

{% macro zero_date_to_null(column) -%} nullif({{ column }}, date '0001-01-01') {%- endmacro %}


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


{#- A blank currency code means the company's local currency. -#}
{% macro local_currency(column) -%}
    coalesce(upper({{ blank_to_null(column) }}), '{{ var("business_central_local_currency") }}')
{%- endmacro %}
