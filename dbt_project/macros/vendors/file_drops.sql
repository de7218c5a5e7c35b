{#- What a file says by being sent again. -#}

{#- Each file of a resource with the time of its newest version: a row last seen in an older one was taken back. -#}
{% macro newest_versions_of_files(resource) -%}
    select
        file_name,
        max(file_modified_at) as modified_at
    from {{ source('raw_file_drops', resource) }}
    group by file_name
{%- endmacro %}
