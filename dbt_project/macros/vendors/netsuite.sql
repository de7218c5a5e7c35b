{#- What NetSuite's types stand for, and what it has deleted. -#}

{#- The table a deleted record of this type stood in, whether the type is written as a code or as a label. -#}
{% macro netsuite_record_kind(type) -%}
    {%- set plain = replace_all("lower(" ~ type ~ ")", '[^a-z]', '') -%}
    case
        when {{ plain }} in ('customer', 'custjob', 'lead', 'prospect') then 'customer'
        when {{ plain }} in ('salesorder', 'salesord', 'invoice', 'custinvc', 'creditmemo', 'custcred') then 'transaction'
        when {{ plain }} like '%item' or {{ plain }} like '%part' then 'item'
    end
{%- endmacro %}

{#- The ids of deleted records of a kind. -#}
{% macro netsuite_deleted_ids(kind) -%}
    select distinct record_id
    from {{ ref('stg_netsuite__deleted_records') }}
    where record_kind = '{{ kind }}'
{%- endmacro %}
