with

runs as (

    {% for name in var('sources') -%}
        select
            '{{ name }}' as source,
            run_id,
            resource,

            mode,
            cursor_from,
            cursor_to,

            extracted,
            duplicates,
            quarantined,
            suppressed,
            distinct_keys,
            calls,

            is_complete,

            observed_at
        from {{ source('raw_' ~ name, 'ingest_runs') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from runs
